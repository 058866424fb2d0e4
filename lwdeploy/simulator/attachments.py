"""Attachments: an upload address, then the bytes; downloads by redirection (reference section 3.6)."""

import secrets
from dataclasses import dataclass
from urllib.parse import quote

from lwdeploy.simulator.fields import record, text
from lwdeploy.simulator.operations import WRITE_ALL, Call, Operation, Tenant
from lwdeploy.simulator.wire import Answer, ApiError, Request, invalid, missing

__all__ = ["OPERATIONS", "Upload", "add_file", "download", "find_upload", "keep", "new_file_id", "receive"]

_LIFE = 24 * 3600
_KEPT, _COPIED = 1, 2  # bound under its own id; bound under another one, this one ages as before
_BODY = record(optional={"fileName": text(longest=1000)})
_UPLOAD = "/k/emsg/r/jp1"
_DOWNLOAD = "/k/emsg/d/jp1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A file whose bytes have come and that is still to be had; `bound` when it has been a menu's picture."""

    file_id: str
    name: str
    content: bytes
    bound: bool


def new_file_id(tenant: Tenant) -> str:
    """Make a file id of the documented form: region, times, domain."""
    now = tenant.clock.now()
    serial = secrets.randbelow(10**9)
    return f"jp1.{int(now * 1000)}{serial:09}.{int(now) + _LIFE}.0.{tenant.domains[0]}.0.0.0"


def find_upload(tenant: Tenant, bot_id: int, file_id: str) -> Upload | None:
    """Return a file of this bot: uploaded, and not yet 24 hours old or (`bound-file-life`) bound to a menu."""
    row = tenant.store.row(
        "SELECT name, content, bound, created FROM attachments"
        " WHERE file_id = ? AND bot_id = ? AND content IS NOT NULL",
        *(file_id, bot_id),
    )
    if row is None:
        return None
    name, content, bound, created = row
    lasting = bound == _KEPT and tenant.readings["bound-file-life"] == "lasting"
    if not lasting and created <= tenant.clock.now() - _LIFE:
        return None
    return Upload(file_id=file_id, name=name, content=content, bound=bool(bound))


def keep(tenant: Tenant, bot_id: int, upload: Upload) -> str:
    """Bind a file, which lasts from now on, under its own id or (switch `image-file-id`) under another one."""
    if tenant.readings["image-file-id"] == "kept":
        tenant.store.run("UPDATE attachments SET bound = ? WHERE file_id = ?", _KEPT, upload.file_id)
        return upload.file_id
    tenant.store.run("UPDATE attachments SET bound = ? WHERE file_id = ? AND NOT bound", _COPIED, upload.file_id)
    return add_file(tenant, bot_id, name=upload.name, content=upload.content, bound=_KEPT)


def add_file(tenant: Tenant, bot_id: int, *, name: str, content: bytes, bound: int = 0) -> str:
    """Keep bytes as an uploaded file of a bot and return its id."""
    file_id = new_file_id(tenant)
    tenant.store.run(
        "INSERT INTO attachments (file_id, bot_id, name, created, bound, content) VALUES (?, ?, ?, ?, ?, ?)",
        *(file_id, bot_id, name, tenant.clock.now(), bound, content),
    )
    return file_id


def _create_attachment(call: Call) -> Answer:
    bot_id = call.bot_id()
    name = call.body(_BODY).get("fileName", "")
    file_id, key = new_file_id(call.tenant), secrets.token_urlsafe(24)
    call.store.run(
        "INSERT INTO attachments (file_id, bot_id, name, upload_key, created) VALUES (?, ?, ?, ?, ?)",
        *(file_id, bot_id, name, key, call.tenant.clock.now()),
    )
    url = f"{call.request.origin}{_UPLOAD}/{key}/{quote(name, safe='') or 'file'}"
    return Answer(status=200, content={"fileId": file_id, "uploadUrl": url})


def _get_attachment(call: Call) -> Answer:
    upload = find_upload(call.tenant, call.bot_id(), call.path["fileId"])
    if upload is None:
        raise missing("File")
    name = quote(upload.name, safe="") or "file"
    location = f"{call.request.origin}{_DOWNLOAD}/{quote(upload.file_id, safe='')}/{name}"
    return Answer(status=302, headers=(("Location", location),))


OPERATIONS = (
    Operation(
        name="createAttachment",
        method="POST",
        path="/bots/{botId}/attachments",
        scopes=WRITE_ALL,
        handle=_create_attachment,
    ),
    Operation(
        name="getAttachment",
        method="GET",
        path="/bots/{botId}/attachments/{fileId}",
        scopes=WRITE_ALL,
        handle=_get_attachment,
    ),
)


# --- the storage host ---------------------------------------------------------------------------


def receive(tenant: Tenant, request: Request, key: str) -> Answer:
    """Take the bytes for an upload address, once and within 24 hours."""
    row = tenant.store.row(
        "SELECT file_id, name, created, content IS NOT NULL FROM attachments WHERE upload_key = ?", key
    )
    if row is None or row[2] <= tenant.clock.now() - _LIFE:
        raise missing("Upload address")
    if row[3]:
        raise ApiError(400, "INVALID_PARAMETER", "uploadUrl has been used")
    content = request.body if request.method == "PUT" else _file_of(request)
    tenant.store.run("UPDATE attachments SET content = ? WHERE file_id = ?", content, row[0])
    return Answer(status=200, content={"fileId": row[0], "fileName": row[1], "fileSize": len(content)})


def download(tenant: Tenant, file_id: str) -> Answer:
    """Give the bytes of a file."""
    row = tenant.store.row("SELECT bot_id FROM attachments WHERE file_id = ?", file_id)
    upload = None if row is None else find_upload(tenant, row[0], file_id)
    if upload is None:
        raise missing("File")
    return Answer(status=200, raw=upload.content, media_type="application/octet-stream")


def _file_of(request: Request) -> bytes:
    """Return the first part of a multipart body that is a file, whatever the part is called."""
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    boundary = parameters.partition("boundary=")[2].partition(";")[0].strip().strip('"')
    if kind.strip().lower() != "multipart/form-data" or not boundary:
        raise invalid("body", "must be multipart/form-data")
    for part in (b"\r\n" + request.body).split(b"\r\n--" + boundary.encode("latin-1"))[1:]:
        head, blank, content = part.partition(b"\r\n\r\n")
        if blank and b"filename" in head.lower():
            return content
    raise invalid("body", "has no part with a file")
