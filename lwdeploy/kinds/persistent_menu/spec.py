"""A persistent menu's spec: its list of actions, owned whole. Pure; rules LW080 to LW089."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lwdeploy.core.actions import (
    ActionForm,
    action_from_api,
    action_from_manifest,
    action_to_api,
    action_to_manifest,
    bad_links,
    essential_action,
    missing_fields,
    surplus_fields,
    texts_of,
    too_long,
)
from lwdeploy.core.kind import Declared, Finding, Manifest, Rule, Scene
from lwdeploy.core.live import LiveResource
from lwdeploy.core.types import Action, Change, Consequence, Resource, Spec
from lwdeploy.core.wording import Names, Wording

__all__ = [
    "RULES",
    "WORDING",
    "calls",
    "consequences",
    "declare",
    "essential",
    "from_api",
    "to_body",
    "to_manifest",
]

DERIVED_ID = "persistentmenu"
"""A bot has one persistent menu, so its path segment is its identity."""

FORM = ActionForm(  # reference 3.4
    fields={
        "message": frozenset({"text", "postback"}),
        "uri": frozenset({"uri"}),
        "copy": frozenset({"copyText"}),
    },
    needed={"uri": ("uri",), "copy": ("copyText",)},
    limits={"label": 1000, "text": 300, "postback": 1000, "uri": 1000, "copyText": 1000},
    joined_lines=True,
)


def declare(manifest: Manifest) -> Declared:
    """Make the one resource of `spec.menus.persistent`; an empty list of actions declares that there is none."""
    menu = manifest.spec.get("menus", {}).get("persistent")
    if menu is None:
        return Declared()
    if not menu.get("actions"):
        return Declared(in_scope=True)
    resource = Resource(
        address=manifest.address.child("persistent_menu", "persistent-menu"),
        spec={"actions": [action_from_manifest(action, form=FORM) for action in menu["actions"]]},
        source=manifest.at("menus.persistent"),
        lifecycle=manifest.lifecycle,
        derived_id=DERIVED_ID,
    )
    return Declared(resources=(resource,), in_scope=True)


def from_api(body: Mapping[str, Any]) -> Spec:
    """Give the spec of a menu as GET answers it."""
    content = body.get("content") or {}
    return {"actions": [action_from_api(action, form=FORM) for action in content.get("actions") or ()]}


def to_manifest(spec: Spec) -> dict[str, Any]:
    """Give what `spec.menus.persistent` says of a menu."""
    return {"actions": [action_to_manifest(action) for action in spec["actions"]]}


def essential(spec: Spec) -> Spec:
    """Give what a manifest can say of a menu that the tenant shows."""
    return {"actions": [essential_action(action) for action in spec["actions"]]}


def _words(objects: Sequence[LiveResource], _names: Names) -> Mapping[str, Any]:
    return {"menus": {"persistent": to_manifest(objects[0].spec)}} if objects else {}


WORDING = Wording(to_manifest=_words, essential=essential, units=("menus.persistent",))


def to_body(spec: Spec) -> dict[str, Any]:
    """Give the API body of the whole menu: there is no call that changes a part of it."""
    return {"content": {"actions": [action_to_api(action) for action in spec["actions"]]}}


def calls(change: Change) -> Mapping[str, int]:
    """Give the writes that a change sends."""
    if change.action is Action.DELETE:
        return {"deletePersistentMenu": 1}
    return {"setPersistentMenu": 1} if change.action.writes else {}


def consequences(change: Change, scene: Scene) -> Iterator[Consequence]:
    """Foresee what the service does to a bot that has rich menus (reference 3.4)."""
    if change.action not in {Action.CREATE, Action.UPDATE}:
        return
    deleted = {each.remote_id for each in scene.changes if each.action is Action.DELETE}
    names = [name for remote_id, name in scene.facts.get("richmenus", {}).items() if remote_id not in deleted]
    if names:
        yield Consequence(
            address=change.address,
            summary="the service takes no persistent menu while the bot has rich menus: "
            + ", ".join(sorted(names)),
            refused=True,
        )
    elif scene.facts.get("richmenus"):
        summary = (
            "from the deletion of the rich menus until this menu is set, users have no menu: the service forces it"
        )
        yield Consequence(address=change.address, summary=summary)


def _actions(manifest: Manifest) -> Iterator[tuple[str, Mapping[str, Any]]]:
    menu = manifest.spec.get("menus", {}).get("persistent") or {}
    for index, action in enumerate(menu.get("actions") or ()):
        yield f"menus.persistent.actions.{index}", action


def _empty_label(manifest: Manifest) -> Iterator[Finding]:
    for path, action in _actions(manifest):
        for where, text in texts_of(action, "label"):
            if where in {"label", "label.default"} and not text.strip():
                yield Finding(path=f"{path}.{where}", message="the label is empty", fix="write a label")


RULES: tuple[Rule, ...] = (
    Rule(
        id="LW080",
        title="an action lacks what its type needs",
        explain="A `uri` action opens a URL and a `copy` action copies a text: each must say which.",
        check=lambda manifest: missing_fields(_actions(manifest), form=FORM),
    ),
    Rule(
        id="LW081",
        title="a field that the action's type does not have",
        explain="`text` and `postback` belong to `message`, `uri` to `uri`, `copyText` to `copy`. The service "
        "may refuse a surplus field or drop it.",
        check=lambda manifest: surplus_fields(_actions(manifest), form=FORM),
    ),
    Rule(
        id="LW082",
        title="a menu text is longer than the service takes",
        explain="Labels, postbacks, URLs and copied texts take 1000 characters, message texts 300, counted in "
        "UTF-16 units.",
        check=lambda manifest: too_long(_actions(manifest), form=FORM),
    ),
    Rule(
        id="LW083",
        title="a menu link is no http or https URL",
        explain="A `uri` action takes http and https URLs only.",
        check=lambda manifest: bad_links(_actions(manifest)),
    ),
    Rule(
        id="LW084",
        title="a label is empty",
        explain="The label is what people see on the button, and all that people on a PC see.",
        check=_empty_label,
    ),
)
