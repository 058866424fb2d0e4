"""The link from a bot to its default rich menu. Pure; rules LW110 to LW114."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lwdeploy.core.diagnostics import Severity
from lwdeploy.core.kind import Declared, Finding, Manifest, Rule
from lwdeploy.core.live import LiveResource
from lwdeploy.core.types import UNKNOWN, Action, Change, Resource
from lwdeploy.core.wording import Names, Wording

__all__ = ["DERIVED_ID", "FIELD", "RULES", "WORDING", "calls", "declare", "to_manifest"]

DERIVED_ID = "default"
"""A bot has one default rich menu, so its path segment is its identity."""

FIELD = "richmenuId"


def _rich(manifest: Manifest) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = manifest.spec.get("menus", {}).get("rich")
    return found


def declare(manifest: Manifest) -> Declared:
    """Make the one resource of `spec.menus.rich.default`; without menus there is none to be the default."""
    rich = _rich(manifest)
    if rich is None:
        return Declared()
    wanted = rich.get("default")
    if not wanted:
        return Declared(in_scope=wanted == "" or not rich.get("menus"))
    resource = Resource(
        address=manifest.address.child("default_rich_menu", "default-rich-menu"),
        spec={FIELD: UNKNOWN},
        source=manifest.at("menus.rich.default"),
        lifecycle=manifest.lifecycle,
        derived_id=DERIVED_ID,
        refers={FIELD: manifest.address.child("rich_menu", "rich-menu", wanted)},
    )
    return Declared(resources=(resource,), in_scope=True)


def to_manifest(objects: Sequence[LiveResource], names: Names) -> Mapping[str, Any]:
    """Give `spec.menus.rich.default`, where the menu that it points to has a key."""
    keys = [names.keys[each.spec[FIELD]] for each in objects if each.spec[FIELD] in names.keys]
    return {"menus": {"rich": {"default": keys[0]}}} if keys else {}


WORDING = Wording(to_manifest=to_manifest, units=("menus.rich.default",))


def calls(change: Change) -> Mapping[str, int]:
    """Give the writes that a change sends."""
    if change.action is Action.DELETE:
        return {"deleteDefaultRichmenu": 1}
    return {"setDefaultRichmenu": 1} if change.action.writes else {}


def _unknown(manifest: Manifest) -> Iterator[Finding]:
    rich = _rich(manifest) or {}
    names = [menu.get("name") for menu in rich.get("menus") or ()]
    wanted = rich.get("default")
    if wanted and wanted not in names:
        known = ", ".join(str(each) for each in names) or "none"
        message = f"the bot has no rich menu {wanted!r} (it has: {known})"
        yield Finding(
            path="menus.rich.default", message=message, fix="correct the name, or add the menu to `menus`"
        )


def _nobody_sees(manifest: Manifest) -> Iterator[Finding]:
    rich = _rich(manifest) or {}
    if rich.get("menus") and not rich.get("default") and not any((rich.get("users") or {}).values()):
        message = "no menu is the default and no user is given one: lwdeploy shows these menus to nobody"
        yield Finding(path="menus.rich", message=message, fix="add default: NAME, or users: {NAME: [login]}")


RULES: tuple[Rule, ...] = (
    Rule(
        id="LW110",
        title="the default is no menu of the bot",
        explain="`menus.rich.default` is the key of one of the menus that the bot lists.",
        check=_unknown,
    ),
    Rule(
        id="LW111",
        title="menus that nobody sees",
        explain="The service shows a rich menu only where it is the default or set for a user. Other programs may "
        "do that; if none does, the menus are there for nothing.",
        check=_nobody_sees,
        severity=Severity.WARNING,
    ),
)
