"""The tenant has a bad day: what went wrong is told, the other bots go on. That all heals: see the sweep."""

from __future__ import annotations

from typing import Any

import pytest

from lwdeploy.simulator import Fault, LocalTenant
from tests.support.console import names, writes
from tests.support.four import KEYS, expect_whole
from tests.support.haste import Haste
from tests.support.project import Project, Run

# Only the bot `travel` has a menu, so that a fault of the menu's operations is a fault of one bot.
MENU = "bot/travel/persistent-menu"

BAD: dict[str, dict[str, Any]] = {
    "400": {"kind": "status", "status": 400},
    "403": {"kind": "status", "status": 403},
    "404": {"kind": "status", "status": 404},
    "409": {"kind": "status", "status": 409},
    "500": {"kind": "status", "status": 500},
    "503": {"kind": "status", "status": 503},
    "502 as a web page": {"kind": "status", "status": 502, "body": "<html>Bad gateway</html>"},
    "a web page with 200": {"kind": "html_200"},
    "a closed connection": {"kind": "cut_before_commit"},
}


def _outcomes(ran: Run) -> dict[str, dict[str, Any]]:
    return {each["address"]: each for each in ran.json["outcomes"]}


@pytest.mark.usefixtures("haste")
@pytest.mark.parametrize("name", ["400", "503", "a web page with 200", "a closed connection"])
def test_a_write_of_one_bot_that_fails_for_good(four: Project, tenant: LocalTenant, name: str) -> None:
    """The address, the operation and what to do next are told; all else is done; a second apply heals."""
    fault = BAD[name]
    tenant.add_fault(Fault(operation="setPersistentMenu", **fault))
    applied = four.run("apply", "--auto-approve", "--format", "json")
    tenant.clear_faults()
    assert applied.code == 7, applied
    outcomes = _outcomes(applied)
    bad = outcomes.pop(MENU)
    assert bad["status"] in {"failed", "unknown"}
    assert bad["status"] == ("failed" if fault.get("status", 500) < 500 else "unknown")
    assert "setPersistentMenu" in bad["error"]
    assert "botId=" in bad["error"]
    assert bad["advice"]
    assert {each["status"] for each in outcomes.values()} == {"done"}
    assert applied.json["summary"]["done"] == len(outcomes) == 8
    assert not applied.json["complete"]

    again = four.run("apply", "--auto-approve", "--format", "json")
    assert again.code == 0, again
    assert MENU in _outcomes(again)
    expect_whole(four, tenant, *KEYS)


@pytest.mark.usefixtures("haste")
@pytest.mark.parametrize("name", ["403", "502 as a web page", "a closed connection"])
def test_a_create_that_fails_for_good(four: Project, tenant: LocalTenant, name: str) -> None:
    """What hangs on a bot that could not be made is not started, and the other bots are whole."""
    fault = BAD[name]
    tenant.add_fault(Fault(operation="createBot", nth=2, times=2, **fault))
    applied = four.run("apply", "--auto-approve", "--format", "json")
    tenant.clear_faults()
    assert applied.code in {0, 7}, applied
    outcomes = _outcomes(applied)
    bad = {address for address, each in outcomes.items() if each["status"] in {"failed", "unknown"}}
    waiting = {address for address, each in outcomes.items() if each["status"] == "not_started"}
    assert all(address.count("/") == 1 for address in bad)
    assert waiting == {
        address for address in outcomes if address.count("/") > 1 and address.split("/domain")[0] in bad
    } | ({MENU} if "bot/travel" in bad else set())
    for address in bad:
        assert "createBot" in outcomes[address]["error"]
        assert outcomes[address]["advice"]
    for address in waiting:
        assert "waits for bot/" in outcomes[address]["error"]
    if fault.get("status", 500) < 500:
        assert len(bad) == 2
    assert four.run("apply", "--auto-approve").code == 0
    expect_whole(four, tenant, *KEYS)


@pytest.mark.usefixtures("haste")
@pytest.mark.parametrize("name", ["409", "500"])
def test_a_naming_that_fails_for_good(four: Project, tenant: LocalTenant, name: str) -> None:
    """A bot that cannot be named is not registered, keeps its mark, and is named by the next run."""
    fault = BAD[name]
    tenant.add_fault(Fault(operation="patchBot", **fault))
    applied = four.run("apply", "--auto-approve", "--format", "json")
    tenant.clear_faults()
    assert applied.code == 7, applied
    assert all(name.startswith("lwdeploy ") for name in names(tenant))
    assert "registerBotDomain" not in writes(tenant)
    statuses = [each["status"] for each in applied.json["outcomes"]]
    assert statuses.count("not_started") == 5
    assert statuses.count("failed") + statuses.count("unknown") == len(KEYS)
    assert four.run("apply", "--auto-approve").code == 0
    assert writes(tenant).count("createBot") == len(KEYS)
    expect_whole(four, tenant, *KEYS)


READS: dict[str, dict[str, Any]] = {
    **BAD,
    "truncated JSON": {"kind": "truncated_json"},
    "half an answer": {"kind": "cut_mid_body"},
    "a loop of pages": {"kind": "cursor_loop"},
}
# 404 is an answer to a read of one thing: it is not there.
UNREADABLE = [
    *(("listBots", name) for name in ("404", "503", "a web page with 200", "half an answer", "a loop of pages")),
    ("getBot", "403"),
    ("getPersistentMenu", "truncated JSON"),
    ("listBotDomains", "a closed connection"),
]


