"""The calls of a bot: operations 1 to 6 of the reference, PUT excepted because it resets what is absent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lwdeploy.api.answers import understood
from lwdeploy.api.call import call
from lwdeploy.core.canonical import canonical
from lwdeploy.core.errors import OutcomeUnknown, Rejected
from lwdeploy.core.kind import Access, Written
from lwdeploy.core.live import Listed, LiveResource
from lwdeploy.core.localized import DEFAULT
from lwdeploy.core.types import Change, Mark, Spec
from lwdeploy.kinds.bot import spec

if TYPE_CHECKING:  # loading the HTTP client takes longer than all of validate
    from lwdeploy.api.client import Client

__all__ = ["BotAdapter"]


class BotAdapter:
    """Reads and writes bots through one client."""

    def __init__(self, access: Access) -> None:
        self._client: Client = access.client

    def listing(self) -> tuple[Listed, ...]:
        """Give every bot of the tenant: id and name, to the last page."""
        rows = self._client.pages(call("listBots"), key="bots")
        with understood("listBots", "of the tenant"):
            return tuple(
                Listed(kind="bot", remote_id=str(row["botId"]), name=str(row.get("botName") or "")) for row in rows
            )

    def look(self, remote_id: str, *, wanted: Spec) -> LiveResource | None:
        """Read one bot; with a narrower `allowedDomains` wanted, also where it is registered now."""
        try:
            body = self._client.send(call("getBot", botId=remote_id))
        except Rejected as error:
            if error.is_gone:
                return None
            raise
        with understood("getBot", f"botId={remote_id}"):
            if str(body["botId"]) != remote_id:
                raise ValueError("the answer is about another bot")
            live = spec.from_api(body)
            facts = spec.facts(body)
        facts |= self._registered(remote_id, live=live, wanted=wanted)
        return LiveResource(kind="bot", remote_id=remote_id, spec=live, facts=facts)

    def _registered(self, remote_id: str, *, live: Spec, wanted: Spec) -> dict[str, object]:
        allowed = wanted.get("policy", {}).get("allowedDomains", spec.ALL_DOMAINS)
        if allowed in (spec.ALL_DOMAINS, live["policy"]["allowedDomains"]):
            return {}
        rows = self._client.pages(call("listBotDomains", botId=remote_id), key="domains")
        with understood("listBotDomains", f"botId={remote_id}"):
            return {"registered": sorted(int(row["domainId"]) for row in rows)}

    def reserve(self, change: Change, *, mark: Mark) -> LiveResource:
        """Create the bot under its mark, everything else final; its translated names wait for the naming."""
        paths = [path for path in spec.declared_paths(change.desired) if not path.startswith("botName.")]
        body = spec.to_body(change.desired, paths=paths, live={}) | {"botName": str(mark)}
        answer = self._client.send(call("createBot", json=body))
        if not isinstance(answer, dict) or not answer.get("botId"):
            raise OutcomeUnknown("The answer to the create names no bot", operation="createBot", status=201)
        marked = canonical({**change.desired, "botName": {DEFAULT: str(mark)}})
        return LiveResource(kind="bot", remote_id=str(answer["botId"]), spec=marked)

    def write(
        self, change: Change, *, parent_id: str | None, live: LiveResource | None, users: Mapping[str, str]
    ) -> Written:
        """Send one PATCH with the fields of the change."""
        del parent_id, users
        if live is None:
            raise AssertionError("a bot is reserved before it is written")
        body = spec.to_body(change.desired, paths=[diff.path for diff in change.diffs], live=live.spec)
        self._client.send(call("patchBot", botId=live.remote_id, json=body))
        return Written(remote_id=live.remote_id)

    def delete(self, change: Change, *, parent_id: str | None) -> None:
        """Delete the bot; it leaves its rooms some time later (reference 3.1)."""
        del parent_id
        try:
            self._client.send(call("deleteBot", botId=str(change.remote_id)))
        except Rejected as error:
            if not error.is_gone:
                raise
