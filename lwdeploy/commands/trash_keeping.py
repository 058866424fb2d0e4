"""Saves what a bot was right before it is deleted: read in full, written as a manifest, kept beside the state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lwdeploy.commands.session import Session
from lwdeploy.commands.trash_document import SUFFIX, Kept, encode
from lwdeploy.core.address import Address
from lwdeploy.core.kind import Access, Adapters, Verify
from lwdeploy.core.live import LiveResource
from lwdeploy.core.types import Change, StateEntry
from lwdeploy.kinds import KINDS, kinds_by_name
from lwdeploy.live.portrait import portray
from lwdeploy.manifests.rendering import Known, Rendered, render
from lwdeploy.manifests.writing import manifest_text
from lwdeploy.planning.model import Plan
from lwdeploy.reconcile.engine import Keep
from lwdeploy.state.holder import Holder

__all__ = ["keeper"]


def keeper(plan: Plan, session: Session, *, holder: Holder, now: Callable[[], datetime]) -> Keep:
    """Give what an apply of `plan` calls before it deletes a bot; any number of threads may use it.

    `now` gives the time with its zone.
    """
    return _Keeper(plan=plan, session=session, holder=holder, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keeper:
    plan: Plan
    session: Session
    holder: Holder
    now: Callable[[], datetime]

    def __call__(self, change: Change, *, entries: Mapping[Address, StateEntry], users: Mapping[str, str]) -> None:
        """Save a bot; one that is gone already is not saved again over what is kept of it."""
        pictures: dict[str, bytes] = {}
        objects = self._look(change, entries=entries, pictures=pictures)
        if not objects:
            return
        domains = {str(number): name for name, number in sorted(self.session.tenant.domains.items(), reverse=True)}
        logins = {user: login for login, user in sorted(users.items(), reverse=True)}
        known = Known(domains=domains, logins=logins, entries=entries)
        made = render(change.address, objects, kinds=kinds_by_name(), pictures=pictures, known=known)
        at = self.now()
        kept = Kept(
            at=at,
            holder=self.holder,
            tenant=self.plan.tenant,
            project=self.plan.project,
            plan_digest=self.plan.digest,
            address=str(change.address),
            bot_id=str(change.remote_id),
            reason=change.reason,
            resources=tuple(_rows(objects)),
            manifest=manifest_text(made.document, head=tuple(_head(made, change, at=at)), comments=made.comments),
            pictures={name: pictures[digest] for name, digest in made.files.items()},
        )
        self.session.store.keep(kept.name + SUFFIX, encode(kept))

    def _look(
        self, change: Change, *, entries: Mapping[Address, StateEntry], pictures: dict[str, bytes]
    ) -> Sequence[LiveResource]:
        """Read the bot with all that no list shows; the bytes of pictures go to `pictures`."""
        access = Access(
            client=self.session.client,
            project=self.plan.project,
            verify=Verify(images=True, users=True),
            downloaded=pictures.__setitem__,
        )
        return portray(
            change.address,
            remote_id=str(change.remote_id),
            adapters=Adapters.of(KINDS, access),
            kinds=kinds_by_name(),
            entries=entries,
        )


def _rows(objects: Sequence[LiveResource]) -> Iterator[Mapping[str, Any]]:
    """Give everything that was read, as state may hold it."""
    kinds = kinds_by_name()
    for each in objects:
        yield {
            "address": None if each.address is None else str(each.address),
            "kind": each.kind,
            "remote_id": each.remote_id,
            "name": str(each.facts.get("name", "")),
            "spec": dict(kinds[each.kind].seal(each.spec)),
        }


def _head(made: Rendered, change: Change, *, at: datetime) -> Iterator[str]:
    """Give the comments on top of the manifest: what it is of, and what it does not say."""
    when = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    yield f"{change.address}, bot {change.remote_id}, as it was at {when}, before lwdeploy deleted it"
    yield f"({change.reason})."
    yield "A bot made of this is a new one: it has another id and another secret, and is in no room."
    if "rich" in made.document["spec"].get("menus", {}):
        yield "Of the users with a menu of their own it knows those that lwdeploy set: no call lists the others."
    yield from made.remarks