@pytest.mark.usefixtures("haste")
@pytest.mark.parametrize(("operation", "name"), UNREADABLE)
def test_a_read_that_fails_for_good(four: Project, tenant: LocalTenant, operation: str, name: str) -> None:
    """Nothing is planned on half a picture: exit 1, the operation is named, nothing is written."""
    four.apply()
    tenant.clear_log()
    tenant.add_fault(Fault(operation=operation, **READS[name]))
    for command in (("plan", "--detailed-exitcode"), ("apply", "--auto-approve", "--format", "json")):
        ran = four.run(*command)
        assert ran.code == 1, ran
        assert (
            (not ran.out) if command[0] == "plan" else (ran.json["complete"], ran.json["outcomes"]) == (False, [])
        )
        assert operation in ran.err
        assert ran.err.startswith("Error: ")
        assert ran.err.count("\n") >= 2  # the advice
    assert writes(tenant) == []
    tenant.clear_faults()
    expect_whole(four, tenant, *KEYS)


@pytest.mark.usefixtures("haste")
@pytest.mark.parametrize(
    ("operation", "kind"), [("listBots", "status"), ("getBot", "html_200"), ("listBotDomains", "cut_mid_body")]
)
def test_a_read_that_fails_once(four: Project, tenant: LocalTenant, operation: str, kind: Any) -> None:
    """A read is repeated, and nobody hears of it."""
    four.apply()
    tenant.clear_log()
    tenant.add_fault(Fault(kind=kind, operation=operation, nth=1))
    planned = four.run("plan", "--detailed-exitcode")
    assert (planned.code, planned.err) == (0, "")


THROTTLED = {"without a header": {}, "with a reset": {"RateLimit-Reset": "7"}, "Retry-After": {"Retry-After": "7"}}


@pytest.mark.parametrize("headers", THROTTLED.values(), ids=THROTTLED)
@pytest.mark.parametrize("operation", ["listBots", "createBot"])
def test_one_call_too_many_waits(
    four: Project, tenant: LocalTenant, haste: Haste, operation: str, headers: dict[str, str]
) -> None:
    """429 waits as long as the tenant says, or for one window, and then goes on."""
    tenant.add_fault(Fault(kind="status", status=429, operation=operation, nth=1, headers=headers))
    applied = four.run("apply", "--auto-approve")
    assert applied.code == 0, applied
    assert max(haste.waited) == pytest.approx(7 if headers else 60, abs=1)
    expect_whole(four, tenant, *KEYS)


@pytest.mark.usefixtures("haste")
def test_the_rate_limit_never_lets_go(four: Project, tenant: LocalTenant) -> None:
    """Patience ends: what was refused all the time has failed, and can be run again."""
    tenant.add_fault(Fault(kind="status", status=429, operation="setPersistentMenu"))
    applied = four.run("apply", "--auto-approve", "--format", "json")
    tenant.clear_faults()
    assert applied.code == 7
    bad = _outcomes(applied)[MENU]
    assert bad["status"] == "failed"
    assert "rate limit" in bad["error"]
    assert "Run again later" in bad["advice"]
    expect_whole(_applied(four), tenant, *KEYS)


def _applied(project: Project) -> Project:
    project.apply()
    return project


@pytest.mark.usefixtures("haste")
def test_a_token_that_ends_in_the_middle(four: Project, tenant: LocalTenant) -> None:
    """An expired token is renewed once, and the call is sent again: nothing else changes."""
    tenant.add_fault(Fault(kind="expired_token", operation="registerBotDomain", nth=1))
    applied = four.run("apply", "--auto-approve")
    assert applied.code == 0, applied
    assert len(tenant.log("issueToken")) == 2
    assert writes(tenant).count("createBot") == len(KEYS)
    expect_whole(four, tenant, *KEYS)


@pytest.mark.usefixtures("haste")
def test_wrong_credentials(four: Project, tenant: LocalTenant) -> None:
    """A refused token request says which values to look at, and shows none of them."""
    secret = "not-the-secret"
    ran = four.run("plan", env={"LWDEPLOY_CLIENT_SECRET": secret})
    assert ran.code == 1
    assert "issueToken was refused" in ran.err
    assert "client secret" in ran.err
    assert secret not in ran.err
    assert [each.operation for each in tenant.log()] == ["issueToken"]


def test_a_tenant_that_is_not_there(four: Project, tenant: LocalTenant, haste: Haste) -> None:
    """No connection is told as such, after a few tries, and nothing was changed."""
    tenant.stop()
    ran = four.run("plan")
    assert ran.code == 1
    assert "no connection" in ran.err
    assert "safe to run again" in ran.err
    assert haste.waited


@pytest.mark.usefixtures("haste")
def test_the_report_as_text_names_what_is_left(four: Project, tenant: LocalTenant) -> None:
    """The text report names every address that did not end well, what to do next, and counts the rest."""
    tenant.add_fault(Fault(kind="status", status=400, operation="patchBot"))
    applied = four.run("apply", "--auto-approve")
    assert applied.code == 7
    report = applied.out.partition("about 0 s.\n")[2]
    for key in KEYS:
        assert f"  failed: create bot/{key} (" in report
        assert f"  not started: create bot/{key}/domain/tokyo: waits for bot/{key}\n" in report
    assert report.count("      next: ") == 16  # advice and command; the same for two neighbours stand once
    assert applied.summary == "Apply: 4 failed, 5 not started."


@pytest.mark.usefixtures("haste")
def test_nothing_at_all_was_done(four: Project, tenant: LocalTenant) -> None:
    """An apply of which every create was refused has not partly applied: it has failed."""
    tenant.add_fault(Fault(kind="status", status=403, operation="createBot"))
    applied = four.run("apply", "--auto-approve")
    assert applied.code == 1
    assert "tick the scope" in applied.out
    tenant.clear_faults()
    expect_whole(_applied(four), tenant, *KEYS)
