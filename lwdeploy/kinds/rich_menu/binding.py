"""The pictures of rich menus: operations 23, 24, 31 and 32 of the reference. Uploaded, bound, and looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from lwdeploy.api.answers import understood
from lwdeploy.api.call import call
from lwdeploy.core.errors import Rejected, Unchangeable
from lwdeploy.core.kind import Access
from lwdeploy.core.localized import DEFAULT
from lwdeploy.core.types import Change, Resource
from lwdeploy.kinds.rich_menu import spec

if TYPE_CHECKING:  # loading the HTTP client takes longer than all of validate
    from lwdeploy.api.client import Client

__all__ = ["Files", "Pictures"]

_PNG = b"\x89PNG"
_NO_SECOND = (400, 409)
"""Statuses that may mean that a second picture is not taken; others speak of rights, or of a menu that is gone."""

Files = Mapping[str, str]
"""Languages, `default` among them, to file ids."""


class Pictures:
    """Binds pictures to menus. What is uploaded and never bound ends by itself after a day (reference 3.6)."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._client: Client = access.client

    def uploaded(self, bot_id: str, change: Change, *, languages: Collection[str]) -> dict[str, str]:
        """Upload the pictures of some languages, one that several share once."""
        files: dict[str, str] = {}
        for language in sorted(languages, key=lambda each: (each != DEFAULT, each)):
            digest = change.desired["image"][language]
            if digest and digest not in files:
                files[digest] = self._upload(bot_id, change, language=language, digest=digest)
        wanted = {language: change.desired["image"][language] for language in languages}
        return {language: files[digest] for language, digest in wanted.items() if digest}

    def _upload(self, bot_id: str, change: Change, *, language: str, digest: str) -> str:
        if digest not in change.pictures:
            message = f"The plan does not say where the picture {digest} comes from"
            raise Rejected(message, operation="uploadAttachment", advice="Plan again.")
        content = self._access.content(digest, change.pictures[digest])
        media_type, ending = ("image/png", "png") if content.startswith(_PNG) else ("image/jpeg", "jpg")
        name = f"{change.address.path[-1]}.{language}.{ending}"
        return self._client.upload(bot_id=bot_id, name=name, content=content, media_type=media_type)

    def bind(self, bot_id: str, menu_id: str, files: Files) -> None:
        """Bind all pictures at once: the call sets the default and every language (reference 3.5)."""
        languages = [
            {"language": language, "fileId": files[language]} for language in sorted(files) if language != DEFAULT
        ]
        body: dict[str, Any] = {"fileId": files[DEFAULT]}
        body |= {"i18nFileIds": languages} if languages else {}
        self._client.send(call("setRichmenuImage", botId=bot_id, richmenuId=menu_id, json=body))

    def bound(self, bot_id: str, menu_id: str) -> dict[str, str]:
        """Give the file ids of the pictures that a menu has, by language; none while it has no picture."""
        try:
            body = self._client.send(call("getRichmenuImage", botId=bot_id, richmenuId=menu_id))
        except Rejected as error:
            if not error.is_gone:
                raise
            return {}
        if not isinstance(body, dict) or not body.get("fileId"):
            return {}
        with understood("getRichmenuImage", f"botId={bot_id} richmenuId={menu_id}"):
            languages = {each["language"]: str(each["fileId"]) for each in body.get("i18nFileIds") or ()}
        return {DEFAULT: str(body["fileId"]), **languages}

    def told(self, bot_id: str, file_id: str, *, meant: str, resource: Resource | Change) -> str | None:
        """Give the digest of a bound picture: the one that is meant if its bytes are the same.

        None when the file cannot be had: whether a bound file outlives its day is not documented (reference 9.14).
        """
        try:
            content = self._client.download(call("getAttachment", botId=bot_id, fileId=file_id))
        except Rejected as error:
            if not error.is_gone:
                raise
            return None
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        self._access.downloaded(digest, content)
        if meant and self._access.content(meant, resource.pictures[meant]) == content:
            return meant
        return digest

    def rebind(self, bot_id: str, menu_id: str, change: Change) -> None:
        """Bind the pictures that differ, and with them again those that stay.

        What the service does with a second picture is not documented (reference 9.14): it may refuse the id of a
        file that is bound already, then all are uploaded; or any second picture; or keep those of languages that
        are not named any more. Raises Unchangeable when the menu cannot be brought to show what is wanted.
        """
        bound = self.bound(bot_id, menu_id)
        changed = spec.changed_languages(change) if bound else tuple(change.desired["image"])
        kept = {language: file_id for language, file_id in bound.items() if language not in changed}
        uploaded = self.uploaded(bot_id, change, languages=changed)
        try:
            self.bind(bot_id, menu_id, kept | uploaded)
        except Rejected as refusal:
            if not bound or refusal.status not in _NO_SECOND:
                raise
            self._rebind_all(bot_id, menu_id, change, bound=bound, refusal=refusal, again=bool(kept))
        left = self._left(bot_id, menu_id, change) if bound else []
        if left:
            raise _unchangeable(f"the service keeps the pictures of {', '.join(left)}")

    def _rebind_all(
        self, bot_id: str, menu_id: str, change: Change, *, bound: Files, refusal: Rejected, again: bool
    ) -> None:
        """Upload everything once more; where that is refused too, the menu may show it all after a lost answer."""
        if again:
            uploaded = self.uploaded(bot_id, change, languages=change.desired["image"])
            try:
                self.bind(bot_id, menu_id, uploaded)
            except Rejected as second:
                if second.status not in _NO_SECOND:
                    raise
                refusal = second
            else:
                return
        if not self._shows(bot_id, change, bound=bound):
            told = f"{refusal.message}: the service takes no second picture for this menu"
            raise _unchangeable(told, like=refusal) from refusal

    def _shows(self, bot_id: str, change: Change, *, bound: Files) -> bool:
        """Tell whether the pictures that are bound are those that are wanted, byte by byte."""
        return all(
            self.told(bot_id, bound[language], meant=digest, resource=change) == digest
            if digest and language in bound
            else not digest and language not in bound
            for language, digest in change.desired["image"].items()
        )

    def _left(self, bot_id: str, menu_id: str, change: Change) -> list[str]:
        """Give the languages whose pictures were to be taken away and are still there."""
        removed = [each for each in spec.changed_languages(change) if not change.desired["image"].get(each)]
        return sorted(set(removed) & set(self.bound(bot_id, menu_id))) if removed else []


def _unchangeable(message: str, *, like: Rejected | None = None) -> Unchangeable:
    return Unchangeable(
        message,
        operation="setRichmenuImage",
        status=like.status if like else 204,
        code=like.code if like else "",
        advice="Plan again: the next plan replaces the menu.",
    )
