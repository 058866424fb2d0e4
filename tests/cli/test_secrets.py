"""Recognisable secrets go through a whole life of a project, and are seen nowhere but where they must be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from lwdeploy.simulator import Fault, LocalTenant
from tests.support.console import Console
from tests.support.project import Project, Run, least
from tests.support.recorder import Recorder

QUERY = "canary-of-the-callback"
ANOTHER = "canary-of-the-console"
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("-v", "validate"),
    ("-v", "plan"),
    ("-v", "plan", "--format", "json"),
    ("-v", "plan", "--out", "plan.json"),
    ("-v", "show", "plan.json"),
    ("-v", "show", "plan.json", "--format", "json"),
    ("-v", "apply", "plan.json", "--format", "json"),
    ("-v", "state", "show"),
    ("-v", "state", "show", "--format", "json"),
    ("-v", "state", "show", "bot/helpdesk", "--format", "json"),
    ("-v", "plan"),
)


def _secrets(tenant: LocalTenant) -> list[str]:
    """Give everything that must not be seen: the secret, every line of the key, and every token issued."""
    lines = [line for line in tenant.private_key.splitlines() if line and "-----" not in line]
    return [tenant.client_secret, *lines, QUERY, ANOTHER]


def _said(*ran: Run) -> Iterator[str]:
    for each in ran:
        yield each.out
        yield each.err


def _kept(project: Project, *, but: str = "") -> Iterator[str]:
    for path in project.root.rglob("*"):
        if path.is_file() and path.suffix != ".yaml" and path.name != but:
            yield path.read_text(encoding="utf-8", errors="replace")


_TOKEN = re.compile(r"eyJ[\w-]{8,}|Bearer\s+\S{8,}|-----BEGIN")


def _expect_clean(texts: Iterator[str], secrets: list[str]) -> None:
    seen = "\0".join(texts)
    assert len(seen) > 100
    assert not [each for each in secrets if each in seen]
    assert not _TOKEN.findall(seen)


def _write(project: Project) -> None:
    url = f"https://bots.example.com/helpdesk?key={QUERY}"
    project.bot("helpdesk", **least("Help Desk", callback={"url": url}))
    project.bot("payroll", **least("Payroll"))


def test_a_life_without_a_leak(project: Project, tenant: LocalTenant) -> None:
    """No output, log or state holds a secret; a saved plan holds the callback URL, as documented."""
    _write(project)
    ran = [project.process(*command) for command in COMMANDS]
    assert [each.code for each in ran] == [0] * len(COMMANDS)
    secrets = _secrets(tenant)
    _expect_clean(_said(*ran), secrets)
    _expect_clean(_kept(project, but="plan.json"), secrets)
    saved = (project.root / "plan.json").read_text(encoding="utf-8")
    _expect_clean(iter([saved.replace(QUERY, "")]), secrets)
    assert QUERY in saved


def test_tokens_are_seen_nowhere(project: Project, recorded: Recorder) -> None:
    """The access tokens of the tenant, and the assertions that paid for them, are in no output or file."""
    _write(project)
    ran = [project.process("-v", "apply", "--auto-approve"), project.process("-v", "plan")]
    assert [each.code for each in ran] == [0, 0]
    tokens = [
        json.loads(each.answer)["access_token"] for each in recorded.exchanges if each.path.endswith("/token")
    ]
    sent = [
        parse_qs(each.body.decode())["assertion"][0] for each in recorded.exchanges if each.path.endswith("/token")
    ]
    assert len(tokens) == len(sent) == 2
    _expect_clean(_said(*ran), [*tokens, *sent])
    _expect_clean(_kept(project), [*tokens, *sent])


def test_drift_of_a_callback_shows_hashes_only(project: Project, tenant: LocalTenant) -> None:
    """A query string that somebody else set is not shown either: in no plan, and not by a stale one."""
    _write(project)
    project.apply()
    bot_id = project.ids()["bot/helpdesk"]
    url = f"https://bots.example.com/helpdesk?key={ANOTHER}"
    assert project.run("plan", "--out", "none.json").code == 0
    project.bot("helpdesk", **least("Help Desk", callback={"url": f"https://bots.example.com/new?key={QUERY}"}))
    assert project.run("plan", "--out", "plan.json").code == 0
    Console(tenant).do("PATCH", f"/bots/{bot_id}", {"callbackUrl": url})
    stale = project.run("apply", "plan.json")
    assert stale.code == 5
    assert "callback.url" in stale.err
    ran = [
        stale,
        project.run("plan"),
        project.run("plan", "--format", "json"),
        project.run("apply", "--auto-approve"),
    ]
    assert [each.code for each in ran[1:]] == [0, 0, 0]
    _expect_clean(_said(*ran), _secrets(tenant))


@pytest.mark.usefixtures("haste")
@pytest.mark.parametrize("operation", ["createBot", "patchBot", "listBots", "issueToken", "getBot"])
def test_an_answer_that_throws_it_all_back(project: Project, tenant: LocalTenant, operation: str) -> None:
    """A service that repeats the request in its refusal does not make lwdeploy repeat it."""
    _write(project)
    echo = f"Invalid https://bots.example.com/helpdesk?key={QUERY} {tenant.client_secret} Bearer eyJhbGciOiJ.abc"
    body = f'{{"code": "INVALID_PARAMETER", "description": "{echo}"}}'
    tenant.add_fault(Fault(kind="status", status=400, operation=operation, body=body))
    ran = [
        project.run("apply", "--auto-approve"),
        project.run("apply", "--auto-approve", "--format", "json"),
        project.run("plan"),
    ]
    assert {each.code for each in ran} <= {0, 1, 7}
    secrets = _secrets(tenant)
    if operation != "issueToken":
        secrets.remove(tenant.client_secret)  # the service does not see it in any other request
    _expect_clean(_said(*ran), secrets)


def test_wrong_credentials_are_not_shown(project: Project) -> None:
    """A key that is no key is told without being shown."""
    _write(project)
    for value in ("canary-of-a-key", "-----BEGIN PRIVATE KEY-----\ncanary-of-a-key\n-----END PRIVATE KEY-----"):
        ran = project.run("plan", env={"LWDEPLOY_PRIVATE_KEY": value})
        assert ran.code == 1
        assert "private key" in ran.err
        assert "canary-of-a-key" not in ran.out + ran.err


def test_no_secret_in_the_process_list(project: Project, tenant: LocalTenant) -> None:
    """A running apply shows no secret to `ps`."""
    _write(project)
    tenant.add_fault(Fault(kind="delay", operation="listBots", seconds=1, nth=1))
    process = project.start("apply", "--auto-approve")
    shown = Path(f"/proc/{process.pid}/cmdline").read_text(encoding="utf-8")
    assert process.wait(timeout=60) == 0
    process.communicate(timeout=60)
    assert not [each for each in _secrets(tenant) if each in shown]
