"""What a plan may not do without somebody saying so, by guard and by number. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lwdeploy.core.address import Address
from lwdeploy.core.tenant import Guards
from lwdeploy.core.types import Action, Change, Consequence, State
from lwdeploy.planning.model import Refusal
from lwdeploy.planning.order import Quota

__all__ = ["Facts", "check"]

PERCENT_FROM = 10  # a percentage of fewer bots than this says nothing that the count does not say better


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """More objects of a kind below one bot than the service takes: `count` is the highest number on the way."""

    root: Address
    word: str
    live: int
    count: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the guards look at beside the changes."""

    guards: Guards
    state: State | None
    quota: Quota
    unmanaged: tuple[tuple[str, str], ...] = ()
    recreated: tuple[Address, ...] = ()
    unbound: tuple[Address, ...] = ()
    look_alikes: Mapping[Address, Address] = field(default_factory=dict)
    empty_tree: bool = False
    crowds: tuple[Crowd, ...] = ()
    allowed: Mapping[str, int] = field(default_factory=dict)
    reason: str = ""


def check(changes: Sequence[Change], *, consequences: Iterable[Consequence], facts: Facts) -> tuple[Refusal, ...]:
    """Give every reason for which the plan must not run; empty when it may."""
    told = tuple(consequences)
    return (
        *_no_state(changes, facts),
        *_quota(facts),
        *(_crowded(each) for each in facts.crowds),
        *_empty_tree(facts),
        *_deletes(changes, told, facts),
        *_protected(changes, facts),
        *_recreated(facts),
        *(_nothing_to_bind(address) for address in facts.unbound),
        *_unmanaged(told, changes, facts),
        *_look_alikes(changes, facts),
        *_unexplained(facts),
        *(_impossible(each) for each in told if each.refused),
    )


def _no_state(changes: Sequence[Change], facts: Facts) -> Iterator[Refusal]:
    creates = [each for each in changes if each.action is Action.CREATE and each.address.is_root]
    if facts.state is None and creates and facts.unmanaged:
        yield Refusal(
            guard="state",
            message=f"there is no state, and the tenant has {len(facts.unmanaged)} bot(s): "
            f"the {len(creates)} bot(s) to create may be among them",
            advice="First use of this project: `lwdeploy state init`. State lost: `lwdeploy state rebuild`.",
            exit_class="ambiguous",
        )


def _quota(facts: Facts) -> Iterator[Refusal]:
    if not facts.quota.exceeded:
        return
    quota = facts.quota
    names = "".join(f"\n  {remote_id}  {name}" for remote_id, name in facts.unmanaged)
    listed = f"\nUnmanaged bots ({len(facts.unmanaged)}):{names}" if facts.unmanaged else ""
    yield Refusal(
        guard="quota",
        message=f"the tenant takes {quota.limit} bots; it has {quota.live} ({len(facts.unmanaged)} of them "
        f"unmanaged) and would have {quota.peak}{listed}",
        advice="Delete a bot (with --prune when its manifest is gone), or raise limits.bots in the Tenant.",
        exit_class="quota",
    )


def _crowded(crowd: Crowd) -> Refusal:
    return Refusal(
        guard="quota",
        message=f"{crowd.root}: a bot takes {crowd.most} objects of kind {crowd.word}; it has {crowd.live} and "
        f"would have {crowd.count} for a moment, because what is replaced goes last",
        advice="Delete some that nobody needs any more, or make the change in several steps.",
        exit_class="quota",
    )


def _empty_tree(facts: Facts) -> Iterator[Refusal]:
    if facts.empty_tree:
        yield Refusal(
            guard="empty",
            message="the manifests declare no bot at all, and pruning would delete every bot that is owned",
            advice="Check -f and the working folder. Delete bots one by one, or leave --prune out.",
        )


def _deletes(changes: Sequence[Change], consequences: Iterable[Consequence], facts: Facts) -> Iterator[Refusal]:
    gone = [str(each.address) for each in changes if each.action is Action.DELETE and not each.cleanup]
    gone += [name for name, owned in _hits(consequences, changes, facts.state) if owned]
    cap = facts.allowed.get("delete", facts.guards.max_deletes)
    if len(gone) > cap:
        yield Refusal(
            guard="delete",
            message=f"{len(gone)} deletes, and the guard maxDeletes takes {cap}: {', '.join(gone)}",
            advice=f"If every one of them is meant: --allow delete={len(gone)}",
        )
    elif "delete" not in facts.allowed:
        yield from _share(changes, facts)


