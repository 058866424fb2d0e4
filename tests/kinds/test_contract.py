"""What every kind must do, against the local tenant over HTTP: create, read back, change, be left in peace."""

from __future__ import annotations

from collections import Counter

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.kind import Kind
from lwdeploy.core.types import Action, Change
from lwdeploy.kinds import KINDS, kinds_by_name
from lwdeploy.manifests.rules import RULES
from lwdeploy.planning.diff import differing_paths
from tests.kinds.deployment import Deployment, without_users
from tests.kinds.runs import Runs, created, estimated, first, own
from tests.kinds.samples.every import SAMPLES

CREATED = [
    pytest.param(kind, case, id=f"{kind.name}: {case}") for kind in KINDS for case in SAMPLES[kind.name].created
]
STEPS = [
    pytest.param(kind, case, id=f"{kind.name}: {case}") for kind in KINDS for case in SAMPLES[kind.name].steps
]
EACH = [pytest.param(kind, id=kind.name) for kind in KINDS]


@pytest.fixture(scope="module")
def runs() -> Runs:
    return Runs()


def test_every_kind_has_samples_and_every_sample_a_kind() -> None:
    assert set(SAMPLES) == set(kinds_by_name())


# --- create, read, plan again


@pytest.mark.parametrize(("kind", "case"), CREATED)
def test_what_was_created_reads_back_as_declared(
    deployment: Deployment, runs: Runs, kind: Kind, case: str
) -> None:
    calls, run = created(kind, case)[1], runs.creation(deployment, kind, case)
    change = own(kind, run.again.changes)
    shown = run.shown[change.address].spec
    assert differing_paths(without_users(change.desired, kind.user_fields), shown) == ()
    assert {op: count for op, count in run.counts.items() if op in calls} == calls


@pytest.mark.parametrize(("kind", "case"), CREATED)
def test_a_second_plan_is_empty_and_a_second_apply_writes_nothing(
    deployment: Deployment, runs: Runs, kind: Kind, case: str
) -> None:
    run = runs.creation(deployment, kind, case)
    assert run.again.empty, [each.diffs for each in run.again.steps]
    assert run.sent_again == ()


@pytest.mark.parametrize(("kind", "case"), CREATED)
def test_the_estimate_of_a_creation_is_what_is_sent(
    deployment: Deployment, runs: Runs, kind: Kind, case: str
) -> None:
    run = runs.creation(deployment, kind, case)
    assert run.counts == estimated(run.plan.changes)


# --- update


def named(change: Change) -> str:
    """Give a step as `action address`, the address without its bot and without ids."""
    return f"{change.action} {'/'.join(change.address.path[2:])}".partition(":")[0]


@pytest.mark.parametrize(("kind", "case"), STEPS)
def test_a_changed_field_is_the_only_difference_and_all_that_is_sent(
    deployment: Deployment, runs: Runs, kind: Kind, case: str
) -> None:
    step, run = SAMPLES[kind.name].steps[case], runs.update(deployment, kind, case)
    if step.steps:
        assert tuple(map(named, run.changes)) == step.steps
    else:
        assert [(each.action, each.address.kind) for each in run.changes] == [(Action.UPDATE, kind.name)]
    assert tuple(diff.path for diff in own(kind, run.changes).diffs) == step.paths
    assert run.sent == step.sent


@pytest.mark.parametrize(("kind", "case"), STEPS)
def test_after_an_update_a_second_plan_is_empty(deployment: Deployment, runs: Runs, kind: Kind, case: str) -> None:
    run = runs.update(deployment, kind, case)
    assert run.again.empty, [each.diffs for each in run.again.steps]


@pytest.mark.parametrize(("kind", "case"), STEPS)
def test_the_estimate_of_an_update_is_what_is_sent(
    deployment: Deployment, runs: Runs, kind: Kind, case: str
) -> None:
    run = runs.update(deployment, kind, case)
    assert run.counts == estimated(run.changes)


@pytest.mark.parametrize(("kind", "case"), STEPS)
def test_an_update_leaves_everything_else_as_it_was(
    deployment: Deployment, runs: Runs, kind: Kind, case: str
) -> None:
    """Compared as stored: only what the step names may differ, and all of that does."""
    step, run = SAMPLES[kind.name].steps[case], runs.update(deployment, kind, case)
    assert {name for name in run.before if run.before[name] != run.after[name]} == step.touches


# --- roots


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
