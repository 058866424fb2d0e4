"""schemathesis holds the tenant to the published description: each operation by itself, and chains of calls.

The description stays as it is published. Beside it stand what it cannot know (the tenant's domains and users)
and the links from what an operation creates to the operations that take it. A longer run:
`LWDEPLOY_SCHEMATHESIS_EXAMPLES=500 pytest tests/simulator/test_schemathesis.py`.
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
from hypothesis import strategies as st
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
from tests.simulator.conftest import ADMIN, NOW, TOKYO, Api

if TYPE_CHECKING:
    from tests.simulator.conftest import Contract

EXAMPLES = int(os.environ.get("LWDEPLOY_SCHEMATHESIS_EXAMPLES", "6"))
STEPS = 20
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
    "setDefaultRichmenu": {"richmenuId": "$request.path.richmenuId"},
    "createAttachment": {"fileId": "$response.body#/fileId"},
    "createChannel": {"channelId": "$response.body#/channelId"},
}
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
    parameters = whole["components"]["parameters"]
    parameters["domainId"]["schema"] = {"type": "integer", "enum": [TOKYO, TOKYO + 1, 1]}
    parameters["userId"]["schema"] = {"type": "string", "enum": [ADMIN, "taro@example.com", "nobody"]}
    for path, row in whole["paths"].items():
        for method in METHODS & set(row):
            made = MADE.get(row[method]["operationId"])
            if made is not None:
                kept = {} if path == "/bots" else {"botId": "$request.path.botId"}
                success = next(status for status in row[method]["responses"] if status.startswith("2"))
                row[method]["responses"][success]["links"] = links(whole["paths"], {**kept, **made})
    return whole


def links(paths: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    """Link to every operation whose path takes all that is known, and nothing else."""
    found = {}
    for path, row in paths.items():
        wanted = set(re.findall(r"\{(\w+)\}", path))
        if known and set(known) <= wanted | {"richmenuId"} and wanted - set(known) <= {"domainId", "userId"}:
            for method in METHODS & set(row):
                name = row[method]["operationId"]
                given_here = {key: value for key, value in known.items() if key in wanted}
                found[name] = {"operationId": name, "parameters": given_here}
    return found


@pytest.fixture(scope="module")
def api(private_key: str) -> Iterator[Api]:
    roomy = Settings(private_key=private_key, bot_limit=10**6)
    with start(data=None, settings=roomy, clock=lambda: NOW) as tenant, httpx.Client(trust_env=False) as http:
        tenant.make_bots(3, registered_in=TOKYO)
        yield Api(tenant, http, None, "bot")


@pytest.fixture(scope="module")
def session(api: Api) -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.trust_env = False
        made.headers["Authorization"] = f"Bearer {api.token}"
        yield made


@pytest.fixture(scope="module")
def schema(contract: Contract, api: Api) -> Any:
    made = schemathesis.openapi.from_dict(linked(dict(contract.description)))
    made.config.update(base_url=api.tenant.endpoint)
    return made


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
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


def test_chains_of_calls_answer_as_described(schema: Any, session: requests.Session) -> None:
    """What was made can be used, what was deleted is gone, and nothing on the way is off the description."""

    class Chain(schema.as_state_machine()):  # type: ignore[misc]  # made at run time
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"session": session}

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            case.validate_response(response, checks=CHAIN_CHECKS)

    chained = settings(QUIET, max_examples=EXAMPLES * 2, stateful_step_count=STEPS)
    Chain.run(settings=chained)
