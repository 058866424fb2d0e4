"""What a message may contain, type by type (reference section 5)."""

from collections.abc import Mapping
from typing import Any

from lwdeploy.simulator.actions import action
from lwdeploy.simulator.fields import Check, Rules, array, localized, number, record, refined, text, variant
from lwdeploy.simulator.wire import ApiError, encode, invalid

__all__ = ["CONTENT"]

_PLAIN = ("message", "uri", "copy")
_EVERY = ("postback", *_PLAIN)

_WORDS = text(longest=2000, empty=False)
_LONG = text(longest=1000)
_TITLE = text(longest=100)
_HTTPS = text(longest=1000, schemes=("https",), empty=False)
_ID = text(empty=False)


def _sticker_id(value: object, path: str, rules: Rules) -> Any:
    return number(value, path, rules) if isinstance(value, int) else _ID(value, path, rules)


def _one_source(*urls: str, file: str = "fileId", needed: bool = True) -> Check:
    """Let a file come by all its addresses or by its id: not both, and (`needed`) not neither."""

    def check(value: object, path: str, _rules: Rules) -> object:
        given = value if isinstance(value, dict) else {}
        by_url, by_file = [name for name in urls if name in given], file in given
        if by_url and by_file:
            raise invalid(f"{path}.{file}", f"cannot be together with {by_url[0]}")
        if not by_url and not by_file and needed:
            raise invalid(f"{path}.{urls[-1]}", "is required")
        if by_url and len(by_url) < len(urls):
            raise invalid(f"{path}.{next(name for name in urls if name not in given)}", "is required")
        return value

    return check


_QUICK_ACTION = action(
    (*_EVERY, "camera", "cameraRoll", "location"), label=20, text_required=True, display_required=True
)
_QUICK_REPLY = record(
    required={
        "items": array(
            refined(
                record(required={"action": _QUICK_ACTION}, optional={"imageUrl": _HTTPS, "imageResourceId": _ID}),
                _one_source("imageUrl", file="imageResourceId", needed=False),
            ),
            least=1,
            most=13,
        )
    }
)


def _shape(kind: str, required: Mapping[str, Check], *, optional: Mapping[str, Check] | None = None) -> Check:
    may = {**(optional or {}), "quickReply": _QUICK_REPLY}
    return record(required={"type": text(one_of=(kind,)), **required}, optional=may, closed=True)


def _media(kind: str, *urls: str) -> Check:
    may = dict.fromkeys(urls, _HTTPS) | {"fileId": _ID}
    return refined(_shape(kind, {}, optional=may), _one_source(*urls))


# --- templates ----------------------------------------------------------------------------------

_COVER = refined(
    record(
        optional={
            "backgroundImageUrl": _HTTPS,
            "backgroundFileId": _ID,
            "title": _LONG,
            "subtitle": _LONG,
            "i18nTitles": localized("title", _LONG),
            "i18nSubtitles": localized("subtitle", _LONG),
        }
    ),
    _one_source("backgroundImageUrl", file="backgroundFileId", needed=False),
)
_ELEMENT = refined(
    record(
        required={"title": _LONG},
        optional={
            "subtitle": _LONG,
            "originalContentUrl": _HTTPS,
            "fileId": _ID,
            "action": action(_PLAIN, label=20),
        },
    ),
    _one_source("originalContentUrl", needed=False),
)
_COLUMN = refined(
    record(
        required={
            "text": text(longest=120),
            "actions": array(action(_EVERY, label=20, text_required=True), least=1, most=3),
        },
        optional={
            "originalContentUrl": _HTTPS,
            "fileId": _ID,
            "title": text(longest=40),
            "defaultAction": action(_EVERY, label=20, label_required=False, text_required=True),
        },
    ),
    _one_source("originalContentUrl", needed=False),
)
_PICTURE_COLUMN = refined(
    record(
        optional={
            "originalContentUrl": _HTTPS,
            "fileId": _ID,
            "action": action(_EVERY, label=12, text_required=True),
        }
    ),
    _one_source("originalContentUrl"),
)
_SHORT_TEXT = 60


