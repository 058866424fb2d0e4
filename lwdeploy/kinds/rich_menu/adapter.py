"""The calls of rich menus: operations 19 to 22 of the reference; binding.py has those of their pictures."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from lwdeploy.api.answers import understood
from lwdeploy.api.call import call
from lwdeploy.core.address import Address
from lwdeploy.core.errors import OutcomeUnknown, Rejected
from lwdeploy.core.kind import Access, Written
from lwdeploy.core.live import LiveResource, Seen
from lwdeploy.core.types import Change, Resource
from lwdeploy.kinds.rich_menu import identity, spec
from lwdeploy.kinds.rich_menu.binding import Pictures

if TYPE_CHECKING:  # loading the HTTP client takes longer than all of validate
    from lwdeploy.api.client import Client

__all__ = ["RichMenuAdapter"]


class RichMenuAdapter:
    """Reads, creates and deletes rich menus, and binds their pictures; a menu itself cannot be changed."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._client: Client = access.client
        self._pictures = Pictures(access)

    def read(self, parent: LiveResource, *, wanted: Mapping[Address, Resource]) -> Seen:
        """Read all rich menus of a bot. The facts are what creating or deleting one would hit."""
        bot_id = parent.remote_id
        bodies = self._client.pages(call("listRichmenus", botId=bot_id), key="richmenus")
        with understood("listRichmenus", f"botId={bot_id}"):
            rows = [identity.row_of(body) for body in bodies]
        rows += self._unlisted(bot_id, {row.remote_id for row in rows}, wanted)
        seen = identity.place(rows, wanted=wanted, project=self._access.project)
        facts = {
            "count": len(rows),
            "default": parent.facts.get("defaultRichmenuId", ""),
            "persistent": not rows and bool(wanted) and self._has_persistent_menu(bot_id),
        }
        if self._access.verify.images:
            seen = self._verified(bot_id, seen, wanted=wanted)
        return seen | Seen(facts={"rich_menu": facts})

    def _unlisted(
        self, bot_id: str, listed: Collection[str], wanted: Mapping[Address, Resource]
    ) -> list[identity.Row]:
        """Ask for the menus that are known and not in the list: it may only lag behind."""
        missing = {each.derived_id for each in wanted.values() if each.derived_id not in {None, *listed}}
        found = []
        for menu_id in sorted(map(str, missing)):
            try:
                body = self._client.send(call("getRichmenu", botId=bot_id, richmenuId=menu_id))
            except Rejected as error:
                if not error.is_gone:
                    raise
                continue
            with understood("getRichmenu", f"botId={bot_id} richmenuId={menu_id}"):
                found.append(identity.row_of(body))
        return found

    def _has_persistent_menu(self, bot_id: str) -> bool:
        try:
            body = self._client.send(call("getPersistentMenu", botId=bot_id))
        except Rejected as error:
            if not error.is_gone:
                raise
            return False
        return bool(((body or {}).get("content") or {}).get("actions"))

    def _verified(self, bot_id: str, seen: Seen, *, wanted: Mapping[Address, Resource]) -> Seen:
        """Add the pictures that the menus really show, in the manifest's words where they are the ones meant."""
        shown = {
            address: self._looked_at(bot_id, live, wanted[address]) for address, live in seen.resources.items()
        }
        return seen | Seen(resources=shown)

    def _looked_at(self, bot_id: str, live: LiveResource, resource: Resource) -> LiveResource:
        meant = resource.spec.get("image", {})
        images: dict[str, str] = {}
        bound = self._pictures.bound(bot_id, live.remote_id)
        for language, file_id in bound.items():
            told = self._pictures.told(bot_id, file_id, meant=meant.get(language, ""), resource=resource)
            images |= {} if told is None else {language: told}
        lost = tuple(sorted(set(bound) - set(images)))
        images |= {language: "" for language in meant if language not in bound}
        return replace(live, spec={**live.spec, "image": images}, facts={**live.facts, "lost": lost})

    def write(
        self, change: Change, *, parent_id: str | None, live: LiveResource | None, users: Mapping[str, str]
    ) -> Written:
        """Create a menu with its pictures, or bind other pictures to it.

        Files are uploaded first: between the create and the picture, people may have no menu.
        """
        del users
        bot_id = str(parent_id)
        if live is not None:
            self._pictures.rebind(bot_id, live.remote_id, change)
            return Written(remote_id=live.remote_id)
        files = self._pictures.uploaded(bot_id, change, languages=change.desired["image"])
        menu_id = self._create(bot_id, change)
        self._pictures.bind(bot_id, menu_id, files)
        return Written(remote_id=menu_id)

    def _create(self, bot_id: str, change: Change) -> str:
        mark = spec.mark_of(change.address, change.desired, project=self._access.project)
        body = spec.to_body(change.desired, name=str(mark))
        answer = self._client.send(call("createRichmenu", botId=bot_id, json=body))
        if not isinstance(answer, dict) or not answer.get("richmenuId"):
            message = "The answer to the create names no rich menu"
            raise OutcomeUnknown(message, operation="createRichmenu", status=201)
        return str(answer["richmenuId"])

    def delete(self, change: Change, *, parent_id: str | None) -> None:
        """Delete a menu. Whether one that is still somebody's may be deleted is not documented (reference 3.5)."""
        try:
            self._client.send(call("deleteRichmenu", botId=str(parent_id), richmenuId=str(change.remote_id)))
        except Rejected as error:
            if error.is_gone:
                return
            error.advice = (
                "If it is still the default or some user's menu: declare `default` and `users`, then they move "
                "along; or keep it with lifecycle.retainReplaced: true."
            )
            raise
