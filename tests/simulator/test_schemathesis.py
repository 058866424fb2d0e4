"""schemathesis holds the tenant to the published description: each operation by itself, and chains of calls.

The description stays as it is published. Beside it stand what it cannot know (the tenant's domains and users)
and the links from what an operation creates to the operations that take it. A longer run:
`SCHEMATHESIS_EXAMPLES=500 pytest tests/simulator/test_schemathesis.py`.
"""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ensure_resource_availability,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    use_after_free,
)

from lwdeploy.simulator import Settings, start
from lwdeploy.simulator.exchange import OPERATIONS
from lwdeploy.simulator.paging import write_cursor
from tests.simulator.conftest import ADMIN, NO_TLS, NOW, OSAKA, TOKYO, Api

if TYPE_CHECKING:
    from tests.simulator.conftest import Contract

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "6"))
STEPS = 20
BOTS = range(2000001, 2000021)
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CHAIN_CHECKS: list[CheckFunction] = [*CHECKS, use_after_free, ensure_resource_availability]
# What an operation makes, and where its id is found.
MADE = {
    "createBot": {"botId": "$response.body#/botId"},
    "registerBotDomain": {"domainId": "$request.path.domainId"},
    "addBotDomainMember": {"domainId": "$request.path.domainId", "userId": "$request.body#/userId"},
    "setPersistentMenu": {},
    "createRichmenu": {"richmenuId": "$response.body#/richmenuId"},
    "setUserRichmenu": {"userId": "$request.path.userId"},
    "setDefaultRichmenu": {},
    "createAttachment": {"fileId": "$response.body#/fileId"},
    "createChannel": {"channelId": "$response.body#/channelId"},
}
# What an operation takes away: calls that follow have to find it gone.
TAKEN = {
    "deleteBot": {},
    "deleteBotDomain": {"domainId": "$request.path.domainId"},
    "deleteRichmenu": {"richmenuId": "$request.path.richmenuId"},
    "leaveChannel": {"channelId": "$request.path.channelId"},
}
UNIQUE = set(TAKEN) - {"deleteBotDomain"}  # their ids never come again
BOT_API = [each for each in OPERATIONS if each.path.startswith("/bots")]
METHODS = {"get", "post", "put", "patch", "delete"}
QUIET = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def linked(description: dict[str, Any]) -> dict[str, Any]:
    """Give the description of the Bot API with what a client of this tenant knows."""
    whole = copy.deepcopy(description)
    whole["paths"] = {path: row for path, row in whole["paths"].items() if path.startswith("/bots")}
    know(whole["components"])
    for path, row in whole["paths"].items():
        for method in METHODS & set(row):
            made = {**MADE, **TAKEN}.get(row[method]["operationId"])
            if made is not None:
                kept = {} if path == "/bots" else {"botId": "$request.path.botId"}
                success = next(status for status in row[method]["responses"] if status.startswith("2"))
                row[method]["responses"][success]["links"] = links(whole["paths"], {**kept, **made})
    return whole


def know(components: dict[str, Any]) -> None:
    """Write what this tenant holds, and what is an address, where the description has any number or text."""
    parameters, schemas = components["parameters"], components["schemas"]
    domain = {"type": "integer", "enum": [TOKYO, OSAKA]}
    user = {"type": "string", "enum": [ADMIN, "taro@example.com", "hanako@example.com"]}
    parameters["botId"]["schema"] = {"type": "integer", "enum": [*BOTS, 1]}
    parameters["cursor"]["schema"] = {"type": "string", "enum": ["", write_cursor(1)]}
    parameters["domainId"]["schema"] = domain
    parameters["userId"]["schema"] = user
    for name in ("BotWrite", "BotPatch"):
        bot = schemas[name]["properties"]
        bot["administrators"]["items"] = bot["subadministrators"]["items"] = user
        bot["allowDomains"]["items"] = domain
        bot["defaultRichmenuId"] = {"type": "string", "enum": [""]}
        bot["callbackUrl"] = {"type": "string", "enum": ["", "https://bots.example.com/x"]}
    for name in ("RichmenuAction", "PersistentMenuAction"):
        schemas[name]["properties"]["uri"] = {"type": "string", "enum": ["https://portal.example.com/"]}
    for side in schemas["Bounds"]["properties"].values():
        side["maximum"] = 2500
    schemas["ChannelWrite"]["properties"]["members"]["items"] = user
    schemas["DomainMemberWrite"]["properties"]["userId"] = user


