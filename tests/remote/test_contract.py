"""Every request that lwdeploy sends, and every answer that it gets, against the description of the API."""

from __future__ import annotations

import dataclasses
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, urlsplit

import pytest

from lwdeploy.kinds import KINDS
from lwdeploy.simulator import SWITCHES, Fault, LocalTenant
from tests.support.console import Console, names
from tests.support.description import described, sent_file
from tests.support.four import KEYS, expect_whole
from tests.support.life import STAGES, slip
from tests.support.project import MakeTenant, Project, Run, least
from tests.support.recorder import Exchange, Recorder

OURS = {
    "issueToken",
    "createBot",
    "listBots",
    "getBot",
    "patchBot",
    "deleteBot",
    "registerBotDomain",
    "listBotDomains",
    "patchBotDomain",
    "deleteBotDomain",
    "addBotDomainMember",
    "listBotDomainMembers",
    "deleteBotDomainMember",
    "setPersistentMenu",
    "getPersistentMenu",
    "deletePersistentMenu",
    "createRichmenu",
    "listRichmenus",
    "deleteRichmenu",
    "setRichmenuImage",
    "getRichmenuImage",
    "setUserRichmenu",
    "getUserRichmenu",
    "deleteUserRichmenu",
    "setDefaultRichmenu",
    "deleteDefaultRichmenu",
    "createAttachment",
    "getAttachment",
    "uploadAttachment",
    "downloadAttachment",
}
KIND_NAMES = {"bot", "bot_domain", "rich_menu", "default_rich_menu", "user_rich_menu", "persistent_menu"}


def _live(project: Project, *, between: Callable[[], object] = lambda: None) -> list[tuple[Run, Run]]:
    """Live through all stages; give the applies that were not complete, each with the second one that was."""
    halted = []
    for stage in STAGES:
        between()
        flags = stage(project)
        applied = project.run("apply", "--auto-approve", *flags)
        if applied.code == 7:
            halted.append((applied, project.apply(*flags)))
        else:
            assert applied.code == 0, applied
        planned = project.run("plan", "--detailed-exitcode", *flags)
        assert planned.code == 0, planned.out
    return halted


def test_a_whole_life_over_the_wire(project: Project, recorded: Recorder) -> None:
    """All operations of the six kinds are sent and answered as described."""
    assert {kind.name for kind in KINDS} == KIND_NAMES
    assert _live(project) == []
    seen = Counter(described().check(each) for each in recorded.exchanges)
    assert set(seen) == OURS
    assert {each.status for each in recorded.exchanges} == {200, 201, 204, 302, 404}


def test_files_go_where_the_service_says(project: Project, recorded: Recorder) -> None:
    """Each upload address is used once, with the bytes of a picture; each download follows its redirect."""
    STAGES[0](project)
    project.apply()
    assert project.run("plan", "--verify-images").code == 0
    seen = _by_operation(recorded)
    given = [urlsplit(json.loads(each.answer)["uploadUrl"]).path for each in seen["createAttachment"]]
    assert sorted(each.path for each in seen["uploadAttachment"]) == sorted(given)
    sent = [sent_file(each) for each in seen["uploadAttachment"]]
    assert sorted(sent) == sorted(each.read_bytes() for each in (project.root / "pictures").iterdir())
    led = [urlsplit(each.answer_headers["location"]).path for each in seen["getAttachment"]]
    assert sorted(each.path for each in seen["downloadAttachment"]) == sorted(led)
    assert sorted(each.answer for each in seen["downloadAttachment"]) == sorted(sent)


def _by_operation(recorded: Recorder) -> Mapping[str, list[Exchange]]:
    found: dict[str, list[Exchange]] = defaultdict(list)
    for each in recorded.exchanges:
        found[described().check(each)].append(each)
    return found


def test_a_bot_that_does_not_show_its_default_menu_is_asked_for_it(
    project: Project, tenant: LocalTenant, recorded: Recorder
) -> None:
    """Only where the service leaves out what is not set; that there is none is answered as described."""
    tenant.choose("unset-properties", "omitted")
    for menus in ({}, {"menus": {"rich": {"menus": [slip(project)], "default": ""}}}):
        project.bot("payroll", **least("Payroll", **menus))
        project.apply()
    asked = [each for each in recorded.exchanges if each.path.endswith("/richmenus/default")]
    assert {(described().check(each), each.status) for each in asked} == {("getDefaultRichmenu", 404)}


def test_pages_are_asked_for_as_described(project: Project, tenant: LocalTenant, recorded: Recorder) -> None:
    """Cursors go back as they came, and every page is as described."""
    tenant.make_bots(250)
    project.bot("helpdesk", **least("Help Desk"))
    assert project.run("plan").code == 4
    pages = [each for each in recorded.exchanges if described().check(each) == "listBots"]
    assert len(pages) == 3
    cursors = [json.loads(each.answer)["responseMetaData"]["nextCursor"] for each in pages]
    asked = [parse_qs(each.query).get("cursor", [None])[0] for each in pages]
    assert asked == [None, *cursors[:-1]]
    assert not cursors[-1]