def _share(changes: Sequence[Change], facts: Facts) -> Iterator[Refusal]:
    entries = facts.state.entries if facts.state else {}
    owned = sum(address.is_root for address in entries)
    bots = sum(each.action is Action.DELETE and each.address.is_root and not each.stray for each in changes)
    percent = facts.guards.max_delete_percent
    if owned >= PERCENT_FROM and bots * 100 > owned * percent:
        yield Refusal(
            guard="delete",
            message=f"{bots} of {owned} owned bots would be deleted, and maxDeletePercent takes {percent} %",
            advice=f"If every one of them is meant: --allow delete={bots}",
        )


def _protected(changes: Sequence[Change], facts: Facts) -> Iterator[Refusal]:
    entries = facts.state.entries if facts.state else {}
    hit = [
        str(each.address)
        for each in changes
        if each.action is Action.DELETE
        and not each.cleanup
        and (each.lifecycle.protect or (each.address in entries and entries[each.address].protect))
    ]
    if len(hit) > facts.allowed.get("protect", 0):
        yield Refusal(
            guard="protect",
            message=f"protected and to be deleted: {', '.join(hit)}",
            advice="Apply lifecycle.protect: false first, or say --allow protect=" + str(len(hit)),
        )


def _recreated(facts: Facts) -> Iterator[Refusal]:
    if len(facts.recreated) > facts.allowed.get("recreate", 0):
        names = ", ".join(map(str, facts.recreated))
        yield Refusal(
            guard="recreate",
            message=f"remembered, but gone from the tenant: {names}",
            advice=f"Somebody deleted it. To make it anew: --allow recreate={len(facts.recreated)}",
        )


def _unmanaged(consequences: Iterable[Consequence], changes: Sequence[Change], facts: Facts) -> Iterator[Refusal]:
    hit = [name for name, owned in _hits(consequences, changes, facts.state) if not owned]
    if len(hit) > facts.allowed.get("unmanaged", 0):
        yield Refusal(
            guard="unmanaged",
            message=f"objects that lwdeploy does not own would be destroyed: {', '.join(hit)}",
            advice=f"If that is meant: --allow unmanaged={len(hit)}",
        )


def _hits(
    consequences: Iterable[Consequence], changes: Sequence[Change], state: State | None
) -> Iterator[tuple[str, bool]]:
    """Give (name, owned) of every object that side effects destroy and no delete of the plan names."""
    entries = state.entries if state else {}
    deleted = {(each.address.root, each.remote_id) for each in changes if each.action is Action.DELETE}
    for consequence in consequences:
        root = consequence.address.root
        owned = {entry.remote_id for address, entry in entries.items() if address.root == root}
        for remote_id in consequence.objects:
            if (root, remote_id) not in deleted:
                yield f"{root} {consequence.kind} {remote_id}", remote_id in owned


def _look_alikes(changes: Sequence[Change], facts: Facts) -> Iterator[Refusal]:
    if len(facts.look_alikes) <= facts.allowed.get("create", 0):
        return
    places = {each.address: each.source for each in changes if each.source is not None}
    lines = [f"{new} looks like {old}, which has no manifest any more" for new, old in facts.look_alikes.items()]
    renames = [
        f"Renamed: add below `spec:`, {places.get(new, new)}:\n  renamedFrom: {_as_yaml(old.name)}"
        for new, old in facts.look_alikes.items()
    ]
    yield Refusal(
        guard="create",
        message="\n".join(lines),
        advice="\n".join([*renames, f"Truly new: --allow create={len(lines)}"]),
    )


def _as_yaml(key: str) -> str:
    """Give a key as every YAML reader takes it for a text."""
    shifty = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
    return key if key[:1].isalpha() and key not in shifty else f'"{key}"'


def _unexplained(facts: Facts) -> Iterator[Refusal]:
    if facts.guards.require_reason and facts.allowed and not facts.reason:
        told = ", ".join(f"{guard}={number}" for guard, number in facts.allowed.items())
        yield Refusal(
            guard="reason",
            message=f"guards are overridden ({told}), and the Tenant's guard requireReason wants to know why",
            advice="Say it with --reason TEXT: it stands in the plan, in the report and in the audit log.",
        )


def _impossible(consequence: Consequence) -> Refusal:
    return Refusal(
        guard="service",
        message=f"{consequence.address}: {consequence.summary}",
        advice="Remove what is in the way, or take this out of the manifest.",
    )


def _nothing_to_bind(address: Address) -> Refusal:
    return Refusal(
        guard="botId",
        message=f"{address}: the tenant has no bot with the botId that the manifest names",
        advice="Correct botId, or take it out to create a new bot.",
        exit_class="ambiguous",
    )
