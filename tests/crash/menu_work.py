"""Work on rich menus that gets interrupted: what a bot has before, what it shall have, how a clean run goes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lwdeploy.simulator import LocalTenant, Settings, start
from tests.support.menu_life import (
    HANAKO,
    TARO,
    main_menu,
    menus_of,
    rich,
    user_menu,
    write_bot,
)
from tests.support.menu_pictures import picture
from tests.support.project import Project, Run

__all__ = ["WORK", "Rehearsal", "Work", "apply", "prepare", "rehearse", "staged"]

THEIRS = "by-hand"
PERSISTENT = {"persistent": {"actions": [{"type": "message", "label": "Help", "text": "help"}]}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One edit of a project.

    `before` is applied first, if there is one; with `theirs` somebody then makes a menu by hand. `earlier` runs of
    `after` come before the one that is interrupted, and `again` runs after it may be needed to end the work: both
    are more than usual only where the service refuses a second picture, which ends a run in failure.
    `takes_away` is the operation that leaves users without a menu where the service forces that.
    """

    name: str
    after: Callable[[Project], None]
    before: Callable[[Project], None] | None = None
    theirs: bool = True
    flags: tuple[str, ...] = ()
    switches: Mapping[str, str] = field(default_factory=dict)
    earlier: int = 0
    again: int = 1
    takes_away: str = ""


def _bare(project: Project) -> None:
    write_bot(project)


def _two_menus(project: Project) -> None:
    main_menu(project)
    user_menu(project)
    write_bot(project, rich("main", "vip", default="main", users={"vip": [TARO, HANAKO]}))


def _replaced(project: Project) -> None:
    """Edit a label and a picture, and move a user, all at once."""
    main_menu(project, label="Report a fault")
    user_menu(project, image="compact-vip-new.png")
    write_bot(project, rich("main", "vip", default="main", users={"main": [TARO], "vip": [HANAKO]}))


def _other_default(project: Project) -> None:
    _two_menus(project)
    write_bot(project, rich("main", "vip", default="vip", users={"vip": [TARO, HANAKO]}))


def _successor(project: Project) -> None:
    """Put a new menu in the place of the default one, and of the menu of one user."""
    main_menu(project, "night", label="Night desk", default="full-night.png")
    user_menu(project)
    write_bot(project, rich("night", "vip", default="night", users={"night": [TARO], "vip": [HANAKO]}))


def _other_picture(project: Project) -> None:
    _two_menus(project)
    main_menu(project, default="full-main-new.png")


def _persistent(project: Project) -> None:
    write_bot(project, PERSISTENT)


_REFUSED = {"second-image": "refused"}

WORK: Mapping[str, Work] = {
    each.name: each
    for each in (
        Work(name="create", before=_bare, after=_two_menus),
        Work(name="create with the bot", after=_two_menus, theirs=False),
        Work(name="replace", before=_two_menus, after=_replaced),
        Work(name="other default", before=_two_menus, after=_other_default),
        Work(name="successor", before=_two_menus, after=_successor, flags=("--allow", "delete=1")),
        Work(name="picture", before=_two_menus, after=_other_picture),
        Work(
            name="picture, files bound once",
            before=_two_menus,
            after=_other_picture,
            switches={"bound-file-reuse": "refused"},
        ),
        Work(name="picture refused", before=_two_menus, after=_other_picture, switches=_REFUSED, again=2),
        Work(name="picture refused before", before=_two_menus, after=_other_picture, switches=_REFUSED, earlier=1),
        Work(name="replace, picture refused", before=_two_menus, after=_replaced, switches=_REFUSED, again=2),
        Work(name="to rich", before=_persistent, after=_two_menus, theirs=False, takes_away="createRichmenu"),
        Work(
            name="to persistent",
            before=_two_menus,
            after=_persistent,
            theirs=False,
            flags=("--allow", "delete=5"),
            takes_away="deleteDefaultRichmenu",
        ),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A place from which the work can be begun again and again, and what a clean run of it did.

    `operations` are its requests in order, of its first run only; `goal` is what the tenant has in the end.
    """

    work: Work
    folder: Path
    private_key: str
    operations: tuple[str, ...]
    writes: tuple[bool, ...]
    goal: Mapping[str, Any]


def apply(work: Work, project: Project) -> Run:
    """Carry the work out, or what is left of it."""
    return project.run("apply", "--auto-approve", *work.flags)


def rehearse(work: Work, folder: Path, *, private_key: str) -> Rehearsal:
    """Prepare the work in `folder`/ready, and do it once on a copy."""
    ready = folder / "ready"
    ready.mkdir(parents=True)
    with _tenant(work, ready, private_key=private_key) as tenant:
        prepare(work, Project.found(ready / "project", tenant), tenant)
    with staged(work, ready, folder / "rehearsed", private_key=private_key) as (project, tenant):
        first = apply(work, project)
        assert (first.code != 0) == (work.again > 1), first
        log = tenant.log()
        for _ in range(work.again):
            last = apply(work, project)
        assert last.code == 0, last
        project.expect_settled(tenant)
        return Rehearsal(
            work=work,
            folder=ready,
            private_key=private_key,
            operations=tuple(each.operation for each in log),
            writes=tuple(each.method != "GET" for each in log),
            goal=menus_of(tenant),
        )


def prepare(work: Work, project: Project, tenant: LocalTenant) -> None:
    if work.before is not None:
        work.before(project)
        project.apply()
    if work.theirs:
        (bot_id,) = (each["botId"] for each in tenant.snapshot()["bots"])
        tenant.make_richmenu(bot_id, name=THEIRS, picture=picture("compact-theirs.png"))
    work.after(project)
    for _ in range(work.earlier):
        assert apply(work, project).code != 0


@contextmanager
def staged(work: Work, ready: Path, folder: Path, *, private_key: str) -> Iterator[tuple[Project, LocalTenant]]:
    """Give the project and its tenant as they stood before the work, in a folder of their own."""
    shutil.copytree(ready, folder)
    with _tenant(work, folder, private_key=private_key) as tenant:
        yield Project.found(folder / "project", tenant), tenant


def _tenant(work: Work, folder: Path, *, private_key: str) -> LocalTenant:
    settings = Settings(private_key=private_key, switches=dict(work.switches))
    return start(data=folder / "tenant.sqlite3", settings=settings)
