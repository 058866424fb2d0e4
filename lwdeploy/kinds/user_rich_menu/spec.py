"""The links from users to the rich menus that they see. Pure; rules LW115 to LW119."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lwdeploy.core.kind import Declared, Finding, Manifest, Rule
from lwdeploy.core.live import LiveResource
from lwdeploy.core.people import NEITHER, canonical_user, is_user
from lwdeploy.core.types import UNKNOWN, Action, Change, Resource
from lwdeploy.core.wording import Names, Wording

__all__ = ["FIELD", "RULES", "WORDING", "calls", "declare", "to_manifest"]

FIELD = "richmenuId"


def _assigned(manifest: Manifest) -> Iterator[tuple[str, str, str]]:
    """Give (dotted path, menu, user) of every assignment."""
    rich = manifest.spec.get("menus", {}).get("rich") or {}
    for menu, users in (rich.get("users") or {}).items():
        yield from ((f"menus.rich.users.{menu}.{index}", menu, user) for index, user in enumerate(users))


def declare(manifest: Manifest) -> Declared:
    """Make one resource of every user in `spec.menus.rich.users`; without menus nobody is given one."""
    rich = manifest.spec.get("menus", {}).get("rich")
    if rich is None:
        return Declared()
    if "users" not in rich:
        return Declared(in_scope=not rich.get("menus"))
    made = (_resource(manifest, path, menu, canonical_user(user)) for path, menu, user in _assigned(manifest))
    return Declared(resources=tuple(made), in_scope=True)


def _resource(manifest: Manifest, path: str, menu: str, user: str) -> Resource:
    return Resource(
        address=manifest.address.child("user_rich_menu", "rich-menu-user", user),
        spec={FIELD: UNKNOWN},
        source=manifest.at(path),
        lifecycle=manifest.lifecycle,
        derived_id=user,
        refers={FIELD: manifest.address.child("rich_menu", "rich-menu", menu)},
    )


def to_manifest(objects: Sequence[LiveResource], names: Names) -> Mapping[str, Any]:
    """Give `spec.menus.rich.users`, of those whose menus have keys."""
    users: dict[str, list[str]] = {}
    for each in sorted(objects, key=lambda each: each.remote_id):
        if each.spec[FIELD] in names.keys:
            user = names.users.get(each.remote_id, each.remote_id)
            users.setdefault(names.keys[each.spec[FIELD]], []).append(user)
    return {"menus": {"rich": {"users": dict(sorted(users.items()))}}} if users else {}


WORDING = Wording(to_manifest=to_manifest, units=("menus.rich.users.*",))


def calls(change: Change) -> Mapping[str, int]:
    """Give the writes that a change sends."""
    if change.action is Action.DELETE:
        return {"deleteUserRichmenu": 1}
    return {"setUserRichmenu": 1} if change.action.writes else {}


def _unknown(manifest: Manifest) -> Iterator[Finding]:
    rich: Mapping[str, Any] = manifest.spec.get("menus", {}).get("rich") or {}
    names = [menu.get("name") for menu in rich.get("menus") or ()]
    for menu in rich.get("users") or ():
        if menu not in names:
            known = ", ".join(str(each) for each in names) or "none"
            message = f"the bot has no rich menu {menu!r} (it has: {known})"
            fix = "correct the name, or add the menu to `menus`"
            yield Finding(path=f"menus.rich.users.{menu}", message=message, fix=fix)


def _ill_formed(manifest: Manifest) -> Iterator[Finding]:
    for path, _, user in _assigned(manifest):
        if not is_user(user):
            yield Finding(path=path, message=f"{user!r} {NEITHER}", fix="write the login id or the user id")


def _twice(manifest: Manifest) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for path, menu, user in _assigned(manifest):
        if canonical_user(user) in seen:
            message = f"{user!r} is given a menu already, {seen[canonical_user(user)]!r}: a user sees one"
            yield Finding(path=path, message=message, fix="keep one of the two")
        seen.setdefault(canonical_user(user), menu)


RULES: tuple[Rule, ...] = (
    Rule(
        id="LW115",
        title="users are given a menu that the bot does not have",
        explain="The keys of `menus.rich.users` are keys of menus that the bot lists.",
        check=_unknown,
    ),
    Rule(
        id="LW116",
        title="a user is neither a login nor a user id",
        explain="Users are given as login ids (name@domain) or as user ids (UUID).",
        check=_ill_formed,
    ),
    Rule(
        id="LW117",
        title="a user is given two menus",
        explain="The service shows a user one rich menu: his own, or else the default one.",
        check=_twice,
    ),
)
