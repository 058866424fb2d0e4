"""What every kind must do, against the local tenant over HTTP: create, read back, change, be left in peace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.diagnostics import SourceRef
from lwdeploy.core.errors import Rejected
from lwdeploy.core.kind import Adapter, Kind
from lwdeploy.core.live import LiveResource, Seen
from lwdeploy.core.types import Action, Change, Resource
from lwdeploy.kinds import KINDS
from lwdeploy.manifests.rules import RULES
from lwdeploy.planning.diff import differing_paths
from lwdeploy.simulator import Fault
from tests.kinds.deployment import Deployment, least, without_users
from tests.kinds.menus import Snapshot, settled, told
from tests.kinds.samples.every import SAMPLES
from tests.kinds.samples.form import Step

BY_NAME = {kind.name: kind for kind in KINDS}
CREATED = [
    pytest.param(kind, case, id=f"{kind.name}: {case}") for kind in KINDS for case in SAMPLES[kind.name].created
]
STEPS = [
    pytest.param(kind, case, id=f"{kind.name}: {case}") for kind in KINDS for case in SAMPLES[kind.name].steps
]
EACH = [pytest.param(kind, id=kind.name) for kind in KINDS]
CHILDREN = [pytest.param(kind, id=kind.name) for kind in KINDS if kind.parent is not None]


def created(kind: Kind, case: str) -> tuple[dict[str, Any], dict[str, int]]:
    spec, calls = SAMPLES[kind.name].created[case]
    return {"helpdesk": spec}, dict(calls)


def first(kind: Kind) -> dict[str, Any]:
    return created(kind, next(iter(SAMPLES[kind.name].created)))[0]


def own(kind: Kind, changes: Iterable[Change]) -> Change:
    """Give the one change of a kind that means an object that is declared, or was."""
    mine = [each for each in changes if each.address.kind == kind.name and each.replaced_by is None]
    (found,) = [each for each in mine if len(mine) == 1 or each.action is not Action.NOOP]
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
    deployment.deploy(bots)
    assert {op: count for op, count in deployment.counts().items() if op in calls} == calls
    deployment.verify(images=True, users=True)
    change = own(kind, deployment.plan(bots).changes)
    shown = deployment.live(bots)[change.address].spec
    assert differing_paths(without_users(change.desired, kind.user_fields), shown) == ()


@pytest.mark.parametrize(("kind", "case"), CREATED)
def test_a_second_plan_is_empty_and_a_second_apply_writes_nothing(
    deployment: Deployment, kind: Kind, case: str
) -> None:
    bots, _ = created(kind, case)
    deployment.deploy(bots)
    settled(deployment, bots)
    again = deployment.plan(bots)
    deployment.tenant.clear_log()
    deployment.apply(again)
    assert deployment.tenant.log() == ()


@pytest.mark.parametrize(("kind", "case"), CREATED)
def test_the_estimate_of_a_creation_is_what_is_sent(deployment: Deployment, kind: Kind, case: str) -> None:
    bots, _ = created(kind, case)
    plan = deployment.deploy(bots)
    assert deployment.counts() == estimated(plan.changes)


# --- update


def stepped(
    deployment: Deployment, kind: Kind, case: str
) -> tuple[Step, tuple[Change, ...], tuple[tuple[str, Any], ...], Snapshot]:
    """Deploy both sides of a step; give the step, what was planned and sent for it, and the tenant between."""
    step = SAMPLES[kind.name].steps[case]
    deployment.deploy({"helpdesk": step.before})
    between = deployment.tenant.snapshot()
    plan = deployment.deploy({"helpdesk": step.after})
    return step, plan.steps, told(deployment, before=between), between


def named(change: Change) -> str:
    """Give a step as `action address`, the address without its bot and without ids."""
    return f"{change.action} {'/'.join(change.address.path[2:])}".partition(":")[0]


@pytest.mark.parametrize(("kind", "case"), STEPS)
def test_a_changed_field_is_the_only_difference_and_all_that_is_sent(
    deployment: Deployment, kind: Kind, case: str
) -> None:
    step, changes, sent, _ = stepped(deployment, kind, case)
    if step.steps:
        assert tuple(map(named, changes)) == step.steps
    else:
        assert [(each.action, each.address.kind) for each in changes] == [(Action.UPDATE, kind.name)]
    assert tuple(diff.path for diff in own(kind, changes).diffs) == step.paths
    assert sent == step.sent


@pytest.mark.parametrize(("kind", "case"), STEPS)
def test_after_an_update_a_second_plan_is_empty(deployment: Deployment, kind: Kind, case: str) -> None:
    step, *_ = stepped(deployment, kind, case)
    settled(deployment, {"helpdesk": step.after})


@pytest.mark.parametrize(("kind", "case"), STEPS)
def test_the_estimate_of_an_update_is_what_is_sent(deployment: Deployment, kind: Kind, case: str) -> None:
    _, changes, *_ = stepped(deployment, kind, case)
    assert deployment.counts() == estimated(changes)


@pytest.mark.parametrize(("kind", "case"), STEPS)
def test_an_update_leaves_everything_else_as_it_was(deployment: Deployment, kind: Kind, case: str) -> None:
    """Compared as stored: only what the step names may differ, and all of that does."""
    step, _, _, between = stepped(deployment, kind, case)
    (before,), (after,) = between["bots"], deployment.tenant.snapshot()["bots"]
    assert {name for name in before if before[name] != after[name]} == step.touches


# --- delete, missing


def deletion(deployment: Deployment, kind: Kind) -> tuple[Change, str | None]:
    """Give the change that deletes the one object of a kind that state remembers, and its bot's id."""
    entries = deployment.state.entries
    (address,) = [each for each in entries if each.kind == kind.name]
    entry = entries[address]
    parent = None if address.is_root else entries[address.root].remote_id
    change = Change(address=address, action=Action.DELETE, remote_id=entry.remote_id, before=entry.applied)
    return change, parent


