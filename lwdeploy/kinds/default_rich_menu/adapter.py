"""The calls of the default rich menu: operations 28 to 30 of the reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lwdeploy.api.call import call
from lwdeploy.core.address import Address
from lwdeploy.core.errors import Rejected
from lwdeploy.core.kind import Access, Written
from lwdeploy.core.live import LiveResource, Seen, seen_by_id
from lwdeploy.core.types import Change, Resource
from lwdeploy.kinds.default_rich_menu.spec import DERIVED_ID, FIELD

if TYPE_CHECKING:  # loading the HTTP client takes longer than all of validate
    from lwdeploy.api.client import Client

__all__ = ["DefaultRichMenuAdapter"]


class DefaultRichMenuAdapter:
    """Reads and writes which rich menu is the default of a bot."""

    def __init__(self, access: Access) -> None:
        self._client: Client = access.client

    def read(self, parent: LiveResource, *, wanted: Mapping[Address, Resource]) -> Seen:
        """Give the default as the bot itself shows it (reference 3.1), or ask for it where the bot does not."""
        known = parent.facts.get("defaultRichmenuId")
        menu_id = self._ask(parent.remote_id) if known is None else str(known)
        if not menu_id:
            return Seen()
        found = LiveResource(kind="default_rich_menu", remote_id=DERIVED_ID, spec={FIELD: menu_id})
        return seen_by_id([found], wanted=wanted)

    def _ask(self, bot_id: str) -> str:
        """Give the id of the default; none is 404, or 200 with null (reference 3.5)."""
        try:
            body = self._client.send(call("getDefaultRichmenu", botId=bot_id))
        except Rejected as error:
            if not error.is_gone:
                raise
            return ""
        return str((body or {}).get("defaultRichmenuId") or "")

    def write(
        self, change: Change, *, parent_id: str | None, live: LiveResource | None, users: Mapping[str, str]
    ) -> Written:
        """Make a menu the default: setting it again changes nothing."""
        del live, users
        menu_id = str(change.desired[FIELD])
        self._client.send(call("setDefaultRichmenu", botId=str(parent_id), richmenuId=menu_id))
        return Written(remote_id=DERIVED_ID)

    def delete(self, change: Change, *, parent_id: str | None) -> None:
        """Leave the bot without a default."""
        del change
        try:
            self._client.send(call("deleteDefaultRichmenu", botId=str(parent_id)))
        except Rejected as error:
            if not error.is_gone:
                raise