def _alike(value: Any, path: str, rules: Rules) -> Any:
    """Let the columns of a carousel all have the same parts, and short texts beside a picture or title."""
    columns = value["columns"]
    if len({len(column["actions"]) for column in columns}) > 1:
        raise invalid(f"{path}.columns", "must all have the same number of actions")
    for names in (("originalContentUrl", "fileId"), ("title",)):
        if len({any(name in column for name in names) for column in columns}) > 1:
            raise invalid(f"{path}.columns", f"must all have {names[0]} or none of them")
    rich = [column for column in columns if {"originalContentUrl", "fileId", "title"} & column.keys()]
    if any(rules.length(column["text"]) > _SHORT_TEXT for column in rich):
        raise ApiError(
            400, "EXCEEDED_LENGTH_LIMIT_OF_PARAM", f"Maximum {path}.columns.text length is {_SHORT_TEXT}"
        )
    return value


# --- flex ---------------------------------------------------------------------------------------

_MOST_BUBBLES = 10
_MOST_BYTES = {"bubble": 30 * 1024, "carousel": 15 * 1024}


def _flex(value: object, path: str, _rules: Rules) -> Any:
    if not isinstance(value, dict) or value.get("type") not in _MOST_BYTES:
        raise invalid(path, "must be a bubble or a carousel")
    kind = value["type"]
    if len(encode(value)) > _MOST_BYTES[kind]:
        raise ApiError(400, "EXCEEDED_LENGTH_LIMIT_OF_PARAM", f"Maximum {path} length is {_MOST_BYTES[kind]}")
    if kind == "carousel":
        bubbles = value.get("contents")
        if not isinstance(bubbles, list) or not bubbles:
            raise invalid(f"{path}.contents", "must be an array of bubbles")
        if len(bubbles) > _MOST_BUBBLES:
            raise ApiError(
                400, "EXCEEDED_LENGTH_LIMIT_OF_PARAM", f"Maximum {path}.contents length is {_MOST_BUBBLES}"
            )
    return value


CONTENT: Check = variant(
    "type",
    {
        "text": _shape("text", {"text": _WORDS}, optional={"i18nTexts": localized("text", _WORDS)}),
        "sticker": _shape("sticker", {"packageId": _sticker_id, "stickerId": _sticker_id}),
        "image": _media("image", "previewImageUrl", "originalContentUrl"),
        "file": _media("file", "originalContentUrl"),
        "audio": _media("audio", "originalContentUrl"),
        "video": _media("video", "previewImageUrl", "originalContentUrl"),
        "location": _shape(
            "location", {"title": _TITLE, "address": _TITLE, "latitude": number, "longitude": number}
        ),
        "link": _shape(
            "link",
            {"contentText": _LONG, "linkText": _LONG, "link": _LONG},
            optional={
                "i18nContentTexts": localized("contentText", _LONG),
                "i18nLinkTexts": localized("linkText", _LONG),
            },
        ),
        "button_template": _shape(
            "button_template",
            {"contentText": _LONG, "actions": array(action(_PLAIN, label=20), least=1, most=10)},
            optional={"i18nContentTexts": localized("contentText", _LONG)},
        ),
        "list_template": _shape(
            "list_template",
            {"elements": array(_ELEMENT, least=1, most=4)},
            optional={
                "coverData": _COVER,
                "actions": array(array(action(_PLAIN, label=20), most=2), most=2),
            },
        ),
        "carousel": refined(
            _shape(
                "carousel",
                {"columns": array(_COLUMN, least=1, most=10)},
                optional={
                    "imageAspectRatio": text(one_of=("rectangle", "square")),
                    "imageSize": text(one_of=("cover", "contain")),
                },
            ),
            _alike,
        ),
        "image_carousel": _shape("image_carousel", {"columns": array(_PICTURE_COLUMN, least=1, most=10)}),
        "flex": _shape("flex", {"altText": text(longest=400, empty=False), "contents": _flex}),
    },
)
