"""Action objects, shared by menus and messages with different limits (reference sections 3.4, 3.5, 5)."""

from collections.abc import Collection, Mapping

from lwdeploy.simulator.fields import Check, localized, record, text, variant

__all__ = ["action"]

_TEXT = text(longest=300)
_LONG = text(longest=1000)
_WEB = text(longest=1000, schemes=("http", "https"), empty=False)


def action(
    kinds: Collection[str],
    *,
    label: int,
    label_required: bool = True,
    text_required: bool = False,
    display_required: bool = False,
    one_line: bool = False,
) -> Check:
    """Check an action of one of the given types, with labels of at most `label` characters."""
    words = text(longest=300, one_line=one_line)
    own: dict[str, tuple[Mapping[str, Check], Mapping[str, Check]]] = {
        "postback": (
            {"data": _TEXT},
            {"displayText": _TEXT, "i18nDisplayTexts": localized("displayText", _TEXT)},
        ),
        "message": ({}, {"text": words, "postback": _LONG, "i18nTexts": localized("text", words)}),
        "uri": ({"uri": _WEB}, {}),
        "copy": ({"copyText": _LONG}, {}),
        "camera": ({}, {}),
        "cameraRoll": ({}, {}),
        "location": ({}, {}),
    }
    demanded = {"label"} if label_required else set()
    demanded |= {"text"} if text_required else set()
    demanded |= {"displayText"} if display_required else set()
    caption = text(longest=label)
    common: Mapping[str, Check] = {"label": caption, "i18nLabels": localized("label", caption)}
    shapes = {kind: _shape(kind, own[kind][0], {**common, **own[kind][1]}, demanded) for kind in kinds}
    return variant("type", shapes)


def _shape(
    kind: str, required: Mapping[str, Check], optional: Mapping[str, Check], demanded: Collection[str]
) -> Check:
    must = {name: check for name, check in optional.items() if name in demanded}
    may = {name: check for name, check in optional.items() if name not in demanded}
    return record(required={"type": text(one_of=(kind,)), **required, **must}, optional=may)
