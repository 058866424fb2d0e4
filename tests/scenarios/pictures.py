"""Pictures for the stories: made when they are asked for, small and of the right size."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

from lwdeploy.simulator import LocalTenant
from lwdeploy.simulator.attachments import find_upload
from tests.support.menu_pictures import name_of, picture

__all__ = ["Pictures"]

_NAMED = re.compile(r"(?:full|compact)-[\w-]+\.(?:png|jpg)")
_DIGEST = re.compile(r"sha256:([0-9a-f]{64}|[0-9a-f]{8}\.\.\.)")


class Pictures:
    """The pictures that the manifests of one story name; their bytes depend on the library that draws them."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def draw(self, folder: Path) -> None:
        """Draw every picture that a manifest in the folder names, beside the manifest."""
        for manifest in folder.rglob("*.yaml"):
            for name in _NAMED.findall(manifest.read_text(encoding="utf-8")):
                content = picture(name)
                (manifest.parent / name).write_bytes(content)
                digest = hashlib.sha256(content).hexdigest()
                self._names |= {digest: name, f"{digest[:8]}...": name}

    def called(self, text: str) -> str:
        """Give a text with names in the place of the digests of pictures."""
        return _DIGEST.sub(lambda found: f"<{self._names.get(found[1], found[0])}>", text)

    def bound(self, body: str, *, tenant: LocalTenant, bot_id: int) -> str:
        """Give a body with names in the place of the ids of uploaded pictures."""
        for file_id in _file_ids(body):
            inside = tenant._tenant
            with inside.store.reading():
                upload = find_upload(inside, bot_id, file_id)
            if upload is not None:
                body = body.replace(file_id, f"<{name_of(upload.content)}>")
        return body


def _file_ids(body: str) -> Iterator[str]:
    told = json.loads(body) if "fileId" in body else {}
    yield from (each["fileId"] for each in (told, *told.get("i18nFileIds", ())) if "fileId" in each)
