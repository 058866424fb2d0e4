"""Whether the plan still holds: the state it was made against, and what the tenant shows now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from typing import Any

from lwdeploy.core.address import Address
from lwdeploy.core.canonical import ABSENT, dumps, get_path, leaves
from lwdeploy.core.errors import (
    AmbiguousMatch,
    LineageMismatch,
    PlanRefused,
    QuotaExceeded,
    StalePlan,
    StateError,
    UnsafePlan,
)
from lwdeploy.core.kind import Kind
from lwdeploy.core.live import Listed, LiveResource, Seen
from lwdeploy.core.types import Action, Change, Mark, Proof, State, StateEntry
from lwdeploy.planning.match import mark_key
from lwdeploy.planning.model import Plan
from lwdeploy.planning.rename import follow_renames
from lwdeploy.planning.sealing import sealed_value
from lwdeploy.reconcile.engine import Chain, Engine, read_chain

__all__ = ["current_state", "moved_fields", "recheck", "refuse"]

_AGAIN = "Plan again, look at the new plan, and apply that one."
_REFUSED: Mapping[str, type[PlanRefused]] = {
    "unsafe": UnsafePlan,
    "quota": QuotaExceeded,
    "ambiguous": AmbiguousMatch,
}


def refuse(plan: Plan) -> None:
    """Raise the refusals of a plan, all in one message, as the class of the first."""
    if not plan.refusals:
        return
    told = "\n".join(f"[{each.guard}] {each.message}" for each in plan.refusals)
    advice = "\n".join(each.advice for each in plan.refusals if each.advice)
    raise _REFUSED[plan.refusals[0].exit_class](told, advice=advice)


def current_state(plan: Plan, engine: Engine) -> State:
    """Give the state to write to, or raise because the plan was made against another one."""
    backend = engine.store.describe()
    if backend != plan.state.backend:
        raise LineageMismatch(
            f"The plan was made with the state in {plan.state.backend}, and this run uses {backend}",
            advice="Apply it where its state is.",
        )
    state = engine.store.read()
    if state is not None and plan.digest in state.plans:
        raise StalePlan("This plan has run already; a plan runs once", advice=_AGAIN)
    if plan.state.lineage is None:
        if state is not None:
            raise StalePlan("A state was made after this plan", advice=_AGAIN)
        return State(lineage=engine.lineage(), tenant=plan.identity, project=plan.project)
    if state is None:
        raise StateError(
            f"The state in {backend} is gone: the plan was made against serial {plan.state.serial}",
            advice="Restore it, or run `lwdeploy state rebuild`.",
        )
    _refuse_other_history(plan, state)
    _refuse_unowned(plan, state)
    _refuse_given_up(plan, state)
    return state


def _refuse_other_history(plan: Plan, state: State) -> None:
    if state.lineage != plan.state.lineage:
        raise LineageMismatch("The state was made anew after this plan", advice=_AGAIN)
    if state.serial < plan.state.serial:
        raise StateError(
            f"The state is older (serial {state.serial}) than the plan (serial {plan.state.serial})",
            advice="An old copy was restored: put the newer one back, then plan again.",
        )
    if state.serial > plan.state.serial:
        moved = [str(step.address) for step in plan.steps if _entry_moved(step, state)]
        if moved:
            raise StalePlan(f"Another run changed {', '.join(moved)} after this plan", advice=_AGAIN)


def _refuse_unowned(plan: Plan, state: State) -> None:
    """Refuse to touch what the state does not own, whatever a plan file says; a botId and a mark prove more."""
    if plan.project != state.project:
        raise LineageMismatch(
            f"The plan is of project {plan.project!r}, the state of project {state.project!r}", advice=_AGAIN
        )
    deletes = {Action.DELETE, Action.FORGET}
    renames = {step.address: step.moved_from for step in plan.steps if step.moved_from is not None}
    followed = follow_renames(state, renames)
    recorded = {entry.remote_id: address for address, entry in state.entries.items() if address.is_root}
    for step in plan.steps:
        if step.stray and step.remote_id in recorded:
            raise StalePlan(f"{step.address} is {recorded[step.remote_id]} by now", advice=_AGAIN)
        entry = _entry_of(step, followed) if followed else None
        owned = entry is not None and entry.remote_id == step.remote_id
        marked = step.action is Action.DELETE and step.proof is Proof.MARK
        if not owned and not marked and (step.action in deletes or step.proof is Proof.STATE):
            raise StalePlan(f"The state does not own what the plan means by {step.address}", advice=_AGAIN)
        if (
            entry is not None
            and entry.protect
            and step.action is Action.DELETE
            and not (step.stray or _makes_room(step, plan))
            and not plan.allowed.get("protect")
        ):
            raise UnsafePlan(f"{step.address} is protected", advice="Plan again with --allow protect=1.")


def _refuse_given_up(plan: Plan, state: State) -> None:
    """Refuse to touch what hangs on a bot that itself stays as it is, and that the state means no more.

    Such a bot has no step of its own: somebody may have forgotten it meanwhile, or adopted another one for it.
    """
    unchanged = {each.address: each for each in plan.changes if each.action is Action.NOOP}
    for root in sorted({step.address.root for step in plan.steps} & set(unchanged)):
        entry = state.entries.get(root)
        if entry is None or entry.remote_id != unchanged[root].remote_id:
            raise StalePlan(f"The state does not own what the plan means by {root}", advice=_AGAIN)


def _entry_of(step: Change, state: State) -> StateEntry | None:
    """Give what is remembered of the object that a step means, under whatever name the step has for it.

    A rich menu carries our mark for good: a plan file can call it a stray although the state owns it.
    """
    entry = state.entries.get(step.replaced_by or step.address)
    if entry is not None or step.proof is not Proof.MARK:
        return entry
    meant = (step.address.kind, step.address.root, step.remote_id)
    entries = state.entries.items()
    return next((each for key, each in entries if (key.kind, key.root, each.remote_id) == meant), None)


def _makes_room(step: Change, plan: Plan) -> bool:
    """Tell whether another object of the plan really takes the place of the one that a step deletes."""
    takers = (each for each in plan.changes if each.address == step.replaced_by and not each.address.is_root)
    gone = {Action.DELETE, Action.FORGET}
    return any(
        each.action is Action.REPLACE or (each.action not in gone and each.remote_id != step.remote_id)
        for each in takers
    )


def _entry_moved(step: Change, state: State) -> bool:
    """Tell whether the state remembers another object for a step than the plan meant."""
    entry = state.entries.get(step.moved_from or step.address)
    return entry is not None and entry.remote_id != step.remote_id


def recheck(plan: Plan, chains: Iterable[Chain], *, engine: Engine, pool: Executor) -> Mapping[Address, Seen]:
    """Read all objects that the plan touches; raise StalePlan, naming every moved field, before any write.

    Gives what was read, by bot.
    """
    known = [(chain, chain.remote_id) for chain in chains if chain.remote_id is not None]
    futures = [(chain, pool.submit(read_chain, engine, chain, remote_id=remote_id)) for chain, remote_id in known]
    found = {chain.root: future.result() for chain, future in futures}
    moved = [line for chain, _ in known for line in _not_our_mark(chain, found[chain.root], project=plan.project)]
    moved += [line for chain, _ in known for line in moved_fields(chain, found[chain.root], kinds=engine.kinds)]
    creates = [step for step in plan.steps if step.action is Action.CREATE and step.address.is_root]
    if creates:
        moved += _list_moved(plan, creates, listed=engine.adapters.roots[creates[0].address.kind].listing())
    if moved:
        raise StalePlan("The tenant is not as the plan saw it:\n  " + "\n  ".join(moved), advice=_AGAIN)
    return found


def _not_our_mark(chain: Chain, seen: Seen, *, project: str) -> Iterator[str]:
    """Give a line for everything that a plan takes for ours by its mark and that carries no mark of ours."""
    for step in chain.steps:
        names = _names_of(step, seen) if step.proof is Proof.MARK else ()
        for name in names:
            mark = Mark.parse(name)
            if mark is None or mark.project != project:
                yield f"{step.address}: carries no mark of project {project}"


def _names_of(step: Change, seen: Seen) -> Iterator[str]:
    """Give the name of the object that a step means: a bot shows it as its own, a child in its facts."""
    everything = (*seen.resources.values(), *seen.superseded, *seen.unmanaged)
    for live in everything:
        if live.kind == step.address.kind and live.remote_id == step.remote_id:
            yield str(get_path(live.spec, "botName.default") if step.address.is_root else live.facts.get("name"))


def moved_fields(chain: Chain, seen: Seen, *, kinds: Mapping[str, Kind]) -> Iterator[str]:
    """Give a line for everything that a bot's steps depend on and that is no longer as planned."""
    given_up = {step.remote_id for step in chain.steps if step.replaced_by is not None}
    for step in chain.steps:
        now, kind = seen.resources.get(step.address), kinds[step.address.kind]
        if kind.name in seen.unread:
            continue
        if step.action is Action.UPDATE:
            yield from _moved_in_update(step, now, kind=kind)
        elif step.stray and now is not None:
            yield from _moved_stray(step, now)
        else:
            yield from _come_or_gone(step, now, kind=kind, given_up=given_up)


