"""Between persistent and rich menus the service forces a moment without a menu: it is as short as it can be."""

from __future__ import annotations

import pytest

from lwdeploy.simulator import Fault, LocalTenant
from tests.crash.menu_watch import Film, has_persistent
from tests.crash.menu_work import WORK, apply, prepare
from tests.support.project import Project, Run

pytestmark = pytest.mark.usefixtures("haste")


def _filmed(name: str, project: Project, tenant: LocalTenant) -> tuple[Film, Run]:
    work, film = WORK[name], Film()
    prepare(work, project, tenant)
    tenant.clear_log()
    with tenant.watch(film):
        ran = apply(work, project)
    assert ran.code == 0, ran
    return film, ran


def test_from_persistent_to_rich(project: Project, tenant: LocalTenant) -> None:
    """Users have no menu from the first create to the default, and no other request comes between."""
    film, ran = _filmed("to rich", project, tenant)
    assert list(film.dark_stretch()) == ["createRichmenu", "setRichmenuImage", "setDefaultRichmenu"]
    uploads = [each.seq for each in tenant.log("uploadContent")][:2]
    assert max(uploads) < tenant.log("createRichmenu")[0].seq
    assert "users have no menu" in ran.out
    project.expect_settled(tenant)


def test_from_rich_to_persistent(project: Project, tenant: LocalTenant) -> None:
    """Users have no menu from the end of the default to the persistent menu; all else is taken away before."""
    film, ran = _filmed("to persistent", project, tenant)
    assert list(film.dark_stretch()) == ["deleteDefaultRichmenu", "deleteRichmenu", "setPersistentMenu"]
    assert "users have no menu" in ran.out
    project.expect_settled(tenant)


@pytest.mark.parametrize("operation", ["createAttachment", "uploadContent"])
def test_a_picture_that_cannot_be_uploaded(project: Project, tenant: LocalTenant, operation: str) -> None:
    """The persistent menu stays where it is as long as the pictures are not in the tenant."""
    work, film = WORK["to rich"], Film()
    prepare(work, project, tenant)
    tenant.add_fault(Fault(kind="status", status=403, operation=operation, nth=2, times=10))
    with tenant.watch(film):
        ran = apply(work, project)
    assert ran.code == 1, ran
    assert all(has_persistent(state) and not state["menus"] for _, state in film.frames)
