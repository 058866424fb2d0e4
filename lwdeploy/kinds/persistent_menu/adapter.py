"""The calls of a persistent menu: operations 16 to 18 of the reference, and a look at the rich menus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lwdeploy.api.answers import understood
from lwdeploy.api.call import call
from lwdeploy.core.address import Address
from lwdeploy.core.errors import Rejected
from lwdeploy.core.kind import Access, Written
from lwdeploy.core.live import LiveResource, Seen, seen_by_id
from lwdeploy.core.types import Change, Resource
from lwdeploy.kinds.persistent_menu import spec

if TYPE_CHECKING:  # loading the HTTP client takes longer than all of validate
    from lwdeploy.api.client import Client

__all__ = ["PersistentMenuAdapter"]


class PersistentMenuAdapter:
    """Reads and writes the one persistent menu of a bot."""

    def __init__(self, access: Access) -> None:
        self._client: Client = access.client

    def read(self, parent: LiveResource, *, wanted: Mapping[Address, Resource]) -> Seen:
        """Read the menu; absent is 404, or 200 with nothing in it (reference 9.9).

        Where a menu is wanted and there is none, rich menus may be in its way: the facts name them.
        """
        try:
            body = self._client.send(call("getPersistentMenu", botId=parent.remote_id))
        except Rejected as error:
            if not error.is_gone:
                raise
            body = None
        with understood("getPersistentMenu", f"botId={parent.remote_id}"):
            live = spec.from_api(body or {})
        if live["actions"]:
            found = LiveResource(kind="persistent_menu", remote_id=spec.DERIVED_ID, spec=live)
            return seen_by_id([found], wanted=wanted)
        if any(each.spec for each in wanted.values()):
            return Seen(facts={"persistent_menu": {"richmenus": self._richmenus(parent.remote_id)}})
        return Seen()

    def _richmenus(self, bot_id: str) -> dict[str, str]:
        rows = self._client.pages(call("listRichmenus", botId=bot_id), key="richmenus")
        with understood("listRichmenus", f"botId={bot_id}"):
            return {str(row["richmenuId"]): str(row.get("richmenuName") or row["richmenuId"]) for row in rows}

    def write(
        self, change: Change, *, parent_id: str | None, live: LiveResource | None, users: Mapping[str, str]
    ) -> Written:
        """Set the whole menu: POST overwrites (reference 3.4)."""
        del live, users
        self._client.send(call("setPersistentMenu", botId=str(parent_id), json=spec.to_body(change.desired)))
        return Written(remote_id=spec.DERIVED_ID)

    def delete(self, change: Change, *, parent_id: str | None) -> None:
        """Remove the menu."""
        del change
        try:
            self._client.send(call("deletePersistentMenu", botId=str(parent_id)))
        except Rejected as error:
            if not error.is_gone:
                raise
