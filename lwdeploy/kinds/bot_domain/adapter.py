"""The calls of a registration: operations 8, 9 and 11 to 15 of the reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lwdeploy.api.answers import understood
from lwdeploy.api.call import call
from lwdeploy.core.address import Address
from lwdeploy.core.errors import OutcomeUnknown, Rejected
from lwdeploy.core.kind import Access, Written
from lwdeploy.core.live import LiveResource, Seen, seen_by_id
from lwdeploy.core.types import Change, Resource, Spec
from lwdeploy.kinds.bot_domain import spec

if TYPE_CHECKING:  # loading the HTTP client takes longer than all of validate
    from lwdeploy.api.client import Client

__all__ = ["BotDomainAdapter"]


_MAYBE_DUPLICATE = (400, 409)


class BotDomainAdapter:
    """Reads and writes registrations and their members; one bot's calls must not run in parallel."""

    def __init__(self, access: Access) -> None:
        self._client: Client = access.client
        self._verify = access.verify

    def read(self, parent: LiveResource, *, wanted: Mapping[Address, Resource]) -> Seen:
        """Read all registrations of a bot, and the members of those whose members are declared or asked for."""
        specs = {str(each.derived_id): each.spec for each in wanted.values()}
        rows = self._client.pages(call("listBotDomains", botId=parent.remote_id), key="domains")
        with understood("listBotDomains", f"botId={parent.remote_id}"):
            found = [self._live(parent.remote_id, row=row, wanted=specs) for row in rows]
        return seen_by_id(found, wanted=wanted)

    def _live(self, bot_id: str, *, row: Mapping[str, Any], wanted: Mapping[str, Spec]) -> LiveResource:
        domain_id = str(int(row["domainId"]))
        meant = self._verify.members or "members" in wanted.get(domain_id, {})
        read_members = meant and bool(row.get("allowToSelectedMember"))
        members = sorted(self._members(bot_id, domain_id)) if read_members else []
        shown = members if meant else None
        return LiveResource(kind="bot_domain", remote_id=domain_id, spec=spec.from_api(row, members=shown))

    def _members(self, bot_id: str, domain_id: str) -> set[str]:
        """Give the user ids of the allowed members; none where everybody is allowed."""
        found = self._client.pages(call("listBotDomainMembers", botId=bot_id, domainId=domain_id), key="members")
        return {str(member) for member in found} - {spec.ALL_USERS}

    def write(
        self, change: Change, *, parent_id: str | None, live: LiveResource | None, users: Mapping[str, str]
    ) -> Written:
        """Register or patch, then add and remove members one by one."""
        bot_id, domain_id = str(parent_id), str(change.remote_id)
        if live is None:
            paths = [path for path in ("permission", "visible") if path in change.desired]
            body = spec.to_body(change.desired, paths=paths)
            self._client.send(call("registerBotDomain", botId=bot_id, domainId=domain_id, json=body))
        else:
            body = spec.to_body(change.desired, paths=[diff.path for diff in change.diffs])
            if body:
                self._client.send(call("patchBotDomain", botId=bot_id, domainId=domain_id, json=body))
        learnt = self._write_members(change, bot_id=bot_id, live=live, users=users)
        return Written(remote_id=domain_id, users=learnt)

    def _write_members(
        self, change: Change, *, bot_id: str, live: LiveResource | None, users: Mapping[str, str]
    ) -> dict[str, str]:
        """Bring the members to what is declared; give the logins whose user ids showed themselves.

        Nobody is removed while a declared login has no known user id: it might be the very member. Once a login
        did not show itself (the list may lag), the next id to appear can be his: nothing is learnt from then on.
        """
        if "members" not in change.desired:
            return {}
        domain_id = str(change.remote_id)
        present = self._present(bot_id, domain_id, live=live)
        wanted = {users.get(member, member) for member in change.desired["members"]}
        learnt: dict[str, str] = {}
        clear = True
        for member in sorted(wanted - present):
            shown = self._add(bot_id, domain_id, member=member, present=present)
            clear = clear and (bool(shown) or "@" not in member)
            learnt |= shown if clear else {}
        if all("@" not in learnt.get(member, member) or member in present for member in wanted):
            gone = present - wanted - set(learnt.values())
            for member in sorted(gone):
                self._remove(bot_id, domain_id, member=member)
        return learnt

    def _present(self, bot_id: str, domain_id: str, *, live: LiveResource | None) -> set[str]:
        """Give the members before the write. A registration that was open may have kept a list from before."""
        if live is None:
            return set()
        if live.spec.get("permission") == "all":
            return self._members(bot_id, domain_id)
        return set(live.spec.get("members", ()))

    def _add(self, bot_id: str, domain_id: str, *, member: str, present: set[str]) -> dict[str, str]:
        """Allow one user. A login's user id is the one that the list shows after and did not before.

        A lost answer is settled here, by the list: settled later, what other members showed would be lost.
        """
        try:
            self._post(bot_id, domain_id, member=member)
        except OutcomeUnknown:
            if not self._members(bot_id, domain_id) - present:
                self._post(bot_id, domain_id, member=member)
        except Rejected as refusal:
            if "@" not in member or refusal.status not in _MAYBE_DUPLICATE:
                raise
            self._add_again(bot_id, domain_id, member=member, present=present, refusal=refusal)
        if "@" not in member:
            present.add(member)
            return {}
        now = self._members(bot_id, domain_id)
        appeared = now - present
        present |= now
        return {member: appeared.pop()} if len(appeared) == 1 else {}

    def _add_again(
        self, bot_id: str, domain_id: str, *, member: str, present: set[str], refusal: Rejected
    ) -> None:
        """Find out whether a refused login is a member already, added by a run that could not record it.

        The list shows user ids only, and the code of a duplicate is not documented (reference 9.8). Taking the
        login out tells: whoever can be taken out was in. He is put back at once, and his user id shows itself.
        """
        try:
            self._delete_member(bot_id, domain_id, member=member)
        except Rejected:
            raise refusal from None
        present &= self._members(bot_id, domain_id)
        self._post(bot_id, domain_id, member=member)

    def _post(self, bot_id: str, domain_id: str, *, member: str) -> None:
        body = {"userId": member}
        self._client.send(call("addBotDomainMember", botId=bot_id, domainId=domain_id, json=body))

    def _remove(self, bot_id: str, domain_id: str, *, member: str) -> None:
        """Take one member out; a lost answer is settled by the list."""
        try:
            self._delete_member(bot_id, domain_id, member=member)
        except OutcomeUnknown:
            if member in self._members(bot_id, domain_id):
                self._delete_member(bot_id, domain_id, member=member)
        except Rejected as error:
            if not error.is_gone:
                raise

    def _delete_member(self, bot_id: str, domain_id: str, *, member: str) -> None:
        self._client.send(call("deleteBotDomainMember", botId=bot_id, domainId=domain_id, userId=member))

    def delete(self, change: Change, *, parent_id: str | None) -> None:
        """Take the bot out of the domain.

        What the service answers where there is no registration is not documented (reference 9.8): after a refusal
        the list tells.
        """
        bot_id, domain_id = str(parent_id), str(change.remote_id)
        try:
            self._client.send(call("deleteBotDomain", botId=bot_id, domainId=domain_id))
        except Rejected as error:
            if not error.is_gone and domain_id in self._domains(bot_id):
                raise

    def _domains(self, bot_id: str) -> set[str]:
        rows = self._client.pages(call("listBotDomains", botId=bot_id), key="domains")
        with understood("listBotDomains", f"botId={bot_id}"):
            return {str(int(row["domainId"])) for row in rows}
