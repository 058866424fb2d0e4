"""The images of a rich menu, bound to it from uploaded files (reference sections 3.5 and 3.6)."""

import json
from collections.abc import Mapping
from typing import Any

from lwdeploy.simulator.attachments import Upload, find_upload, keep
from lwdeploy.simulator.fields import localized, record, text
from lwdeploy.simulator.menuviews import shown_languages
from lwdeploy.simulator.operations import READ_ALL, WRITE_ALL, Call, Operation
from lwdeploy.simulator.pictures import picture_size
from lwdeploy.simulator.richmenus import find_richmenu
from lwdeploy.simulator.wire import Answer, ApiError, invalid, missing

__all__ = ["OPERATIONS", "set_image"]

_FILE = text(empty=False)
_IMAGE = record(required={"fileId": _FILE}, optional={"i18nFileIds": localized("fileId", _FILE)})
_SIZES = frozenset({(2500, 843), (2500, 1686)})
_MOST_BYTES = 1024 * 1024


def set_image(call: Call) -> Answer:
    """Bind uploaded files: all of them, or none if one is refused."""
    bot_id, menu_id, stored = find_richmenu(call)
    written = call.body(_IMAGE)
    before = _image_of(call, menu_id)
    if before is not None and call.reads("second-image", "refused"):
        raise ApiError(400, "BAD_REQUEST", "The rich menu has an image already")
    languages = written.get("i18nFileIds", [])
    wanted = {"fileId": written["fileId"]} | {
        f"i18nFileIds[{index}].fileId": entry["fileId"] for index, entry in enumerate(languages)
    }
    size = json.loads(stored)["size"]
    uploads = [_picture(call, bot_id, file_id=wanted[path], path=path, size=size) for path in wanted]
    default, *others = [keep(call.tenant, bot_id, upload) for upload in uploads]
    bound = [{**entry, "fileId": file_id} for entry, file_id in zip(languages, others, strict=True)]
    image = {"fileId": default, "i18nFileIds": [*_left(call, before, bound), *bound]}
    call.store.run("UPDATE richmenus SET image = ? WHERE menu_id = ?", json.dumps(image), menu_id)
    return Answer(status=204)


def _image_of(call: Call, menu_id: int) -> dict[str, Any] | None:
    row = call.store.row("SELECT image FROM richmenus WHERE menu_id = ? AND image IS NOT NULL", menu_id)
    return None if row is None else json.loads(row[0])


def _picture(call: Call, bot_id: int, *, file_id: str, path: str, size: Mapping[str, int]) -> Upload:
    """Return the file if it may be a picture of a menu of this size."""
    upload = find_upload(call.tenant, bot_id, file_id)
    if upload is None:
        raise invalid(path, "is not an uploaded file of this bot")
    if upload.bound and call.reads("bound-file-reuse", "refused"):
        raise invalid(path, "has been bound to a rich menu already")
    if len(upload.content) > _MOST_BYTES:
        raise invalid(path, "is a file of more than 1 MB")
    found = picture_size(upload.content)
    if found not in _SIZES:
        raise invalid(path, "is not a JPEG or PNG of 2500x843 or 2500x1686")
    if found != (size["width"], size["height"]) and call.reads("image-of-other-size", "refused"):
        raise invalid(path, "is not of the size of the rich menu")
    return upload


def _left(call: Call, before: Mapping[str, Any] | None, bound: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the images of the binding before for languages that the new one does not name."""
    if before is None or call.reads("second-image-languages", "replaced"):
        return []
    named = {entry["language"] for entry in bound}
    return [entry for entry in before["i18nFileIds"] if entry["language"] not in named]


def _get_image(call: Call) -> Answer:
    _, menu_id, _ = find_richmenu(call)
    image = _image_of(call, menu_id)
    if image is not None:
        languages = shown_languages(call, image["i18nFileIds"])
        return Answer(status=200, content={**image, "i18nFileIds": languages})
    if call.reads("absent-image", "200-null"):
        return Answer(status=200, content={"fileId": None, "i18nFileIds": []})
    raise missing("Image")


_PATH = "/bots/{botId}/richmenus/{richmenuId}/image"

OPERATIONS = (
    Operation(name="setRichmenuImage", method="POST", path=_PATH, scopes=WRITE_ALL, handle=set_image),
    Operation(name="getRichmenuImage", method="GET", path=_PATH, scopes=READ_ALL, handle=_get_image),
)
