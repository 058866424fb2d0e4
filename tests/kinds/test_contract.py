"""What every kind must do, against the local tenant over HTTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from lwdeploy.api.call import call
from lwdeploy.core.errors import Rejected
from lwdeploy.core.kind import Kind
from lwdeploy.core.types import Action, Change, Mark
from lwdeploy.kinds import KINDS
from lwdeploy.manifests.rules import RULES
from lwdeploy.planning.diff import differing_paths
from lwdeploy.simulator import SWITCHES, Fault, FaultKind
from tests.kinds.deployment import ADMIN, HANAKO, TARO, Deployment, least, without_users
from tests.kinds.samples import SAMPLES, Samples, Step

BY_NAME = {kind.name: kind for kind in KINDS}
CREATED = [
    pytest.param(kind, case, id=f"{kind.name}: {case}") for kind in KINDS for case in SAMPLES[kind.name].created
]
STEPS = [
    pytest.param(kind, case, id=f"{kind.name}: {case}") for kind in KINDS for case in SAMPLES[kind.name].steps
]
EACH = [pytest.param(kind, id=kind.name) for kind in KINDS]


def created(kind: Kind, case: str) -> tuple[dict[str, Any], dict[str, int]]:
    spec, calls = SAMPLES[kind.name].created[case]
    return {"helpdesk": spec}, dict(calls)


def first(kind: Kind) -> dict[str, Any]:
    return created(kind, next(iter(SAMPLES[kind.name].created)))[0]


def own(kind: Kind, changes: tuple[Change, ...]) -> Change:
    (found,) = [each for each in changes if each.address.kind == kind.name]
    return found


def estimated(plan_changes: tuple[Change, ...]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for change in plan_changes:
        total.update(BY_NAME[change.address.kind].calls(change))
    return {operation: count for operation, count in total.items() if count}


def test_every_kind_has_samples_and_every_sample_a_kind() -> None:
    assert set(SAMPLES) == set(BY_NAME)


# --- create, read, plan again


@pytest.mark.parametrize(("kind", "case"), CREATED)
def test_what_was_created_reads_back_as_declared(deployment: Deployment, kind: Kind, case: str) -> None:
    bots, calls = created(kind, case)
    plan = deployment.deploy(bots)
    change = own(kind, plan.changes)
    shown = deployment.live(bots)[change.address].spec
    assert differing_paths(without_users(change.desired, kind.user_fields), shown) == ()
    assert {op: count for op, count in deployment.counts().items() if op in calls} == calls


@pytest.mark.parametrize(("kind", "case"), CREATED)
def test_a_second_plan_is_empty_and_a_second_apply_writes_nothing(
    deployment: Deployment, kind: Kind, case: str
) -> None:
    bots, _ = created(kind, case)
    deployment.deploy(bots)
    again = deployment.plan(bots)
    assert again.empty, [each.diffs for each in again.steps]
    deployment.tenant.clear_log()
    deployment.apply(again)
    assert deployment.tenant.log() == ()


@pytest.mark.parametrize(("kind", "case"), CREATED)
def test_the_estimate_of_a_creation_is_what_is_sent(deployment: Deployment, kind: Kind, case: str) -> None:
    bots, _ = created(kind, case)
    plan = deployment.deploy(bots)
    assert deployment.counts() == estimated(plan.changes)


# --- update


def stepped(deployment: Deployment, kind: Kind, case: str) -> tuple[Step, Change, dict[str, Any]]:
    """Deploy both sides of a step; give the step, its change, and the tenant between the two."""
    step = SAMPLES[kind.name].steps[case]
    deployment.deploy({"helpdesk": step.before})
    between = deployment.tenant.snapshot()
    plan = deployment.deploy({"helpdesk": step.after})
    assert [each.address.kind for each in plan.steps] == [kind.name]
    return step, own(kind, plan.changes), between


@pytest.mark.parametrize(("kind", "case"), STEPS)
def test_a_changed_field_is_the_only_difference_and_all_that_is_sent(
    deployment: Deployment, kind: Kind, case: str
) -> None:
    step, change, _ = stepped(deployment, kind, case)
    assert tuple(diff.path for diff in change.diffs) == step.paths
    assert tuple(deployment.bodies()) == step.sent


@pytest.mark.parametrize(("kind", "case"), STEPS)
def test_after_an_update_a_second_plan_is_empty(deployment: Deployment, kind: Kind, case: str) -> None:
    step, _, _ = stepped(deployment, kind, case)
    again = deployment.plan({"helpdesk": step.after})
    assert again.empty, [each.diffs for each in again.steps]


@pytest.mark.parametrize(("kind", "case"), STEPS)
def test_the_estimate_of_an_update_is_what_is_sent(deployment: Deployment, kind: Kind, case: str) -> None:
    _, change, _ = stepped(deployment, kind, case)
    assert deployment.counts() == estimated((change,))


@pytest.mark.parametrize(("kind", "case"), STEPS)
def test_an_update_leaves_everything_else_as_it_was(deployment: Deployment, kind: Kind, case: str) -> None:
    """Compared as stored: only what the step names may differ."""
    step, _, between = stepped(deployment, kind, case)
    named = {name for _, body in step.sent for name in body or {"members": None}}
    named |= {"domains"} if kind.name == "bot_domain" else set()
    named |= {"persistentMenu"} if kind.name == "persistent_menu" else set()
    (before,), (after,) = between["bots"], deployment.tenant.snapshot()["bots"]
    assert {name for name in before if before[name] != after[name]} <= named


def test_languages_that_only_the_tenant_has_survive_a_change_of_another(deployment: Deployment) -> None:
    deployment.deploy({"helpdesk": least()})
    bot_id = deployment.state.entries[next(iter(deployment.state.entries))].remote_id
    theirs = {"i18nBotNames": [{"language": "zh_TW", "botName": "他們的"}]}
    deployment.client.send(call("patchBot", botId=bot_id, json=theirs))
    deployment.deploy({"helpdesk": least(botName={"default": "Help Desk", "ja_JP": "窓口"})})
    (bot,) = deployment.tenant.snapshot()["bots"]
    assert {each["language"]: each["botName"] for each in bot["i18nBotNames"]} == {
        "zh_TW": "他們的",
        "ja_JP": "窓口",
    }


def test_fields_that_are_not_declared_keep_what_others_gave_them(deployment: Deployment) -> None:
    deployment.deploy({"helpdesk": least()})
    bot_id = next(iter(deployment.state.entries.values())).remote_id
    theirs = {
        "enableGroupJoin": True,
        "enableCallback": True,
        "callbackUrl": "https://theirs.example.com/",
        "callbackEvents": ["video"],
        "subadministrators": [TARO],
        "allowDomains": [10000001],
    }
    deployment.client.send(call("patchBot", botId=bot_id, json=theirs))
    assert deployment.plan({"helpdesk": least()}).empty
    deployment.deploy({"helpdesk": least(botName="New")})
    (bot,) = deployment.tenant.snapshot()["bots"]
    assert {name: bot[name] for name in theirs} == theirs


def test_a_bound_bot_keeps_everything_that_its_manifest_leaves_out(deployment: Deployment) -> None:
    """Its picture too: what the tenant has for new bots is no reason to change one that exists."""
    (bot_id,) = deployment.tenant.make_bots(1, body={"photoUrl": "https://theirs.example.com/bot.png"})
    between = deployment.tenant.snapshot()
    deployment.deploy({"helpdesk": {"botId": bot_id}})
    assert deployment.written() == []
    assert deployment.tenant.snapshot() == between


def test_closing_a_registration_again_admits_exactly_the_declared_members(deployment: Deployment) -> None:
    """While it was open, the service may have kept the former list."""

    def registered(**spec: Any) -> dict[str, Any]:
        return {"helpdesk": least(domains=[{"name": "osaka", **spec}])}

    deployment.deploy(registered(permission="selected", members=[TARO, "jiro@example.com"]))
    deployment.deploy(registered(permission="all"))
    closed = registered(permission="selected", members=[TARO])
    deployment.deploy(closed)
    assert deployment.plan(closed).empty
    (bot,) = deployment.tenant.snapshot()["bots"]
    assert bot["domains"][0]["members"] == [deployment.state.users[TARO]]


def test_a_domain_may_be_spelled_by_name_or_by_id(deployment: Deployment) -> None:
    """It is the same registration, so nothing is deleted and nothing created."""
    deployment.deploy({"helpdesk": least(domains=[{"name": "osaka"}])})
    respelled = {"helpdesk": least(domains=[{"name": 10000002}])}
    deployment.deploy(respelled)
    assert deployment.written() == []
    assert deployment.plan(respelled).empty


@pytest.mark.parametrize("spelling", [str.upper, str.lower])
def test_a_user_id_means_the_same_user_in_capital_letters(deployment: Deployment, spelling: Any) -> None:
    member = spelling("9b2d1e8c-1111-4222-8333-44445555666f")

    def registered(*, visible: bool) -> dict[str, Any]:
        entry = {"name": "osaka", "permission": "selected", "members": [member], "visible": visible}
        return {"helpdesk": least(domains=[entry])}

    deployment.deploy(registered(visible=True))
    deployment.deploy(registered(visible=False))
    (bot,) = deployment.tenant.snapshot()["bots"]
    assert bot["domains"][0]["members"] == [member.lower()]


def admitted(deployment: Deployment, *members: str) -> dict[str, Any]:
    """Register a bot and let others admit users; give the manifests that declare exactly the first of them."""
    deployment.deploy({"helpdesk": least(domains=[{"name": "osaka", "permission": "selected"}])})
    bot_id = next(iter(deployment.state.entries.values())).remote_id
    for member in members:
        deployment.client.send(
            call("addBotDomainMember", botId=bot_id, domainId=10000002, json={"userId": member})
        )
    return {"helpdesk": least(domains=[{"name": "osaka", "permission": "selected", "members": [members[0]]}])}


@pytest.mark.parametrize("reading", ["400", "409", "accepted"])
def test_a_member_whom_others_admitted_is_recognised_and_kept(deployment: Deployment, reading: str) -> None:
    """Nobody knows yet which user id his login is, and the list shows nothing else."""
    deployment.tenant.choose("duplicate-member", reading)
    bots = admitted(deployment, TARO)
    deployment.deploy(bots)
    assert deployment.plan(bots).empty
    (bot,) = deployment.tenant.snapshot()["bots"]
    assert len(bot["domains"][0]["members"]) == 1


@pytest.mark.parametrize("member", [TARO, "5e1c0f7a-1111-4222-8333-444455556666"])
def test_a_member_who_is_refused_is_told_in_the_words_of_the_refusal(deployment: Deployment, member: str) -> None:
    bots = admitted(deployment, HANAKO)
    bots["helpdesk"]["domains"][0]["members"] = [member]
    deployment.tenant.add_fault(Fault(kind="status", status=400, operation="addBotDomainMember"))
    deployment.tenant.add_fault(Fault(kind="status", status=404, operation="deleteBotDomainMember"))
    report = deployment.apply(deployment.plan(bots))
    (outcome,) = report.outcomes
    assert (outcome.status, "addBotDomainMember" in outcome.error) == ("failed", True)


@pytest.mark.parametrize(("status", "ended"), [(404, "done"), (403, "failed")])
def test_a_member_to_take_out_who_is_gone_already_is_no_obstacle(
    deployment: Deployment, status: int, ended: str
) -> None:
    bots = admitted(deployment, TARO)
    deployment.deploy(bots)
    bot_id = next(iter(deployment.state.entries.values())).remote_id
    theirs = {"userId": HANAKO}
    deployment.client.send(call("addBotDomainMember", botId=bot_id, domainId=10000002, json=theirs))
    fault = Fault(kind="status", status=status, operation="deleteBotDomainMember", commit=status == 404)
    deployment.tenant.add_fault(fault)
    report = deployment.apply(deployment.plan(bots))
    assert [each.status for each in report.outcomes] == [ended]


# --- delete, missing


def ids(deployment: Deployment, kind: Kind) -> tuple[str | None, str]:
    entries = deployment.state.entries
    (address,) = [each for each in entries if each.kind == kind.name]
    parent = None if address.is_root else entries[address.root].remote_id
    return parent, entries[address].remote_id


@pytest.mark.parametrize("reading", ["404", "204"])
@pytest.mark.parametrize("kind", EACH)
def test_deleting_twice_is_success(deployment: Deployment, kind: Kind, reading: str) -> None:
    deployment.deploy(first(kind))
    parent, remote_id = ids(deployment, kind)
    deployment.tenant.choose("delete-missing", reading)
    adapter = deployment.adapters[kind.name]
    for _ in range(2):
        adapter.delete(parent_id=parent, remote_id=remote_id)
        assert adapter.read(parent_id=parent, remote_id=remote_id, wanted={}) == ()


@pytest.mark.parametrize("reading", ["404", "400"])
@pytest.mark.parametrize("kind", EACH)
def test_deleting_what_went_with_its_bot_is_success(deployment: Deployment, kind: Kind, reading: str) -> None:
    deployment.deploy(first(kind))
    parent, remote_id = ids(deployment, kind)
    deployment.tenant.choose("missing-bot", reading)
    deployment.adapters["bot"].delete(parent_id=None, remote_id=parent or remote_id)
    deployment.adapters[kind.name].delete(parent_id=parent, remote_id=remote_id)
    assert deployment.tenant.snapshot() == {"bots": []}


@pytest.mark.parametrize("reading", ["404", "400"])
def test_reading_a_bot_that_is_not_there_gives_nothing(deployment: Deployment, reading: str) -> None:
    deployment.tenant.choose("missing-bot", reading)
    assert deployment.adapters["bot"].read(parent_id=None, remote_id="999999", wanted={}) == ()


@pytest.mark.parametrize("reading", ["404", "200-null"])
@pytest.mark.parametrize("kind", [kind for kind in EACH if kind.id != "bot"])
def test_reading_a_child_that_is_not_there_gives_nothing(deployment: Deployment, kind: Kind, reading: str) -> None:
    deployment.deploy({"helpdesk": least()})
    deployment.tenant.choose("absent-menu", reading)
    (parent,) = [each.remote_id for each in deployment.state.entries.values()]
    remote_id = {"bot_domain": "10000002", "persistent_menu": "persistentmenu"}[kind.name]
    anything: list[dict[str, Any]] = [{}, {remote_id: {"actions": [{}], "members": []}}]
    for wanted in anything:
        assert deployment.adapters[kind.name].read(parent_id=parent, remote_id=None, wanted=wanted) == ()


@pytest.mark.parametrize("kind", EACH)
def test_a_deletion_by_plan_sends_what_was_estimated_and_leaves_nothing(
    deployment: Deployment, kind: Kind
) -> None:
    samples: Samples = SAMPLES[kind.name]
    deployment.deploy(first(kind))
    gone = {
        "bot": {"other": least(botName="Other", description="Else")},
        "bot_domain": {"helpdesk": least(domains=[])},
        "persistent_menu": {"helpdesk": least(menus={"persistent": {"actions": []}})},
    }[kind.name]
    plan = deployment.deploy(gone)
    change = own(kind, tuple(each for each in plan.changes if each.action is Action.DELETE))
    assert {op: count for op, count in deployment.counts().items() if op.startswith("delete")} == samples.deleted
    assert estimated((change,)) == samples.deleted
    assert deployment.plan(gone).empty


# --- answers that are lost, and refusals


BEFORE = {
    "helpdesk": least(
        domains=[
            {"name": "osaka", "permission": "selected", "members": [TARO], "visible": True},
            {"name": "kyoto"},
        ],
        menus={"persistent": {"actions": [{"type": "message", "label": "New"}]}},
    ),
    "old": least(botName="Old", description="Else"),
}
AFTER = {
    "helpdesk": least(
        botName={"default": "Help", "ja_JP": "窓口"},
        domains=[{"name": "osaka", "permission": "selected", "members": [HANAKO, ADMIN], "visible": False}],
        menus={"persistent": {"actions": []}},
    ),
    "new": least(
        botName="New",
        description="Newer",
        domains=[{"name": "tokyo", "permission": "selected", "members": [TARO]}],
        menus={"persistent": {"actions": [{"type": "message", "label": "New"}]}},
    ),
}
WRITES = [
    "createBot",
    "patchBot",
    "deleteBot",
    "registerBotDomain",
    "patchBotDomain",
    "deleteBotDomain",
    "addBotDomainMember",
    "deleteBotDomainMember",
    "setPersistentMenu",
    "deletePersistentMenu",
]
LOSSES: list[FaultKind] = ["cut_before_commit", "commit_then_cut"]


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("loss", LOSSES)
def test_a_lost_answer_of_any_write_is_settled_in_the_same_run(
    deployment: Deployment, operation: str, loss: FaultKind
) -> None:
    deployment.deploy(BEFORE)
    deployment.tenant.add_fault(Fault(kind=loss, operation=operation, nth=1))
    deployment.deploy(AFTER)
    assert loss in {entry.outcome for entry in deployment.tenant.log(operation)}
    again = deployment.plan(AFTER)
    assert again.empty, [each.diffs for each in again.steps]
    assert len(deployment.tenant.snapshot()["bots"]) == len(AFTER)


@pytest.mark.parametrize("loss", LOSSES)
def test_both_answers_of_a_create_lost_leave_one_bot_after_the_next_run(
    deployment: Deployment, loss: FaultKind
) -> None:
    deployment.tenant.add_fault(Fault(kind=loss, operation="createBot", times=2))
    deployment.apply(deployment.plan({"helpdesk": least()}))
    deployment.tenant.clear_faults()
    again = deployment.plan({"helpdesk": least()})
    if not again.empty:
        deployment.apply(again)
    assert deployment.plan({"helpdesk": least()}).empty
    assert [each["botName"] for each in deployment.tenant.snapshot()["bots"]] == ["Help Desk"]


@pytest.mark.parametrize("kind", EACH)
def test_a_refused_read_or_delete_is_an_error_and_never_an_absence(deployment: Deployment, kind: Kind) -> None:
    deployment.deploy(first(kind))
    parent, remote_id = ids(deployment, kind)
    deployment.tenant.add_fault(Fault(kind="status", status=403))
    adapter = deployment.adapters[kind.name]
    with pytest.raises(Rejected):
        adapter.read(parent_id=parent, remote_id=remote_id, wanted={})
    with pytest.raises(Rejected):
        adapter.delete(parent_id=parent, remote_id=remote_id)


def test_a_create_that_is_answered_without_an_id_is_looked_for(deployment: Deployment) -> None:
    deployment.tenant.add_fault(
        Fault(kind="status", status=201, body="{}", operation="createBot", nth=1, commit=True)
    )
    deployment.deploy({"helpdesk": least()})
    assert deployment.plan({"helpdesk": least()}).empty
    assert len(deployment.tenant.snapshot()["bots"]) == 1


@pytest.mark.parametrize("kind", EACH)
def test_only_roots_are_listed_and_only_roots_are_reserved(deployment: Deployment, kind: Kind) -> None:
    deployment.deploy(first(kind))
    adapter = deployment.adapters[kind.name]
    assert len(adapter.listing()) == (kind.parent is None)
    if kind.parent is not None:
        change = Change(
            address=next(iter(deployment.state.entries)).child(kind.name, kind.word), action=Action.CREATE
        )
        with pytest.raises(AssertionError, match="is not created under a mark"):
            adapter.reserve(change, mark=Mark(project="p", key="k", nonce="n"))


# --- what others made


def test_narrower_domains_name_the_registrations_that_the_service_will_delete(deployment: Deployment) -> None:
    """Also those that lwdeploy does not manage."""
    deployment.deploy({"helpdesk": least()})
    bot_id = next(iter(deployment.state.entries.values())).remote_id
    for domain in (10000001, 10000002):
        deployment.client.send(call("registerBotDomain", botId=bot_id, domainId=domain, json={}))
    plan = deployment.plan({"helpdesk": least(policy={"allowedDomains": ["osaka"]})}, allowed={})
    assert [each.objects for each in plan.consequences] == [("10000001",)]
    assert [each.guard for each in plan.refusals] == ["unmanaged"]


def test_rich_menus_in_the_way_of_a_persistent_menu_are_named_and_the_plan_is_refused(
    deployment: Deployment,
) -> None:
    deployment.deploy({"helpdesk": least()})
    bot_id = next(iter(deployment.state.entries.values())).remote_id
    deployment.tenant.make_richmenu(int(bot_id), name="theirs")
    plan = deployment.plan(first(BY_NAME["persistent_menu"]))
    assert [each.guard for each in plan.refusals] == ["service"]
    assert "theirs" in plan.refusals[0].message


# --- everything that is only guessed about the service


def readings() -> Iterator[Any]:
    """Give every reading that is not the default of a switch that a kind can meet."""
    met = {
        "absent-menu", "all-domains", "bot-times", "callback-events-default", "create-answer", "create-secret",
        "delete-missing", "duplicate-member", "duplicate-registration", "everyone-answer", "last-cursor",
        "list-order", "member-add-answer", "missing-bot", "null-fields", "parallel-writes", "photo-url",
        "surplus-fields", "unset-properties", "update-answer", "user-ids", "text-length", "expires-in",
    }  # fmt: skip
    for switch in SWITCHES:
        if switch.name in met:
            yield from (
                pytest.param(switch.name, each, id=f"{switch.name}={each}") for each in switch.readings[1:]
            )


@pytest.mark.parametrize(("switch", "reading"), list(readings()))
def test_whatever_the_service_really_does_everything_settles(
    deployment: Deployment, switch: str, reading: str
) -> None:
    deployment.tenant.choose(switch, reading)
    everything = {
        "full": SAMPLES["bot"].created["full"][0],
        "members": {
            **SAMPLES["bot_domain"].created["selected"][0],
            "menus": SAMPLES["persistent_menu"].created["four"][0]["menus"],
        },
        "plain": least(domains=[{"name": "osaka", "permission": "all"}]),
    }
    deployment.deploy(everything)
    again = deployment.plan(everything)
    assert again.empty, [each.diffs for each in again.steps]
    less = {"members": least(domains=[], menus={"persistent": {"actions": []}})}
    deployment.deploy(less)
    assert deployment.plan(less).empty


# --- rules


def test_every_rule_has_an_id_of_its_own() -> None:
    rules = [rule.id for kind in KINDS for rule in kind.rules]
    others = [rule.id for rule in RULES]
    assert [each for each, count in Counter([*rules, *others]).items() if count > 1] == []


@pytest.mark.parametrize("kind", EACH)
def test_every_rule_explains_itself(kind: Kind) -> None:
    for rule in kind.rules:
        assert rule.id.startswith("LW")
        assert rule.id[2:].isdigit()
        assert len(rule.id) == 5
        assert rule.title
        assert not rule.title.endswith(".")
        assert rule.explain.endswith(".")
