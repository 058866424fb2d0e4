"""What the sweep interrupts: edits of a project, with the tenant and the project as they are before.

Each is small enough to be run thousands of times, and holds every operation that lwdeploy sends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lwdeploy.simulator import LocalTenant
from tests.support.life import write_picture
from tests.support.menu_life import HANAKO, TARO
from tests.support.project import Project, least

__all__ = ["CANARY", "THEIRS", "WORKS", "Work"]

CANARY = "CANARY-QUERY-93f1"
"""Stands in the query of a callback URL: it must not be in anything that is kept or shown."""
THEIRS = "Somebody's"

_TOKYO = {"name": "tokyo", "visible": True}
_OSAKA = {"name": "osaka", "visible": False, "permission": "all"}
_HELP = {"type": "message", "label": "Help", "text": "help"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One edit of a project.

    `before` is applied first, if there is one, then `after` is written, and applying that is the work. `bots`
    stand in the tenant beside it and belong to somebody else; `spec` is laid over the Tenant document, `settings`
    over those of the local tenant. The works that are `whole` send every operation there is between them.
    """

    name: str
    after: Callable[[Project], None]
    before: Callable[[Project], None] | None = None
    bots: int = 1
    flags: tuple[str, ...] = ()
    whole: bool = False
    spec: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def lay(self, project: Project, tenant: LocalTenant) -> None:
        """Put the tenant there as it is before the project comes."""
        if self.bots:
            tenant.make_bots(self.bots, name=THEIRS, registered_in=tenant.domain_ids[0])


def _title(key: str) -> str:
    return key.replace("-", " ").title()


def _bot(project: Project, key: str, **spec: Any) -> None:
    project.bot(key, **least(_title(key), **spec))


def _selected(*members: str) -> dict[str, Any]:
    return {**_TOKYO, "permission": "selected", "members": list(members)}


def _persistent(*texts: str) -> dict[str, Any]:
    return {"persistent": {"actions": [{**_HELP, "text": each} for each in texts]}}


def _menu(project: Project, name: str, *, says: str = "pay", drawn: str = "compact-slip.jpg") -> dict[str, Any]:
    image = write_picture(project, drawn)
    areas = [{"action": {**_HELP, "text": says}}]
    return {"name": name, "size": "compact", "image": image, "layout": "1x1", "areas": areas}


def _twelve(project: Project) -> None:
    """Five bots of the least sort, three for selected members, two with a persistent and two with rich menus."""
    for key in ("alpha", "bravo", "charlie", "delta"):
        _bot(project, key, domains=[_TOKYO])
    callback = {"url": f"https://bots.example.com/echo?key={CANARY}", "events": ["message"]}
    _bot(project, "echo", domains=[_TOKYO, _OSAKA], callback=callback)
    _bot(project, "foxtrot", domains=[_selected(TARO)])
    _bot(project, "golf", domains=[_selected(TARO, HANAKO)])
    _bot(project, "hotel", domains=[_selected(HANAKO), _OSAKA])
    _bot(project, "india", domains=[_TOKYO], menus=_persistent("help"))
    _bot(project, "juliett", domains=[_TOKYO], menus=_persistent("help", "more"))
    rich = {"rich": {"menus": [_menu(project, "day")], "default": "day"}}
    _bot(project, "kilo", domains=[_TOKYO], menus=rich)
    both = [_menu(project, "day"), _menu(project, "vip", says="vip", drawn="compact-vip.jpg")]
    users = {"rich": {"menus": both, "default": "day", "users": {"vip": [TARO]}}}
    _bot(project, "lima", domains=[_TOKYO], menus=users)


def _mixed_before(project: Project) -> None:
    project.define("PersonInCharge", "desk", primary=[TARO, "admin@example.com"])
    _bot(project, "alpha", domains=[_TOKYO])
    _bot(project, "bravo", domains=[_selected(TARO, HANAKO), _OSAKA])
    _bot(project, "charlie", domains=[_TOKYO], menus=_persistent("help"))
    rich = {"rich": {"menus": [_menu(project, "day")], "default": "day", "users": {"day": [TARO]}}}
    _bot(project, "delta", domains=[_TOKYO], menus=rich)
    _bot(project, "echo", domains=[_TOKYO], menus=_persistent("help"))
    _bot(project, "foxtrot", domains=[_TOKYO])
    _bot(project, "golf", domains=[_TOKYO])


def _mixed_after(project: Project) -> None:
    """Update, replace, take away, delete and create, on eight bots."""
    quiet = {"joinChatRoom": False}
    project.bot(
        "alpha", **least("Alpha", domains=[_TOKYO], policy=quiet, callback={"enabled": False}) | _text("New words")
    )
    _bot(project, "bravo", domains=[_selected(HANAKO)])
    _bot(project, "charlie", domains=[{**_TOKYO, "visible": False}], menus=_persistent("help", "more"))
    menu = _menu(project, "day", says="another", drawn="compact-new.jpg")
    rich = {"rich": {"menus": [menu], "default": "day", "users": {"day": [HANAKO]}}}
    _bot(project, "delta", domains=[_TOKYO], menus=rich)
    _bot(project, "echo", domains=[_TOKYO], menus={"persistent": {"actions": []}})
    project.drop("foxtrot")
    _bot(project, "golf", domains=[])
    callback = {"url": f"https://bots.example.com/hotel?key={CANARY}", "events": ["message"]}
    _bot(project, "hotel", domains=[_selected(TARO)], callback=callback)


def _text(words: str) -> dict[str, Any]:
    return {"description": words}


def _full_before(project: Project) -> None:
    for key in ("alpha", "bravo"):
        _bot(project, key, domains=[_TOKYO])


def _full_after(project: Project) -> None:
    """Take one away and make three, where exactly that many fit."""
    project.drop("bravo")
    for key in ("charlie", "delta", "echo"):
        _bot(project, key, domains=[_TOKYO])


def _first(project: Project) -> None:
    """Make three bots where nothing has ever been."""
    _bot(project, "alpha", domains=[_TOKYO])
    _bot(project, "bravo", domains=[_selected(TARO)], menus=_persistent("help"))
    rich = {"rich": {"menus": [_menu(project, "day")], "default": "day"}}
    _bot(project, "charlie", menus=rich)


def _few(project: Project) -> None:
    for key in ("alpha", "bravo", "charlie"):
        _bot(project, key, domains=[_TOKYO])
    _bot(project, "delta", domains=[_selected(TARO)], menus=_persistent("help"))
    for key in ("echo", "foxtrot", "golf", "hotel"):
        _bot(project, key)


_PRUNE = ("--prune", "--allow", "delete=9")

WORKS: Mapping[str, Work] = {
    each.name: each
    for each in (
        Work(name="first", after=_first, bots=0),
        Work(name="create", whole=True, after=_twelve),
        Work(name="mixed", whole=True, before=_mixed_before, after=_mixed_after, flags=_PRUNE),
        Work(name="full", before=_full_before, after=_full_after, bots=295, flags=_PRUNE),
        Work(
            name="free",
            after=_few,
            bots=2,
            spec={"plan": "free"},
            settings={"plan": "free", "bot_limit": 10, "rate_limit": "free", "rate_window_seconds": 0.25},
        ),
    )
}
