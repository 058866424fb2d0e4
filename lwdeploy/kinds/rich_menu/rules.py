"""What a rich menu must satisfy beyond its JSON Schema. Pure; ids LW090 to LW109.

Rules are asked about what is sound in a manifest, so nothing but a menu's name is taken for granted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from lwdeploy.core.actions import bad_links, missing_fields, surplus_fields, texts_of, too_long
from lwdeploy.core.diagnostics import Severity
from lwdeploy.core.kind import Finding, Manifest, Rule
from lwdeploy.kinds.rich_menu import picture_rules as pictures
from lwdeploy.kinds.rich_menu.geometry import Bounds, beyond, gap, is_outside, overlapping
from lwdeploy.kinds.rich_menu.layout import SIZES, cells
from lwdeploy.kinds.rich_menu.spec import FORM, menus_of

__all__ = ["RULES"]

Menu = Mapping[str, Any]


def _areas(menu: Menu) -> Iterator[tuple[int, Mapping[str, Any]]]:
    yield from ((number, area) for number, area in enumerate(menu["areas"]) if isinstance(area, Mapping))


def _actions(manifest: Manifest) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, menu in menus_of(manifest):
        for number, area in _areas(menu):
            if isinstance(area.get("action"), Mapping):
                yield f"{path}.areas.{number}.action", area["action"]


def _bounds(menu: Menu) -> list[tuple[int, Bounds]]:
    """Give the areas that have whole bounds, with their numbers."""
    whole = {"x", "y", "width", "height"}
    found = ((number, area.get("bounds") or {}) for number, area in _areas(menu))
    return [(number, bounds) for number, bounds in found if whole <= set(bounds)]


def _layout(manifest: Manifest) -> Iterator[Finding]:
    for path, menu in menus_of(manifest):
        layout, count = menu.get("layout"), len(menu["areas"])
        if layout is None:
            continue
        places = cells(layout, size=menu["size"])
        if not places:
            message = f"{layout!r} is no layout of 1 to 20 cells"
            fix = "write a grid (3x2), rows (1+2) or columns (1|2)"
            yield Finding(path=f"{path}.layout", message=message, fix=fix)
        elif len(places) != count:
            message = f"the layout {layout} has {len(places)} cells, and there are {count} areas"
            yield Finding(path=f"{path}.layout", message=message, fix="make the two agree, or give bounds instead")


def _placing(manifest: Manifest) -> Iterator[Finding]:
    rich = manifest.spec.get("menus", {}).get("rich") or {}
    for index, menu in enumerate(rich.get("menus") or ()):
        path = f"menus.rich.menus.{index}"
        for number, area in enumerate(menu.get("areas") or ()):
            where = f"{path}.areas.{number}"
            if "layout" in menu and "bounds" in area:
                message = "the area has bounds, and the menu a layout that places it"
                yield Finding(path=f"{where}.bounds", message=message, fix="leave the bounds out, or the layout")
            elif "layout" not in menu and "bounds" not in area:
                message = "nothing says where the area is"
                fix = "add bounds: {x, y, width, height} to every area, or a layout (3x2) to the menu"
                yield Finding(path=where, message=message, fix=fix)


def _overlap(manifest: Manifest) -> Iterator[Finding]:
    for path, menu in menus_of(manifest):
        for first, second, pixels in overlapping(_bounds(menu)):
            message = f"the areas {first + 1} and {second + 1} share {pixels} square pixels"
            yield Finding(path=f"{path}.areas.{second}.bounds", message=message, fix="move or shrink one of them")


def _gap(manifest: Manifest) -> Iterator[Finding]:
    for path, menu in menus_of(manifest):
        width, height = SIZES[menu["size"]]
        placed = _bounds(menu)
        free = gap((bounds for _, bounds in placed), width=width, height=height) if placed else None
        if free is not None and len(placed) == len(menu["areas"]):
            message = (
                f"a part of the picture does nothing: {free['width']}x{free['height']} pixels "
                f"at x={free['x']}, y={free['y']}"
            )
            yield Finding(path=f"{path}.areas", message=message, fix="cover it, if people may press there")


def _overflow(manifest: Manifest) -> Iterator[Finding]:
    for path, menu in menus_of(manifest):
        width, height = SIZES[menu["size"]]
        for number, bounds in _bounds(menu):
            right, down = beyond(bounds, width=width, height=height)
            if (right or down) and not is_outside(bounds, width=width, height=height):
                sides = ((right, "right"), (down, "bottom"))
                told = " and ".join(f"{by} px to the {side}" for by, side in sides if by)
                message = f"the area reaches beyond the picture by {told}"
                fix = f"keep x + width <= {width} and y + height <= {height}"
                yield Finding(path=f"{path}.areas.{number}.bounds", message=message, fix=fix)


def _outside(manifest: Manifest) -> Iterator[Finding]:
    for path, menu in menus_of(manifest):
        width, height = SIZES[menu["size"]]
        for number, bounds in _bounds(menu):
            if is_outside(bounds, width=width, height=height):
                message = f"the area lies outside the picture of {width}x{height} pixels: nobody can press it"
                yield Finding(path=f"{path}.areas.{number}.bounds", message=message, fix="correct x and y")


def _no_label(manifest: Manifest) -> Iterator[Finding]:
    for path, action in _actions(manifest):
        texts = dict(texts_of(action, "label"))
        if not (texts.get("label") or texts.get("label.default") or "").strip():
            message = "the area has no label, and people on a PC see nothing but labels"
            yield Finding(path=path, message=message, fix="add label: ... (at most 20 characters)")


def _both_sorts(manifest: Manifest) -> Iterator[Finding]:
    menus = manifest.spec.get("menus", {})
    if (menus.get("persistent") or {}).get("actions") and (menus.get("rich") or {}).get("menus"):
        message = "the bot has a persistent menu and rich menus: the service takes one sort only"
        yield Finding(path="menus.persistent", message=message, fix="leave one of the two out")


def _same_key(manifest: Manifest) -> Iterator[Finding]:
    seen: set[str] = set()
    for path, menu in menus_of(manifest):
        name = menu.get("name", "")
        if name in seen:
            message = f"the bot has the rich menu {name!r} twice"
            yield Finding(path=path, message=message, fix="list it once, or give the other one a name of its own")
        seen.add(name)


def _rule(
    number: int,
    title: str,
    explain: str,
    check: Callable[[Manifest], Iterable[Finding]],
    severity: Severity = Severity.ERROR,
) -> Rule:
    return Rule(id=f"LW{number:03}", title=title, explain=explain, check=check, severity=severity)


RULES: tuple[Rule, ...] = (
    _rule(
        90,
        "a picture cannot be read",
        "The name of a picture is relative to the file that says it, and the file must be whole: a bad one is "
        "found before anything is sent.",
        pictures.unreadable,
    ),
    _rule(
        91,
        "a picture is neither PNG nor JPEG",
        "The service takes these two formats. What counts is the content of the file, not its name.",
        pictures.wrong_format,
    ),
    _rule(
        92,
        "a picture has another size than its menu",
        "`size: full` is 2500x1686 pixels, `size: compact` 2500x843; pictures of every language have that size.",
        pictures.wrong_size,
    ),
    _rule(
        93,
        "a picture is too heavy",
        "The service takes pictures of at most 1 MB.",
        pictures.too_heavy,
    ),
    _rule(
        94,
        "a picture is close to the limit",
        "The limit is 1 MB, and whether that is 1,000,000 or 1,048,576 bytes is not documented.",
        pictures.nearly_too_heavy,
        Severity.WARNING,
    ),
    _rule(
        95,
        "layout and areas do not agree",
        "A layout is a grid (`3x2`: three columns, two rows), rows (`1+2`: one cell above two) or columns (`1|2`: "
        "one cell beside two), with as many cells as there are areas, 20 at most.",
        _layout,
    ),
    _rule(
        96,
        "an area has no place, or two",
        "Either the menu has a layout, which places all areas in their order, or every area has bounds.",
        _placing,
    ),
    _rule(
        97,
        "areas overlap",
        "Which of two areas answers where both are pressed is not documented.",
        _overlap,
        Severity.WARNING,
    ),
    _rule(
        98,
        "a part of the picture does nothing",
        "Nothing happens where a picture is pressed outside all areas. That may be meant.",
        _gap,
        Severity.WARNING,
    ),
    _rule(
        99,
        "an area reaches beyond the picture",
        "The service was seen to take areas that are a pixel too wide; it is mostly a slip of the sum.",
        _overflow,
        Severity.WARNING,
    ),
    _rule(
        100,
        "an area lies outside the picture",
        "Nobody can press an area that has no point of the picture.",
        _outside,
    ),
    _rule(
        101,
        "an action lacks what its type needs",
        "`postback` needs `data`, `message` needs `text`, `uri` needs `uri`, `copy` needs `copyText`.",
        lambda manifest: missing_fields(_actions(manifest), form=FORM),
    ),
    _rule(
        102,
        "a field that the action's type does not have",
        "`data` and `displayText` belong to `postback`, `text` and `postback` to `message`, `uri` to `uri`, "
        "`copyText` to `copy`. The service may refuse a surplus field or drop it.",
        lambda manifest: surplus_fields(_actions(manifest), form=FORM),
    ),
    _rule(
        103,
        "a text of an area is longer than the service takes",
        "Labels take 20 characters; texts, displayed texts and data 300; postbacks, URLs and copied texts 1000, "
        "counted in UTF-16 units.",
        lambda manifest: too_long(_actions(manifest), form=FORM),
    ),
    _rule(
        104,
        "a link of an area is no http or https URL",
        "A `uri` action takes http and https URLs only.",
        lambda manifest: bad_links(_actions(manifest)),
    ),
    _rule(
        105,
        "an area has no label",
        "The picture is shown on phones only. On a PC people see labels, and a default text where one lacks.",
        _no_label,
        Severity.WARNING,
    ),
    _rule(
        106,
        "a persistent menu beside rich menus",
        "The service deletes the persistent menu when a rich menu is added, and takes none while rich ones exist.",
        _both_sorts,
    ),
    _rule(
        107,
        "a bot lists a rich menu twice",
        "The key of a menu is unique within its bot: `default` and `users` point to it.",
        _same_key,
    ),
    _rule(
        108,
        "a picture cannot be drawn here",
        "Labels are drawn with a font of this machine, or the one that the manifest names; it must have all their "
        "characters.",
        pictures.undrawable,
    ),
    _rule(
        109,
        "a picture may look different on the phone",
        "Pictures that move, that have colours for printing or that are to be turned are shown one way by one "
        "program and another way by the next; what the service and its apps do with them is not documented.",
        pictures.odd,
        Severity.WARNING,
    ),
)