def _come_or_gone(
    step: Change, now: LiveResource | None, *, kind: Kind, given_up: Collection[str | None]
) -> Iterator[str]:
    if step.action in {Action.CREATE, Action.REPLACE} and not step.address.is_root:
        known = {step.remote_id, *given_up} if step.action is Action.REPLACE else set()
        if now is not None and now.remote_id not in known:
            yield f"{step.address}: was made meanwhile"
    elif step.action is Action.ADOPT and now is None:
        yield f"{step.address}: was deleted meanwhile"
    elif step.action is Action.DELETE and now is not None and not step.address.is_root:
        yield from _moved_in_delete(step, now, kind=kind)


def _moved_in_delete(step: Change, now: LiveResource, *, kind: Kind) -> Iterator[str]:
    """Tell of edits that a delete would destroy. A bot goes as it is: what it was is saved first."""
    if kind.refers_to and now.spec != step.before:
        yield f"{step.address}: points to another object now"
    elif step.replaced_by is None:
        yield from _moved_at(leaves(dict(step.before)), step, now, kind=kind, shown_only=True)


def _moved_in_update(step: Change, now: LiveResource | None, *, kind: Kind) -> Iterator[str]:
    if now is None:
        yield f"{step.address}: was deleted meanwhile"
        return
    yield from _moved_at((diff.path for diff in step.diffs), step, now, kind=kind)


