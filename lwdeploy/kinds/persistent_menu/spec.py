"""A persistent menu's spec: its list of actions, owned whole. Pure; rules LW080 to LW089."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lwdeploy.core.canonical import canonical
from lwdeploy.core.kind import Declared, Finding, Manifest, Rule
from lwdeploy.core.localized import DEFAULT, from_array, localized, one_line, text_length, to_array
from lwdeploy.core.types import Action, Change, Consequence, LiveResource, Resource, Spec
from lwdeploy.core.urls import web_address

__all__ = ["RULES", "calls", "consequences", "declare", "from_api", "to_body"]

DERIVED_ID = "persistentmenu"
"""A bot has one persistent menu, so its path segment is its identity."""

_TEXTS = {"label": "i18nLabels", "text": "i18nTexts"}
_PLAIN = ("postback", "uri", "copyText")
_LIMITS = {"label": 1000, "text": 300, "postback": 1000, "uri": 1000, "copyText": 1000}  # reference 3.4
_FIELDS_OF = {"message": {"text", "postback"}, "uri": {"uri"}, "copy": {"copyText"}}


def declare(manifest: Manifest) -> Declared:
    """Make the one resource of `spec.menus.persistent`; an empty list of actions declares that there is none."""
    menu = manifest.spec.get("menus", {}).get("persistent")
    if menu is None:
        return Declared()
    if not menu.get("actions"):
        return Declared(in_scope=True)
    resource = Resource(
        address=manifest.address.child("persistent_menu", "persistent-menu"),
        spec={"actions": [_from_manifest(action) for action in menu["actions"]]},
        source=manifest.at("menus.persistent"),
        lifecycle=manifest.lifecycle,
        derived_id=DERIVED_ID,
    )
    return Declared(resources=(resource,), in_scope=True)


def _from_manifest(action: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"type": action["type"]}
    for name in _TEXTS:
        if name in action:
            found[name] = _shown(localized(action[name]))
    found |= {name: action[name] for name in _PLAIN if action.get(name)}
    return dict(canonical(found))


def _shown(texts: Mapping[str, str]) -> dict[str, str]:
    """Give the texts as the service keeps them: on one line, and only the languages that have one."""
    return {language: one_line(text) for language, text in texts.items() if text}


def from_api(body: Mapping[str, Any]) -> Spec:
    """Give the spec of a menu as GET answers it."""
    content = body.get("content") or {}
    return {"actions": [_action_from_api(action) for action in content.get("actions") or ()]}


def _action_from_api(action: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"type": action.get("type")}
    for name, array in _TEXTS.items():
        if action.get(name) or action.get(array):
            found[name] = _shown(from_array(str(action.get(name) or ""), action.get(array), field=name))
    found |= {name: action[name] for name in _PLAIN if action.get(name)}
    return dict(canonical(found))


def to_body(spec: Spec) -> dict[str, Any]:
    """Give the API body of the whole menu: there is no call that changes a part of it."""
    return {"content": {"actions": [_to_api(action) for action in spec["actions"]]}}


def _to_api(action: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"type": action["type"]}
    for name, array in _TEXTS.items():
        if name in action:
            made[name] = action[name][DEFAULT]
            translations = to_array(action[name], field=name)
            made |= {array: translations} if translations else {}
    return made | {name: action[name] for name in _PLAIN if name in action}


def calls(change: Change) -> Mapping[str, int]:
    """Give the writes that a change sends."""
    if change.action is Action.DELETE:
        return {"deletePersistentMenu": 1}
    return {"setPersistentMenu": 1} if change.action.writes else {}


def consequences(change: Change, live: LiveResource | None) -> Iterator[Consequence]:
    """Foresee that the service takes no persistent menu while rich menus exist (reference 3.4)."""
    names = live.facts.get("richmenus", ()) if live is not None else ()
    if change.action.writes and names:
        yield Consequence(
            address=change.address,
            summary=f"the service takes no persistent menu while the bot has rich menus: {', '.join(names)}",
            refused=True,
        )


def _actions(manifest: Manifest) -> Iterator[tuple[str, Mapping[str, Any]]]:
    menu = manifest.spec.get("menus", {}).get("persistent") or {}
    for index, action in enumerate(menu.get("actions") or ()):
        yield f"menus.persistent.actions.{index}", action


def _texts(action: Mapping[str, Any], name: str) -> Iterator[tuple[str, str]]:
    value = action.get(name)
    if isinstance(value, str):
        yield name, value
    elif value is not None:
        yield from ((f"{name}.{language}", text) for language, text in value.items())


def _missing(manifest: Manifest) -> Iterator[Finding]:
    for path, action in _actions(manifest):
        for needed in {"uri": ("uri",), "copy": ("copyText",)}.get(action.get("type", ""), ()):
            if not action.get(needed):
                message = f"an action of type {action['type']} needs {needed}"
                yield Finding(path=path, message=message, fix=f"add {needed}: ...")


def _surplus(manifest: Manifest) -> Iterator[Finding]:
    for path, action in _actions(manifest):
        allowed = _FIELDS_OF.get(action.get("type", ""), set())
        for name in sorted({"text", *_PLAIN} & set(action) - allowed):
            message = f"{name} has no meaning in an action of type {action.get('type')}"
            yield Finding(path=f"{path}.{name}", message=message, fix="leave it out, or change the type")


def _too_long(manifest: Manifest) -> Iterator[Finding]:
    for path, action in _actions(manifest):
        for name, limit in _LIMITS.items():
            for where, text in _texts(action, name):
                if text_length(text) > limit:
                    message = f"{where} has {text_length(text)} characters; the service takes {limit}"
                    fix = f"shorten it by {text_length(text) - limit}"
                    yield Finding(path=f"{path}.{where}", message=message, fix=fix)


def _links(manifest: Manifest) -> Iterator[Finding]:
    for path, action in _actions(manifest):
        uri = action.get("uri")
        if uri and web_address(uri, "http", "https") is None:
            message = f"{uri!r} is no http or https URL"
            yield Finding(path=f"{path}.uri", message=message, fix="write https://host/path")


def _empty_label(manifest: Manifest) -> Iterator[Finding]:
    for path, action in _actions(manifest):
        for where, text in _texts(action, "label"):
            if where in {"label", "label.default"} and not text.strip():
                yield Finding(path=f"{path}.{where}", message="the label is empty", fix="write a label")


RULES: tuple[Rule, ...] = (
    Rule(
        id="LW080",
        title="an action lacks what its type needs",
        explain="A `uri` action opens a URL and a `copy` action copies a text: each must say which.",
        check=_missing,
    ),
    Rule(
        id="LW081",
        title="a field that the action's type does not have",
        explain="`text` and `postback` belong to `message`, `uri` to `uri`, `copyText` to `copy`. The service "
        "may refuse a surplus field or drop it.",
        check=_surplus,
    ),
    Rule(
        id="LW082",
        title="a menu text is longer than the service takes",
        explain="Labels, postbacks, URLs and copied texts take 1000 characters, message texts 300, counted in "
        "UTF-16 units.",
        check=_too_long,
    ),
    Rule(
        id="LW083",
        title="a menu link is no http or https URL",
        explain="A `uri` action takes http and https URLs only.",
        check=_links,
    ),
    Rule(
        id="LW084",
        title="a label is empty",
        explain="The label is what people see on the button, and all that people on a PC see.",
        check=_empty_label,
    ),
)
