"""The check of what goes over the wire can fail: a green run says something."""

from __future__ import annotations

import dataclasses
import json

import jsonschema
import pytest

from tests.support.description import described
from tests.support.project import Project
from tests.support.recorder import Exchange, Recorder


def form(boundary: str, disposition: str) -> bytes:
    """Give a form with one part."""
    return (
        f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n\r\nPNG\r\n--{boundary}--\r\n".encode()
    )


TOKEN = {"authorization": "Bearer abc"}
SENT = form("b", 'name="Filedata"; filename="menu.png"')
UPLOAD = Exchange(
    method="POST",
    path="/k/emsg/r/jp1/1/menu.png",
    query="",
    headers={**TOKEN, "content-type": "multipart/form-data; boundary=b"},
    body=SENT,
    status=200,
    answer=json.dumps({"fileId": "jp1.1"}).encode(),
    answer_headers={"content-type": "application/json"},
)
LED = dataclasses.replace(
    UPLOAD,
    method="GET",
    path="/v1.0/bots/2000001/attachments/jp1.1",
    headers=TOKEN,
    body=b"",
    status=302,
    answer=b"",
    answer_headers={"location": "http://127.0.0.1/k/emsg/d/jp1/1/menu.png"},
)
DOWNLOAD = dataclasses.replace(LED, path="/k/emsg/d/jp1/1/menu.png", status=200, answer=b"PNG", answer_headers={})
CREATED = dataclasses.replace(
    UPLOAD,
    path="/v1.0/bots/2000001/attachments",
    headers={**TOKEN, "content-type": "application/json"},
    body=b'{"fileName": "menu.png"}',
    answer=b'{"fileId": "jp1.1", "uploadUrl": "http://127.0.0.1/k/emsg/r/jp1/1/menu.png"}',
)


def test_files_travel_as_described() -> None:
    """These are the four requests that a picture takes on its way there and back."""
    names = [described().check(each) for each in (CREATED, UPLOAD, LED, DOWNLOAD)]
    assert names == ["createAttachment", "uploadAttachment", "getAttachment", "downloadAttachment"]


@pytest.mark.parametrize(
    ("exchange", "change"),
    [
        pytest.param(UPLOAD, {"method": "PUT"}, id="put"),
        pytest.param(UPLOAD, {"headers": {**UPLOAD.headers, "authorization": ""}}, id="upload without a token"),
        pytest.param(UPLOAD, {"headers": {**TOKEN, "content-type": "image/png"}}, id="bytes as they are"),
        pytest.param(UPLOAD, {"body": form("b", 'name="file"; filename="menu.png"')}, id="another part"),
        pytest.param(UPLOAD, {"body": form("b", 'name="Filedata"')}, id="no file"),
        pytest.param(UPLOAD, {"body": form("c", 'name="Filedata"; filename="a"')}, id="another boundary"),
        pytest.param(UPLOAD, {"body": SENT.replace(b"--b--\r\n", SENT)}, id="two parts"),
        pytest.param(UPLOAD, {"body": SENT.replace(b"PNG", b"")}, id="an empty file"),
        pytest.param(UPLOAD, {"status": 302}, id="an upload that is led on"),
        pytest.param(UPLOAD, {"answer": b"{}"}, id="an answer without the file"),
        pytest.param(DOWNLOAD, {"headers": {}}, id="download without a token"),
        pytest.param(DOWNLOAD, {"method": "DELETE"}, id="deleted"),
        pytest.param(DOWNLOAD, {"body": b"x"}, id="download with a body"),
        pytest.param(DOWNLOAD, {"status": 206}, id="a part of the file"),
        pytest.param(LED, {"answer_headers": {}}, id="led nowhere"),
        pytest.param(LED, {"answer_headers": {"location": "/here"}}, id="led to no address"),
        pytest.param(CREATED, {"answer": b'{"fileId": "jp1.1"}'}, id="no address to upload to"),
    ],
)
def test_a_file_that_travels_otherwise_is_noticed(exchange: Exchange, change: dict[str, object]) -> None:
    """Everything that reference 3.6 says of the storage host is looked at."""
    bent: Exchange = dataclasses.replace(exchange, **change)  # type: ignore[arg-type]  # one field, of its own type
    with pytest.raises((AssertionError, KeyError, ValueError, jsonschema.ValidationError)):
        described().check(bent)


@pytest.mark.parametrize(
    "change",
    [
        {"path": "/v1.0/robots"},
        {"method": "PUT"},
        {"query": "limit=5"},
        {"body": b'{"botName": "x"}'},
        {"headers": {}},
        {"status": 418},
        {"answer": b'{"bots": "none"}'},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_check_can_fail(project: Project, recorded: Recorder, change: dict[str, object]) -> None:
    """An exchange that is not as described is noticed."""
    assert project.run("plan").code == 0
    [listed] = [each for each in recorded.exchanges if each.path.endswith("/bots")]
    described().check(listed)
    bent: Exchange = dataclasses.replace(listed, **change)  # type: ignore[arg-type]  # one field, of its own type
    with pytest.raises((AssertionError, jsonschema.ValidationError)):
        described().check(bent)