def seen(deployment: Deployment, change: Change, parent: str | None) -> Seen | LiveResource | None:
    """Read what a change means as an adapter does."""
    deployment.verify(users=True)
    adapters = deployment.adapters
    if parent is None:
        return adapters.roots[change.address.kind].look(str(change.remote_id), wanted={})
    bot = LiveResource(kind="bot", remote_id=parent, spec={})
    wanted = Resource(
        address=change.address, spec={}, source=SourceRef(file="bots.yaml"), derived_id=change.remote_id
    )
    return adapters.children[change.address.kind].read(bot, wanted={change.address: wanted})


def nothing(found: Seen | LiveResource | None) -> bool:
    return not found.resources if isinstance(found, Seen) else found is None


def adapter_of(deployment: Deployment, kind: Kind) -> Adapter:
    return deployment.adapters[kind.name]


@pytest.mark.parametrize("reading", ["404", "204"])
@pytest.mark.parametrize("kind", EACH)
def test_deleting_twice_is_success(deployment: Deployment, kind: Kind, reading: str) -> None:
    deployment.deploy(first(kind))
    change, parent = deletion(deployment, kind)
    assert not nothing(seen(deployment, change, parent))
    deployment.tenant.choose("delete-missing", reading)
    for _ in range(2):
        adapter_of(deployment, kind).delete(change, parent_id=parent)
        assert nothing(seen(deployment, change, parent))


@pytest.mark.parametrize("reading", ["404", "400"])
@pytest.mark.parametrize("kind", EACH)
def test_deleting_what_went_with_its_bot_is_success(deployment: Deployment, kind: Kind, reading: str) -> None:
    deployment.deploy(first(kind))
    change, parent = deletion(deployment, kind)
    deployment.tenant.choose("missing-bot", reading)
    whole = replace(change, address=change.address.root, remote_id=parent or change.remote_id)
    deployment.adapters["bot"].delete(whole, parent_id=None)
    adapter_of(deployment, kind).delete(change, parent_id=parent)
    assert deployment.tenant.snapshot() == {"bots": []}


@pytest.mark.parametrize("reading", ["404", "400"])
def test_reading_a_bot_that_is_not_there_gives_nothing(deployment: Deployment, reading: str) -> None:
    deployment.tenant.choose("missing-bot", reading)
    assert deployment.adapters.roots["bot"].look("999999", wanted={}) is None


@pytest.mark.parametrize("reading", ["404", "200-null"])
@pytest.mark.parametrize("kind", CHILDREN)
def test_reading_a_child_that_is_not_there_gives_nothing(deployment: Deployment, kind: Kind, reading: str) -> None:
    deployment.deploy({"helpdesk": least()})
    deployment.tenant.choose("absent-menu", reading)
    deployment.verify(images=True, users=True)
    (parent,) = [each.remote_id for each in deployment.state.entries.values()]
    bot = LiveResource(kind="bot", remote_id=parent, spec={})
    declared = own(kind, deployment.plan(first(kind)).changes)
    resource = Resource(
        address=declared.address,
        spec=declared.desired,
        source=SourceRef(file="bots.yaml"),
        derived_id=declared.remote_id,
        pictures=declared.pictures,
    )
    anything: list[dict[Address, Resource]] = [{}, {declared.address: resource}]
    for wanted in anything:
        found = deployment.adapters.children[kind.name].read(bot, wanted=wanted)
        assert (found.resources, found.superseded, found.unmanaged) == ({}, (), ())


@pytest.mark.parametrize("kind", EACH)
def test_a_deletion_by_plan_sends_what_was_estimated_and_leaves_nothing(
    deployment: Deployment, kind: Kind
) -> None:
    samples = SAMPLES[kind.name]
    deployment.deploy(first(kind))
    plan = deployment.deploy(samples.gone)
    change = own(kind, tuple(each for each in plan.changes if each.action is Action.DELETE))
    assert {op: count for op, count in deployment.counts().items() if op.startswith("delete")} == samples.deleted
    assert estimated((change,)) == samples.deleted
    assert change.address not in deployment.state.entries
    settled(deployment, samples.gone)


@pytest.mark.parametrize("kind", EACH)
def test_a_refused_read_or_delete_is_an_error_and_never_an_absence(deployment: Deployment, kind: Kind) -> None:
    deployment.deploy(first(kind))
    change, parent = deletion(deployment, kind)
    deployment.tenant.add_fault(Fault(kind="status", status=403))
    with pytest.raises(Rejected):
        seen(deployment, change, parent)
    with pytest.raises(Rejected):
        adapter_of(deployment, kind).delete(change, parent_id=parent)


@pytest.mark.parametrize("kind", EACH)
def test_only_roots_are_listed_and_only_roots_are_reserved(deployment: Deployment, kind: Kind) -> None:
    """A kind that stands alone is found in its list; any other one is read below its bot."""
    deployment.deploy(first(kind))
    roots, children = deployment.adapters.roots, deployment.adapters.children
    assert (kind.name in roots, kind.name in children) == (kind.parent is None, kind.parent is not None)
    assert (kind.root is None) == (kind.child is not None)
    if kind.parent is None:
        (row,) = roots[kind.name].listing()
        assert row.remote_id == deployment.state.entries[Address.top("bot", "helpdesk")].remote_id


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
