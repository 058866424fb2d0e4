"""Whatever is declared: after one apply there is nothing left to do, and nothing else was touched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given

from lwdeploy.simulator import Settings, start
from tests.kinds.deployment import Deployment
from tests.property.strategies import bounded_over_http, projects


@pytest.fixture(scope="module")
def deployment(private_key: str) -> Iterator[Deployment]:
    with start(data=None, settings=Settings(private_key=private_key)) as tenant, Deployment(tenant) as made:
        yield made


def settled(deployment: Deployment, project: dict[str, Any]) -> None:
    again = deployment.plan(project)
    assert again.empty, [(str(each.address), each.action, each.diffs) for each in again.steps]


@bounded_over_http(25)
@given(project=projects())
def test_after_an_apply_the_plan_is_empty(deployment: Deployment, project: dict[str, Any]) -> None:
    deployment.begin()
    deployment.deploy(project)
    settled(deployment, project)
    assert len(deployment.tenant.snapshot()["bots"]) == len(project)


@bounded_over_http(25)
@given(before=projects(), after=projects(least=1))
def test_from_any_project_to_any_other_one_apply_is_enough(
    deployment: Deployment, before: dict[str, Any], after: dict[str, Any]
) -> None:
    deployment.begin()
    deployment.deploy(before)
    deployment.deploy(after)
    settled(deployment, after)
    assert len(deployment.tenant.snapshot()["bots"]) == len(after)


@bounded_over_http(10)
@given(project=projects(least=1))
def test_a_no_op_apply_asks_nothing_of_the_tenant(deployment: Deployment, project: dict[str, Any]) -> None:
    deployment.begin()
    deployment.deploy(project)
    plan = deployment.plan(project)
    deployment.tenant.clear_log()
    deployment.apply(plan)
    assert deployment.tenant.log() == ()


@bounded_over_http(10)
@given(project=projects(least=1))
def test_a_lost_state_costs_no_write_once_it_is_bound_again(
    deployment: Deployment, project: dict[str, Any]
) -> None:
    """Nothing is decided by state alone: with ids from the manifests, a new state is only recorded."""
    deployment.begin()
    deployment.deploy(project)
    ids = {each.name: int(entry.remote_id) for each, entry in deployment.state.entries.items() if each.is_root}
    kept = deployment.store
    deployment.store = type(kept)()
    bound = {name: {**spec, "botId": ids[name]} for name, spec in project.items()}
    plan = deployment.plan(bound)
    unlisted = {"user_rich_menu"}  # no call says who was given which menu: it is given again
    assert {each.action.value for each in plan.changes if each.address.kind not in unlisted} <= {"adopt", "update"}
    users = {"pic.primary", "pic.vice", "members"}
    seen = [diff.path for each in plan.steps for diff in each.diffs]
    assert all(path in users or path.startswith("image.") for path in seen)  # nor does a list show pictures
