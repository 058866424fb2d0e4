"""The calls of users' rich menus: operations 25 to 27 of the reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lwdeploy.api.call import call
from lwdeploy.core.address import Address
from lwdeploy.core.errors import Rejected
from lwdeploy.core.kind import Access, Written
from lwdeploy.core.live import LiveResource, Seen, seen_by_id
from lwdeploy.core.types import Change, Mark, Resource
from lwdeploy.kinds.user_rich_menu.spec import FIELD

if TYPE_CHECKING:  # loading the HTTP client takes longer than all of validate
    from lwdeploy.api.client import Client

__all__ = ["UserRichMenuAdapter"]


_NOBODY = (400, 404)


class UserRichMenuAdapter:
    """Writes which rich menu a user sees; reads it only where that is asked for, at one call for each user."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._client: Client = access.client

    def read(self, parent: LiveResource, *, wanted: Mapping[Address, Resource]) -> Seen:
        """Read the menus of the wanted users. No call lists assignments, so others stay unseen (reference 3.5)."""
        if not self._access.verify.users:
            return Seen(unread=frozenset({"user_rich_menu"}))
        found = []
        for resource in wanted.values():
            body = self._menu_of(parent.remote_id, str(resource.derived_id))
            if body.get(FIELD):
                spec = {FIELD: str(body[FIELD])}
                found.append(LiveResource(kind="user_rich_menu", remote_id=str(resource.derived_id), spec=spec))
        return seen_by_id(found, wanted=wanted)

    def _menu_of(self, bot_id: str, user: str) -> Mapping[str, Any]:
        """Give the menu that is set for a user; none is 404, or 200 with nulls (reference 9.9).

        One who has left has none either, whichever way the service says that it does not know him.
        """
        try:
            body = self._client.send(call("getUserRichmenu", botId=bot_id, userId=user))
        except Rejected as error:
            if error.status not in _NOBODY:
                raise
            return {}
        return body if isinstance(body, dict) else {}

    def write(
        self, change: Change, *, parent_id: str | None, live: LiveResource | None, users: Mapping[str, str]
    ) -> Written:
        """Give a user a menu: giving it again changes nothing."""
        del live, users
        user, menu_id = str(change.remote_id), str(change.desired[FIELD])
        try:
            self._client.send(call("setUserRichmenu", botId=str(parent_id), richmenuId=menu_id, userId=user))
        except Rejected as refusal:
            refusal.advice = f"If {user} has left, take the login out of menus.rich.users."
            raise
        return Written(remote_id=user)

    def delete(self, change: Change, *, parent_id: str | None) -> None:
        """Take a user's menu away, if it is still one of ours: somebody may have given him another one."""
        bot_id, user = str(parent_id), str(change.remote_id)
        body = self._menu_of(bot_id, user)
        if not self._is_ours(body, change):
            return
        try:
            self._client.send(call("deleteUserRichmenu", botId=bot_id, userId=user))
        except Rejected as error:
            if not error.is_gone:
                raise

    def _is_ours(self, body: Mapping[str, Any], change: Change) -> bool:
        mark = Mark.parse(str(body.get("richmenuName") or ""))
        ours = mark is not None and mark.project == self._access.project
        return ours or (bool(body.get(FIELD)) and str(body[FIELD]) == change.before.get(FIELD))
