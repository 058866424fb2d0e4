"""The calls of a persistent menu: operations 16 to 18 of the reference, and a look at the rich menus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lwdeploy.api.answers import understood
from lwdeploy.api.call import call
from lwdeploy.core.errors import Rejected
from lwdeploy.core.kind import Written
from lwdeploy.core.types import Change, Listed, LiveResource, Spec
from lwdeploy.kinds.persistent_menu import spec

if TYPE_CHECKING:  # loading the HTTP client takes longer than all of validate
    from lwdeploy.api.client import Client

__all__ = ["PersistentMenuAdapter"]


class PersistentMenuAdapter:
    """Reads and writes the one persistent menu of a bot."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def listing(self) -> tuple[Listed, ...]:
        """A persistent menu is read below its bot."""
        return ()

    def read(
        self, *, parent_id: str | None, remote_id: str | None, wanted: Mapping[str, Spec]
    ) -> tuple[LiveResource, ...]:
        """Read the menu; absent is 404, or 200 with nothing in it (reference 9.9).

        Where a menu is wanted and there is none, rich menus may be in its way: they are read, and stand in the
        facts of an empty menu.
        """
        del remote_id
        try:
            body = self._client.send(call("getPersistentMenu", botId=str(parent_id)))
        except Rejected as error:
            if not error.is_gone:
                raise
            body = None
        with understood("getPersistentMenu", f"botId={parent_id}"):
            live = spec.from_api(body or {})
        facts = self._facts(str(parent_id)) if any(wanted.values()) and not live["actions"] else {}
        if not live["actions"] and not facts:
            return ()
        return (LiveResource(kind="persistent_menu", remote_id=spec.DERIVED_ID, spec=live, facts=facts),)

    def _facts(self, bot_id: str) -> dict[str, list[str]]:
        rows = self._client.pages(call("listRichmenus", botId=bot_id), key="richmenus")
        names = sorted(str(row.get("richmenuName") or row.get("richmenuId")) for row in rows)
        return {"richmenus": names} if names else {}

    def reserve(self, change: Change, *, mark: object) -> LiveResource:
        """A persistent menu is found by its bot and needs no mark."""
        raise AssertionError(f"{change.address} is not created under a mark")

    def write(
        self, change: Change, *, parent_id: str | None, live: LiveResource | None, users: Mapping[str, str]
    ) -> Written:
        """Set the whole menu: POST overwrites (reference 3.4)."""
        del live, users
        self._client.send(call("setPersistentMenu", botId=str(parent_id), json=spec.to_body(change.desired)))
        return Written(remote_id=spec.DERIVED_ID)

    def delete(self, *, parent_id: str | None, remote_id: str) -> None:
        """Remove the menu."""
        del remote_id
        try:
            self._client.send(call("deletePersistentMenu", botId=str(parent_id)))
        except Rejected as error:
            if not error.is_gone:
                raise
