"""Uploads and downloads over real HTTP, against the local tenant on its good and bad days."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from lwdeploy.api.call import call
from lwdeploy.api.client import Client
from lwdeploy.api.credentials import Credentials, private_key
from lwdeploy.core.errors import Rejected, UserError
from lwdeploy.simulator import Fault, LocalTenant, Settings, start

if TYPE_CHECKING:
    from tests.unit.api.conftest import FakeTime

Open = Callable[..., Client]
MakeTenant = Callable[..., LocalTenant]

FAULTS: dict[str, dict[str, Any]] = {
    "cut before": {"kind": "cut_before_commit"},
    "cut after": {"kind": "commit_then_cut"},
    "half a body": {"kind": "cut_mid_body"},
    "500": {"kind": "status", "status": 500},
    "502, done": {"kind": "status", "status": 502, "commit": True},
    "429": {"kind": "status", "status": 429, "headers": {"RateLimit-Reset": "3"}},
    "page": {"kind": "html_200"},
    "page, done": {"kind": "html_200", "commit": True},
    "half of the JSON": {"kind": "truncated_json"},
    "token": {"kind": "expired_token"},
}


@pytest.fixture
def make_tenant(time: FakeTime) -> Iterator[MakeTenant]:
    with ExitStack() as stack:

        def make(**switches: str) -> LocalTenant:
            settings = Settings(switches={name.replace("_", "-"): reading for name, reading in switches.items()})
            return stack.enter_context(start(data=None, settings=settings, clock=time.wall))

        yield make


@pytest.fixture
def connect(time: FakeTime) -> Iterator[Open]:
    with ExitStack() as stack:

        def make(tenant: LocalTenant, **options: Any) -> Client:
            credentials = Credentials(
                client_id=tenant.client_id,
                client_secret=tenant.client_secret,
                service_account=tenant.service_account,
                private_key=private_key(tenant.private_key),
            )
            options |= {"endpoint": tenant.endpoint, "token_url": tenant.token_url}
            return stack.enter_context(Client.open(credentials=credentials, timing=time.timing, **options))

        yield make


def picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (2500, 843), "#206040").save(stream, "PNG")
    return stream.getvalue()


def upload(client: Client, bot: int, content: bytes) -> str:
    return client.upload(bot_id=str(bot), name="main.png", content=content, media_type="image/png")


def fetched(client: Client, bot: int, file_id: str) -> bytes:
    return client.download(call("getAttachment", botId=bot, fileId=file_id))


@pytest.mark.parametrize("raw", ["refused", "accepted"])
@pytest.mark.parametrize("bound", ["kept", "replaced"])
def test_a_picture_goes_up_is_bound_and_comes_back(
    make_tenant: MakeTenant, connect: Open, bound: str, raw: str
) -> None:
    """Byte for byte, whether a bound image keeps its file id or reads back under another one."""
    tenant = make_tenant(image_file_id=bound, raw_upload=raw)
    client, content = connect(tenant), picture()
    (bot,) = tenant.make_bots(1)
    menu = tenant.make_richmenu(bot)
    file_id = upload(client, bot, content)
    client.send(call("setRichmenuImage", json={"fileId": file_id}, botId=bot, richmenuId=menu))
    image = client.send(call("getRichmenuImage", botId=bot, richmenuId=menu))
    assert (image["fileId"] == file_id) == (bound == "kept")
    assert fetched(client, bot, image["fileId"]) == content


@pytest.mark.parametrize("operation", ["createAttachment", "uploadContent"])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_an_upload_outlives_a_bad_moment(
    make_tenant: MakeTenant, connect: Open, operation: str, fault: dict[str, Any]
) -> None:
    """The file that is given holds the bytes, and no address was used twice."""
    tenant = make_tenant()
    client = connect(tenant)
    (bot,) = tenant.make_bots(1)
    tenant.add_fault(Fault(operation=operation, nth=1, **fault))
    content = bytes(range(256)) * 40
    assert fetched(client, bot, upload(client, bot, content)) == content
    addresses = [entry.path for entry in tenant.log("uploadContent")]
    assert len(addresses) == len(set(addresses))
    assert all(entry.method == "POST" for entry in tenant.log("uploadContent"))


@pytest.mark.parametrize("operation", ["getAttachment", "downloadContent"])
@pytest.mark.parametrize("bad", [name for name in FAULTS if name != "half of the JSON"])
def test_a_download_outlives_a_bad_moment(
    make_tenant: MakeTenant, connect: Open, operation: str, bad: str
) -> None:
    """The bytes are whole and are those of the file."""
    tenant = make_tenant()
    client = connect(tenant)
    (bot,) = tenant.make_bots(1)
    content = bytes(range(256)) * 40
    file_id = upload(client, bot, content)
    tenant.add_fault(Fault(operation=operation, nth=1, **FAULTS[bad]))
    assert fetched(client, bot, file_id) == content


@pytest.mark.parametrize("refusal", ["403", "401"])
def test_a_client_that_only_reads_needs_a_scope_to_download(
    make_tenant: MakeTenant, connect: Open, refusal: str
) -> None:
    """`bot.message` besides `bot.read` (reference 1.5); it still uploads nothing."""
    tenant = make_tenant(scope_refusal=refusal)
    (bot,) = tenant.make_bots(1)
    file_id = upload(connect(tenant), bot, b"x")
    with pytest.raises(Rejected, match="getAttachment") as caught:
        fetched(connect(tenant, read_only=True), bot, file_id)
    assert caught.value.status == int(refusal)
    assert "scope `bot.message`" in caught.value.advice
    reader = connect(tenant, read_only=True, scopes=("bot.message",))
    assert fetched(reader, bot, file_id) == b"x"
    tenant.clear_log()
    with pytest.raises(UserError, match="only reads"):
        upload(reader, bot, b"x")
    assert tenant.log() == ()


def test_a_file_of_yesterday_is_gone(make_tenant: MakeTenant, connect: Open) -> None:
    """An attachment that was not bound lives 24 hours (reference 3.6)."""
    tenant = make_tenant()
    client = connect(tenant)
    (bot,) = tenant.make_bots(1)
    file_id = upload(client, bot, b"x")
    tenant.advance(24 * 3600)
    with pytest.raises(Rejected, match="getAttachment") as caught:
        fetched(client, bot, file_id)
    assert caught.value.is_gone


def test_the_log_names_operations_and_no_address(
    make_tenant: MakeTenant, connect: Open, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither ours nor that of the HTTP library."""
    caplog.set_level(logging.DEBUG)
    tenant = make_tenant()
    client = connect(tenant)
    (bot,) = tenant.make_bots(1)
    tenant.add_fault(Fault(operation="uploadContent", kind="commit_then_cut", nth=1))
    fetched(client, bot, upload(client, bot, b"x"))
    for operation in ("createAttachment", "uploadAttachment", "getAttachment", "downloadAttachment"):
        assert f"{operation} " in caplog.text
    assert "/k/emsg/" not in caplog.text
    keys = [entry.path.split("/")[5] for entry in tenant.log("uploadContent")]
    assert len(keys) == 2
    assert not [key for key in keys if key in caplog.text]
