"""A rich menu's spec: size, areas, pictures; and the name that tells whose it is. Pure.

No call changes a menu's size or areas: a menu with other ones is another menu. The name, which no user sees, is
its mark: project, key, and a hash of size and areas with one of the pictures that it was made with.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lwdeploy.core.actions import ActionForm, action_from_api, action_from_manifest, action_to_api
from lwdeploy.core.address import Address
from lwdeploy.core.canonical import canonical, digest
from lwdeploy.core.kind import Declared, Manifest
from lwdeploy.core.localized import DEFAULT
from lwdeploy.core.types import Action, Change, Mark, Resource, Spec
from lwdeploy.kinds.rich_menu.images import images_of
from lwdeploy.kinds.rich_menu.layout import DEFAULT_SIZE, SIZES, cells

__all__ = [
    "FORM",
    "calls",
    "changed_languages",
    "content_hash",
    "declare",
    "from_api",
    "image_hash",
    "key_of",
    "mark_of",
    "menus_of",
    "to_body",
]

FORM = ActionForm(  # reference 3.5
    fields={
        "postback": frozenset({"data", "displayText"}),
        "message": frozenset({"text", "postback"}),
        "uri": frozenset({"uri"}),
        "copy": frozenset({"copyText"}),
    },
    needed={"postback": ("data",), "message": ("text",), "uri": ("uri",), "copy": ("copyText",)},
    limits={
        "label": 20,
        "text": 300,
        "displayText": 300,
        "data": 300,
        "postback": 1000,
        "uri": 1000,
        "copyText": 1000,
    },
)

_BOUNDS = ("x", "y", "width", "height")


def menus_of(manifest: Manifest) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give (dotted path, menu) of every menu that a manifest declares; size and bounds are filled in.

    An area for which the layout has no place, or that has neither, gets no bounds.
    """
    rich = manifest.spec.get("menus", {}).get("rich") or {}
    for index, menu in enumerate(rich.get("menus") or ()):
        size = menu.get("size", DEFAULT_SIZE)
        places = cells(menu["layout"], size=size) if "layout" in menu else []
        areas = [_placed(area, number, places) for number, area in enumerate(menu.get("areas") or ())]
        yield f"menus.rich.menus.{index}", {**menu, "size": size, "areas": areas}


def _placed(area: Mapping[str, Any], number: int, places: Sequence[Mapping[str, int]]) -> dict[str, Any]:
    if number < len(places):
        return {**area, "bounds": places[number]}
    return dict(area)


def declare(manifest: Manifest) -> Declared:
    """Make one resource of every entry of `spec.menus.rich.menus`."""
    if "rich" not in manifest.spec.get("menus", {}):
        return Declared()
    made = [_resource(manifest, menu, path=path) for path, menu in menus_of(manifest)]
    files = {name: seen for _, found in made for name, seen in found.items()}
    return Declared(resources=tuple(resource for resource, _ in made), in_scope=True, files=files)


def _resource(manifest: Manifest, menu: Mapping[str, Any], *, path: str) -> tuple[Resource, dict[str, str]]:
    images = images_of(manifest, menu, path=path)
    areas = [
        {"bounds": dict(area["bounds"]), "action": action_from_manifest(area["action"], form=FORM)}
        for area in menu["areas"]
    ]
    resource = Resource(
        address=manifest.address.child("rich_menu", "rich-menu", menu["name"]),
        spec=canonical(
            {"size": menu["size"], "areas": areas, "image": {each.language: each.digest for each in images}}
        ),
        source=manifest.at(path),
        lifecycle=manifest.lifecycle,
        pictures={each.digest: each.source for each in images if each.source is not None},
    )
    return resource, {name: seen for each in images for name, seen in each.files.items()}


def from_api(body: Mapping[str, Any]) -> dict[str, Any]:
    """Give size and areas of a menu as the list answers it; pictures are not in it."""
    size = body.get("size") or {}
    pixels = (size.get("width"), size.get("height"))
    named = next((name for name, each in SIZES.items() if each == pixels), "x".join(map(str, pixels)))
    areas = [
        {
            "bounds": {name: int((area.get("bounds") or {}).get(name) or 0) for name in _BOUNDS},
            "action": action_from_api(area.get("action") or {}, form=FORM),
        }
        for area in body.get("areas") or ()
    ]
    return dict(canonical({"size": named, "areas": areas}))


def to_body(spec: Spec, *, name: str) -> dict[str, Any]:
    """Give the API body that creates a menu."""
    width, height = SIZES[spec["size"]]
    areas = [{"bounds": area["bounds"], "action": action_to_api(area["action"])} for area in spec["areas"]]
    return {"richmenuName": name, "size": {"width": width, "height": height}, "areas": areas}


def content_hash(spec: Spec) -> str:
    """Give the hash of what no call can change: size and areas."""
    return digest({"size": spec["size"], "areas": spec["areas"]}).removeprefix("sha256:")[:12]


def image_hash(spec: Spec) -> str:
    """Give the hash of the pictures."""
    return digest(spec.get("image", {})).removeprefix("sha256:")[:8]


def key_of(address: Address) -> str:
    """Give the hash of a menu's key: it is unique within its bot, and stays when the bot is renamed."""
    return hashlib.sha256("/".join(address.path[2:]).encode()).hexdigest()[:12]


def mark_of(address: Address, spec: Spec, *, project: str) -> Mark:
    """Give the mark that a menu is created under, for good."""
    return Mark(project=project, key=key_of(address), nonce=f"{content_hash(spec)}-{image_hash(spec)}")


def calls(change: Change) -> Mapping[str, int]:
    """Give the writes that a change sends: a picture that several languages share is uploaded once."""
    if change.action is Action.DELETE:
        return {"deleteRichmenu": 1}
    if not change.action.writes:
        return {}
    images = change.desired.get("image", {})
    if change.action is Action.UPDATE:
        images = {language: images.get(language) for language in changed_languages(change)}
    uploads = len({each for each in images.values() if each})
    made = {"createRichmenu": 0 if change.action is Action.UPDATE else 1}
    bound = {"setRichmenuImage": int(bool(images))}
    return +Counter({"createAttachment": uploads, "uploadAttachment": uploads, **made, **bound})


def changed_languages(change: Change) -> tuple[str, ...]:
    """Give the languages whose pictures differ."""
    found = (diff.path.partition(".") for diff in change.diffs)
    return tuple(language or DEFAULT for group, _, language in found if group == "image")
