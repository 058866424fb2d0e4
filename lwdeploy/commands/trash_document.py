"""What the trash keeps of a bot that was deleted, as bytes and back; described by `schemas/trash.schema.json`."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from lwdeploy.core.canonical import dumps
from lwdeploy.core.errors import Corrupt
from lwdeploy.manifests.formats import misfit
from lwdeploy.state.holder import Holder

__all__ = ["FORMAT_VERSION", "SUFFIX", "Kept", "decode", "encode"]

FORMAT_VERSION = 1
SUFFIX = ".json"
"""What the name of a document has in the state backend beside the name that people use."""

_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One deleted bot: when, by whom, of which plan, why, what it was, and the manifest that makes it anew.

    `resources` are JSON mappings with address, kind, remote_id, name and spec. `pictures` maps the names of the
    files that the manifest names to their bytes.
    """

    at: datetime
    holder: Holder
    tenant: str
    project: str
    plan_digest: str
    address: str
    bot_id: str
    reason: str
    resources: tuple[Mapping[str, Any], ...]
    manifest: str
    pictures: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the document is called: the same for every attempt to delete one and the same bot."""
        return f"{self.key}-{self.bot_id}"

    @property
    def key(self) -> str:
        """The key of the bot."""
        return self.address.partition("/")[2]

    @property
    def when(self) -> str:
        """The time as it is written."""
        return self.at.astimezone(UTC).strftime(_TIME)


def encode(kept: Kept) -> bytes:
    """Give the bytes to keep; `decode` gives the value back."""
    content = {
        "format_version": FORMAT_VERSION,
        "kept_at": kept.when,
        "holder": asdict(kept.holder),
        "tenant": kept.tenant,
        "project": kept.project,
        "plan_digest": kept.plan_digest,
        "address": kept.address,
        "botId": kept.bot_id,
        "reason": kept.reason,
        "resources": [dict(each) for each in kept.resources],
        "pictures": {name: _picture(content) for name, content in kept.pictures.items()},
        "manifest": kept.manifest,
    }
    # A lone surrogate has no UTF-8 form; its backslash form inside a JSON string is its JSON escape.
    return f"{dumps(content, indent=1)}\n".encode("utf-8", "backslashreplace")


def _picture(content: bytes) -> dict[str, str]:
    return {"digest": _digest(content), "content": base64.b64encode(content).decode()}


def _digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def decode(stored: bytes, *, name: str) -> Kept:
    """Read a document back; raises Corrupt, naming it, for anything that `encode` did not write."""
    try:
        content = json.loads(stored.decode())
    except (ValueError, RecursionError) as error:
        raise _corrupt(name, "it is torn or is not JSON") from error
    reason = misfit(content, form="trash")
    if reason is not None:
        raise _corrupt(name, reason)
    return Kept(
        at=datetime.strptime(content["kept_at"], _TIME).replace(tzinfo=UTC),
        holder=Holder(**content["holder"]),
        tenant=content["tenant"],
        project=content["project"],
        plan_digest=content["plan_digest"],
        address=content["address"],
        bot_id=content["botId"],
        reason=content["reason"],
        resources=tuple(content["resources"]),
        manifest=content["manifest"],
        pictures={file: _bytes(name, file, each) for file, each in content["pictures"].items()},
    )


def _bytes(name: str, file: str, picture: Mapping[str, str]) -> bytes:
    try:
        content = base64.b64decode(picture["content"], validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if _digest(content) != picture["digest"]:
        raise _corrupt(name, f"the picture {file} is damaged")
    return content


def _corrupt(name: str, why: str) -> Corrupt:
    return Corrupt(
        f"What the trash keeps as {name!r} cannot be used: {why}",
        advice="Something other than lwdeploy changed it, or a newer version wrote it.",
    )
