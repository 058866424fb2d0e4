"""Nothing that a client may send makes the tenant fail, or answer off the description."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lwdeploy.simulator import Settings, start
from lwdeploy.simulator.exchange import OPERATIONS
from tests.simulator.conftest import ADMIN, NOW, TOKYO, Api, bot_body, menu_body

if TYPE_CHECKING:
    from tests.simulator.conftest import Contract

_ACTION = {"type": "message", "label": "Help", "text": "help", "i18nLabels": [{"language": "ja_JP", "label": "x"}]}
_BODIES: dict[str, Any] = {
    "createBot": bot_body(allowDomains=[TOKYO], i18nBotNames=[{"language": "ja_JP", "botName": "x"}]),
    "updateBot": bot_body(callbackEvents=["text"], channelEvents=["begin"]),
    "patchBot": {"defaultRichmenuId": "", "callbackUrl": "https://x.example.com/"},
    "registerBotDomain": {"visible": True, "allowToSelectedMember": True},
    "updateBotDomain": {"visible": True},
    "patchBotDomain": {"allowToSelectedMember": True},
    "addBotDomainMember": {"userId": ADMIN},
    "setPersistentMenu": {"content": {"actions": [_ACTION]}},
    "createRichmenu": menu_body(),
    "setRichmenuImage": {"fileId": "x", "i18nFileIds": [{"language": "ja_JP", "fileId": "x"}]},
    "createAttachment": {"fileName": "x.png"},
    "createChannel": {"members": [ADMIN], "title": "x"},
    "sendUserMessage": {"content": {"type": "text", "text": "x", "quickReply": {"items": [{"action": _ACTION}]}}},
    "sendChannelMessage": {"content": {"type": "flex", "altText": "x", "contents": {"type": "bubble"}}},
}
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
_SEGMENT = st.sampled_from([ADMIN, "40001", "users", "default"]) | st.text(min_size=1)


@pytest.fixture(scope="module")
def api(contract: Contract, private_key: str) -> Iterator[Api]:
    strict = {"null-fields": "refused"}  # the description has no null in a request that is taken
    roomy = Settings(private_key=private_key, bot_limit=10**6, switches=strict)
    tenant = start(data=None, settings=roomy, clock=lambda: NOW)
    with tenant, httpx.Client(trust_env=False) as http:
        tenant.make_bots(3, registered_in=TOKYO)
        yield Api(tenant, http, contract, "bot")


def spoilt(body: Any, draw: st.DataObject) -> Any:
    """Replace, add or take away something at a random place of a body."""
    whole = copy.deepcopy(body)
    node = whole
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return whole
        key = draw.draw(st.sampled_from(keys))
        if isinstance(node[key], (dict, list)) and draw.draw(st.booleans()):
            node = node[key]
            continue
        if draw.draw(st.integers(0, 5)):
            node[key] = draw.draw(_JSON)
        else:
            del node[key]
        return whole


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(draw=st.data())
def test_no_request_makes_the_tenant_fail(api: Api, operation: Any, draw: st.DataObject) -> None:
    """Paths, queries and bodies are bent at random places; every answer is one of those described."""
    bot_id = draw.draw(st.sampled_from(["2000001", "2000002", "2000003"]))
    path = operation.path.replace("{botId}", bot_id).replace("{domainId}", str(TOKYO))
    for name in ("{userId}", "{richmenuId}", "{fileId}", "{channelId}"):
        path = path.replace(name, quote(draw.draw(_SEGMENT), safe="") if name in path else "")
    query = draw.draw(st.dictionaries(st.sampled_from(["count", "cursor", "x"]), st.text(), max_size=2))
    body = _BODIES.get(operation.name)
    bent = None if body is None else spoilt(body, draw)
    assert api.send(operation.method, path, bent, params=query).status_code < 500