def _moved_at(
    paths: Iterable[str], step: Change, now: LiveResource, *, kind: Kind, shown_only: bool = False
) -> Iterator[str]:
    for path in paths:
        seen, value = get_path(step.before, path), get_path(now.spec, path)
        if value != seen and not (shown_only and value is ABSENT):
            was, shown = (_told(each, path=path, kind=kind) for each in (seen, value))
            yield f"{step.address}: {path} was {was}, is {shown} now"


def _told(value: Any, *, path: str, kind: Kind) -> str:
    return "(nothing)" if value is ABSENT else dumps(sealed_value(value, path=path, kind=kind))


def _moved_stray(step: Change, now: LiveResource) -> Iterator[str]:
    if get_path(now.spec, "botName.default") != step.before["botName"]["default"]:
        yield f"{step.address}: does not carry the mark any more, so it is somebody's"


def _list_moved(plan: Plan, creates: Iterable[Change], *, listed: Iterable[Listed]) -> Iterator[str]:
    rows = tuple(listed)
    grown = len(rows) - plan.quota.live
    if grown > 0 and plan.quota.peak + grown > plan.quota.limit:
        yield f"the tenant has {len(rows)} bots, the plan saw {plan.quota.live}: the new ones would not fit"
    keys = {mark_key(create.address): create.address for create in creates}
    known = {step.remote_id for step in plan.steps if step.stray}
    for row in rows:
        if row.remote_id in known:
            continue
        mark = Mark.parse(row.name)
        if mark is not None and mark.project == plan.project and mark.key in keys:
            yield f"{keys[mark.key]}: bot {row.remote_id} was begun for it by another run"
