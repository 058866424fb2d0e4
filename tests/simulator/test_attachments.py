"""Upload and download in two steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from tests.simulator.conftest import Api

_BYTES = bytes(range(256)) * 50 + b"\r\n--not the boundary\r\n\r\n"
_DAY = 24 * 3600


@pytest.fixture
def bot(api: Api) -> str:
    return f"/bots/{api.make_bot()}"


def place(api: Api, bot: str) -> dict[str, str]:
    answer: dict[str, str] = api.done("POST", f"{bot}/attachments", {"fileName": "a b/ü.png", "size": 3})
    return answer


def put(api: Api, url: str, **more: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {api.token}"}
    return api.http.post(url, headers=headers, **more)


@pytest.mark.parametrize(
    ("part", "fields"),
    [
        ("Filedata", {"resourceName": "x.png"}),
        ("FileData", {"resourceName": "x.png"}),
        ("file", {"resourceName": "x.png"}),
        ("file", {"title": "x.png"}),
        ("file", {}),
    ],
)
def test_the_bytes_come_in_any_form_that_clients_use_and_go_out_unchanged(
    api: Api, bot: str, part: str, fields: dict[str, str]
) -> None:
    target = place(api, bot)
    assert put(api, target["uploadUrl"], files={part: ("x.png", _BYTES)}, data=fields).status_code == 200
    redirect = api.send("GET", f"{bot}/attachments/{target['fileId']}")
    assert redirect.status_code == 302
    headers = {"Authorization": f"Bearer {api.token}"}
    assert api.http.get(redirect.headers["Location"], headers=headers).content == _BYTES
    assert api.http.get(redirect.headers["Location"]).status_code == 401


def test_an_upload_address_works_once_with_a_token_and_a_file(api: Api, bot: str) -> None:
    url = place(api, bot)["uploadUrl"]
    assert api.http.post(url, files={"file": _BYTES}).status_code == 401
    assert put(api, url, content=_BYTES).status_code == 400
    assert put(api, url, data={"file": "x"}).status_code == 400
    assert api.http.put(url, content=_BYTES).status_code == 405
    assert put(api, url, files={"file": _BYTES}).status_code == 200
    assert put(api, url, files={"file": _BYTES}).status_code == 400
    assert put(api, url.replace("/r/jp1/", "/r/jp1/x"), files={"file": _BYTES}).status_code == 404


def test_address_and_file_live_for_a_day(api: Api, bot: str) -> None:
    late, used = place(api, bot), place(api, bot)
    put(api, used["uploadUrl"], files={"file": _BYTES})
    location = api.send("GET", f"{bot}/attachments/{used['fileId']}").headers["Location"]
    api.tenant.advance(_DAY)
    api.token = api.sign_in("bot").json()["access_token"]
    assert put(api, late["uploadUrl"], files={"file": _BYTES}).status_code == 404
    assert api.refused("GET", f"{bot}/attachments/{used['fileId']}")[0] == 404
    headers = {"Authorization": f"Bearer {api.token}"}
    assert api.http.get(location, headers=headers).status_code == 404


def test_a_file_without_bytes_is_not_found(api: Api, bot: str) -> None:
    assert api.refused("GET", f"{bot}/attachments/{place(api, bot)['fileId']}")[0] == 404
    assert api.refused("GET", f"{bot}/attachments/jp1.1%2F2")[0] == 404


@pytest.mark.parametrize("path", ["/k/emsg/r/jp1", "/k/emsg/x/jp1/a/b", "/k/emsg/d/jp1/a/b"])
def test_other_addresses_of_the_storage_lead_nowhere(api: Api, path: str) -> None:
    assert put(api, api.tenant.control_url.removesuffix("/_control") + path).status_code == 404