def links(paths: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    """Link to every operation whose path takes all that is known, and nothing but a domain or user beside it."""
    found = {}
    for path, row in paths.items():
        wanted = set(re.findall(r"\{(\w+)\}", path))
        if set(known) <= wanted and wanted - set(known) <= {"domainId", "userId"}:
            for method in METHODS & set(row):
                name = row[method]["operationId"]
                found[name] = {"operationId": name, "parameters": known}
    return found


def begun(private_key: str) -> Api:
    """Start a tenant with the bots that the description was told of."""
    tenant = start(data=None, settings=Settings(private_key=private_key, bot_limit=10**6), clock=lambda: NOW)
    assert tenant.make_bots(len(BOTS), registered_in=TOKYO) == tuple(BOTS)
    with httpx.Client(trust_env=False, verify=NO_TLS) as http:
        return Api(tenant, http, None, "bot")


def session_of(api: Api) -> requests.Session:
    made = requests.Session()
    made.trust_env = False
    made.headers["Authorization"] = f"Bearer {api.token}"
    return made


@pytest.fixture(scope="module")
def api(private_key: str) -> Iterator[Api]:
    made = begun(private_key)
    with made.tenant:
        yield made


@pytest.fixture(scope="module")
def session(api: Api) -> Iterator[requests.Session]:
    with session_of(api) as made:
        yield made


def loaded(contract: Contract, api: Api, *modes: GenerationMode) -> Any:
    made = schemathesis.openapi.from_dict(linked(dict(contract.description)))
    made.config.update(base_url=api.tenant.endpoint)
    made.config.generation.update(modes=list(modes))
    made.config.phases.stateful.link_calibration = False  # it would remember what earlier chains met
    made.config.phases.stateful.inference.algorithms = []  # what it infers loses the bot on the way to a menu
    return made


@pytest.fixture(scope="module")
def schema(contract: Contract, api: Api) -> Any:
    return loaded(contract, api, *GenerationMode)


@pytest.mark.parametrize("operation", BOT_API, ids=lambda operation: operation.name)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_an_operation_answers_as_described(
    schema: Any, session: requests.Session, operation: Any, mode: GenerationMode
) -> None:
    """Whether a request is as described or bent off it."""
    described = schema[operation.path][operation.method]
    try:
        cases = described.as_strategy(generation_mode=mode)
    except schemathesis.errors.SchemathesisError:
        return

    @QUIET
    @given(case=cases)
    def check(case: Any) -> None:
        case.call_and_validate(session=session, checks=CHECKS)

    check()


def test_chains_of_calls_answer_as_described(contract: Contract, api: Api, private_key: str) -> None:
    """What was made can be used, what was deleted is gone, and nothing on the way is off the description.

    Each chain begins in a tenant of its own: a choice that depended on the chain before could not be repeated.
    """
    schema = loaded(contract, api, GenerationMode.POSITIVE)
    done: set[str] = set()

    class Chain(schema.as_state_machine()):  # type: ignore[misc]  # made at run time
        def setup(self) -> None:
            self.api = begun(private_key)
            self.session = session_of(self.api)
            self.gone: set[str] = set()

        def teardown(self) -> None:
            done.update(entry.operation for entry in self.api.tenant.log() if entry.outcome == "ok")
            self.session.close()
            self.api.tenant.stop()
            super().teardown()

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"session": self.session, "base_url": self.api.tenant.endpoint}

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            case.validate_response(response, checks=CHAIN_CHECKS)
            path = f"{case.formatted_path}/"
            if any(path.startswith(gone) for gone in self.gone):
                assert 400 <= response.status_code < 500, f"{case.method} {path} works on what was deleted"
            elif case.operation.definition.raw["operationId"] in UNIQUE and response.status_code == 204:
                self.gone.add(path)

    Chain.run(settings=settings(QUIET, max_examples=EXAMPLES * 4, stateful_step_count=STEPS))
    assert {name for name, found in MADE.items() if any("response" in each for each in found.values())} <= done
    assert len(done) > len(MADE)