def test_refusals_are_as_described(project: Project, tenant: LocalTenant, recorded: Recorder) -> None:
    """What the service refuses comes in the described envelope, and so does an ended token."""
    project.bot("helpdesk", **least("Help Desk", domains=[{"name": "tokyo", "visible": True}]))
    tenant.add_fault(Fault(kind="expired_token", operation="getBot", nth=1))
    tenant.add_fault(Fault(kind="status", status=403, operation="registerBotDomain", nth=1))
    assert project.run("apply", "--auto-approve").code == 7
    tenant.clear_faults()
    project.apply()
    project.drop("helpdesk")
    bot_id = project.ids()["bot/helpdesk"]
    assert project.run("plan", "--prune", "--out", "plan.json").code == 4  # an empty tree
    project.bot("payroll", **least("Payroll"))
    assert project.run("plan", "--prune", "--out", "plan.json").code == 0
    Console(tenant).do("DELETE", f"/bots/{bot_id}")
    assert project.run("apply", "plan.json").code == 0
    statuses = {each.status for each in recorded.exchanges if described().check(each)}
    assert {401, 403, 404} <= statuses


def test_a_plan_asks_for_less_than_an_apply(four: Project, recorded: Recorder) -> None:
    """A plan's token can only read: the scope is bot.read, and every request but the token's is a GET."""
    assert four.run("plan").code == 0
    assert _scopes(recorded) == ["bot.read"]
    assert {each.method for each in recorded.exchanges if not each.path.endswith("/token")} == {"GET"}
    recorded.exchanges.clear()
    four.apply()
    assert _scopes(recorded) == ["bot"]


def _scopes(recorded: Recorder) -> list[str]:
    tokens = [each for each in recorded.exchanges if each.path.endswith("/token")]
    return [parse_qs(each.body.decode())["scope"][0] for each in tokens]


def test_a_plan_works_for_an_app_that_may_only_read(four: Project, make_tenant: MakeTenant) -> None:
    """An app without the scope `bot` can plan; an apply says which scope is missing."""
    readers = make_tenant(scopes=("bot.read",))
    project = Project.found(four.root.parent / "reader", readers)
    project.bot("helpdesk", **least("Help Desk"))
    assert project.run("plan").code == 0
    refused = project.run("apply", "--auto-approve")
    assert refused.code == 1
    assert "`bot`" in refused.err


def test_writes_on_one_bot_are_never_parallel(four: Project, tenant: LocalTenant) -> None:
    """A service that refuses parallel writes on a bot never has to."""
    assert "patchBot" in set(described().serialised())
    tenant.choose("parallel-writes", "refused")
    four.apply()
    assert not [each for each in tenant.log() if each.outcome == "parallel"]
    expect_whole(four, tenant, *KEYS)


# What nobody could confirm about the service, as far as these kinds can meet it. For users who have left there is
# a test of its own.
_ELSEWHERE = re.compile(r"callback-message-filter|message-without-.*|missing-user|raw-upload")
READINGS = [
    (switch.name, reading)
    for switch in SWITCHES
    if not _ELSEWHERE.fullmatch(switch.name)
    for reading in switch.readings[1:]
]


LIVES = 11
# Every reading is lived once, in company of three or four of other switches: a life takes its time.
TOGETHER = [READINGS[first::LIVES] for first in range(LIVES)]
NO_PICTURE, SHORT_LIFE = ("absent-image", "200-null"), ("bound-file-life", "24h")
_ANEW = "-/+ bot/frontdesk/rich-menu/night  replace"
# What a reading costs: an apply that says why it is not complete, and what the next one does about it.
HALTS = {
    NO_PICTURE: ("setRichmenuImage", "~ bot/frontdesk/rich-menu/day  update"),
    ("second-image", "refused"): ("the service takes no second picture for this menu", _ANEW),
    ("second-image-languages", "kept"): ("the service keeps the pictures of ko_KR", _ANEW),
}
DAY = 24 * 3600


@pytest.mark.parametrize("readings", TOGETHER, ids=lambda together: "+".join(map("-".join, together)))
def test_a_whole_life_under_every_reading(
    project: Project, tenant: LocalTenant, recorded: Recorder, readings: list[tuple[str, str]]
) -> None:
    """Whichever way the service turns out to work, a life is lived, and what was sent is as described."""
    assert len(dict(readings)) == len(readings)
    for switch, reading in readings:
        tenant.choose(switch, reading)
    if NO_PICTURE in readings:
        tenant.add_fault(Fault(kind="status", status=400, operation="setRichmenuImage", nth=1))
    halted = _live(project, between=lambda: tenant.advance(DAY) if SHORT_LIFE in readings else None)
    for (ran, again), (said, mended) in zip(halted, filter(None, map(HALTS.get, readings)), strict=True):
        assert said in ran.err
        assert mended in again.out
    assert names(tenant) == ["Front Desk", "Payroll"]
    assert not [each for each in tenant.log() if each.outcome == "parallel"]
    for exchange in recorded.exchanges:
        described().check(dataclasses.replace(exchange, answer=b""))
