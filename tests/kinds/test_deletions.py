"""What every kind must do about objects that go, or are gone, or may not be looked at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.diagnostics import SourceRef
from lwdeploy.core.errors import Rejected
from lwdeploy.core.kind import Adapter, Kind
from lwdeploy.core.live import LiveResource, Seen
from lwdeploy.core.types import Action, Change, Resource
from lwdeploy.kinds import KINDS
from lwdeploy.simulator import Fault
from tests.kinds.deployment import Deployment, least
from tests.kinds.menus import settled
from tests.kinds.runs import estimated, first, own
from tests.kinds.samples.every import SAMPLES

EACH = [pytest.param(kind, id=kind.name) for kind in KINDS]
CHILDREN = [pytest.param(kind, id=kind.name) for kind in KINDS if kind.parent is not None]


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
