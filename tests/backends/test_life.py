"""Everything that a project does with its state, in every sort of place, through the command line."""

from __future__ import annotations

import pytest

from lwdeploy.simulator import LocalTenant
from lwdeploy.state.holder import Holder
from lwdeploy.state.remote_lease import TTL, Ticket
from tests.support.console import names
from tests.support.four import expect_whole
from tests.support.haste import Haste
from tests.support.places import SPACE, Place, started
from tests.support.project import Project, least

DEAD = Holder(host="runner-7", pid=4711, user="taro", since="2026-01-05T09:00:00Z", job_url="https://ci/jobs/1")


def _leave_a_lease(place: Place) -> None:
    place.blobs(SPACE).put("lease.json", Ticket(holder=DEAD, token="dead").to_json(), expected=None)


@pytest.mark.parametrize("place", ["git-http", "object", "postgres"], indirect=True)
def test_a_project_lives_with_its_state_in_a_place(place: Place, project: Project, tenant: LocalTenant) -> None:
    """Applied, settled, listed, deleted with what it was in the trash, lost and rebuilt."""
    project.apply()
    before = place.stored()
    expect_whole(project, tenant, "helpdesk", "payroll")
    assert place.stored() == before  # what has nothing to do writes nothing: no serial, no lease, no commit
    listed = project.run("state", "list")
    assert [line.split()[0] for line in listed.out.splitlines() if "/domain/" not in line] == [
        "bot/helpdesk",
        "bot/payroll",
    ]
    shown = project.run("state", "show", "--format", "json")
    assert shown.json["backend"].split()[0] == next(iter(place.state))
    assert "canary" not in shown.out + project.run("plan", "--format", "json").out
    project.drop("payroll")
    project.apply("--prune")
    deleted = project.run("state", "trash", "list").out.split()[0]
    assert "botName: Payroll" in project.run("state", "trash", "show", deleted).out
    assert names(tenant) == ["Helpdesk"]

    blobs = place.blobs(SPACE)
    state = blobs.get("state.json")
    assert state is not None
    blobs.delete("state.json", expected=state.version)
    lost = project.run("plan")
    assert lost.code == 1, lost
    assert "is gone" in lost.err
    assert "state rebuild" in lost.err
    assert project.run("state", "rebuild", "--auto-approve", "--allow", "adopt=1").code == 0
    project.apply()  # who the person in charge is has to be learnt again
    expect_whole(project, tenant, "helpdesk")


def test_projects_and_tenants_that_share_a_place_do_not_meet(
    place: Place, project: Project, tenant: LocalTenant
) -> None:
    """Nothing but the project's id and the tenant's name has to differ."""
    project.apply()
    other = started(place, tenant, "other")
    text = (other.root / "lwdeploy.yaml").read_text(encoding="utf-8")
    (other.root / "lwdeploy.yaml").write_text(text.replace("7f3a91c2", "0000beef"), encoding="utf-8")
    other.bot("travel", **least("Travel"))
    before = place.stored()
    assert other.run("state", "init").code == 0
    other.apply()
    after = place.stored()
    assert {name for name in after if before.get(name) != after[name]} - {""} == {
        "0000beef/acme/exists",
        "0000beef/acme/state.json",
    } | ({"0000beef/acme/lease.json", "0000beef/acme/PROBE"} & set(after))
    expect_whole(project, tenant, "helpdesk", "payroll", unmanaged=("Travel",))
    expect_whole(other, tenant, "travel", unmanaged=("Helpdesk", "Payroll"))


def test_a_plan_of_one_job_is_applied_by_another(place: Place, project: Project, tenant: LocalTenant) -> None:
    """The place is called the same from every checkout, and a plan runs once wherever it runs."""
    place.publish(project.root)
    planning, applying = (_checkout(place, project, name) for name in ("plan-job", "apply-job"))
    plan = applying.root.parent / "bots.plan"
    assert planning.run("plan", "--out", str(plan)).code == 0
    ran = applying.run("apply", str(plan), env={"CI": "true"})
    assert ran.code == 0, ran
    again = planning.run("apply", str(plan))
    assert again.code == 5, again
    expect_whole(planning, tenant, "helpdesk", "payroll")


def _checkout(place: Place, project: Project, name: str) -> Project:
    return Project(root=place.folder(name), env=project.env)


def test_a_lease_of_a_dead_run_is_shown_waited_for_taken_away_and_ends(
    place: Place, project: Project, tenant: LocalTenant, lease_haste: Haste
) -> None:
    """Readers do not care. Whoever does not wait is told who it is; whoever does goes on after one TTL."""
    _leave_a_lease(place)
    before = place.stored()
    assert project.run("plan").code == 0
    assert project.run("state", "trash", "list").code == 0
    refused = project.run("apply", "--auto-approve", "--lock-timeout", "0")
    assert refused.code == 6, refused
    assert "taro on runner-7 (process 4711)" in refused.err
    assert "https://ci/jobs/1" in refused.err
    assert names(tenant) == []
    assert lease_haste.waited == []
    assert place.stored() == before
    project.apply()
    assert TTL <= sum(lease_haste.waited) <= TTL + 10

    lease_haste.waited.clear()
    _leave_a_lease(place)
    unlocked = project.run("state", "unlock", "--force")
    assert unlocked.code == 0, unlocked
    assert "taro on runner-7, process 4711" in unlocked.err
    project.drop("payroll")
    project.apply("--prune", "--lock-timeout", "0")
    assert lease_haste.waited == []
    assert "Nobody holds the lease" in project.run("state", "unlock").err
    assert names(tenant) == ["Helpdesk"]
