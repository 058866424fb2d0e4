"""`forget`: an object is no longer remembered, and stays in the tenant as it is. Sends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lwdeploy.commands import plan as planning
from lwdeploy.commands.remembering import still
from lwdeploy.commands.request import Request, Terminal
from lwdeploy.commands.stores import open_store
from lwdeploy.core.address import Address
from lwdeploy.core.errors import StateError, UnsafePlan, UserError
from lwdeploy.core.types import Resource, State
from lwdeploy.kinds import kinds_by_name

__all__ = ["run"]


def run(request: Request, terminal: Terminal, *, address: str) -> tuple[str, ...]:
    """Drop an address and all below it from the state; give what was dropped, empty when a person said no.

    Raises UnsafePlan when the next apply would make a second one in the tenant, unless that was allowed.
    """
    prepared = planning.prepare(replace(request, targets=()), terminal)
    with open_store(request, prepared.tenant, root=prepared.workspace.root) as store:
        state = store.read()
        if state is None:
            raise StateError(
                f"There is no state in {store.describe()}: there is nothing to forget",
                advice="It is made by the first apply, or by `lwdeploy state init`.",
            )
        gone = _meant(state, address)
        told = tuple(_told(gone, prepared.desired.resources, state))
        again = _made_again(gone, prepared.desired.resources)
        if again and request.auto_approve and request.allow.get("create", 0) < len(again):
            raise UnsafePlan(
                f"{', '.join(again)} is still declared: the next apply would make a second one in the tenant",
                advice="Delete its document first, or bind it with spec.botId. If a second one is meant: "
                f"--allow create={len(again)}",
            )
        if not request.auto_approve and not _agreed(terminal, told, again):
            return ()
        kept = {each: entry for each, entry in state.entries.items() if each not in gone}
        with still(state, store, request):
            store.write(replace(state, entries=kept), expected_serial=state.serial)
    return tuple(map(str, gone))


def _meant(state: State, address: str) -> tuple[Address, ...]:
    """Give the address and, with a bot, all that hangs on it."""
    known = {str(each): each for each in state.entries}
    if address not in known:
        raise UserError(f"The state has no {address}", advice=f"It has: {', '.join(sorted(known)) or 'nothing'}.")
    one = known[address]
    return tuple(sorted(each for each in state.entries if each == one or (one.is_root and each.root == one)))


def _made_again(gone: Iterable[Address], declared: Iterable[Resource]) -> list[str]:
    """Give the bots that the next apply would create anew: those that a manifest declares without their id."""
    resources = {each.address: each for each in declared}
    return [
        str(each)
        for each in gone
        if each in resources and kinds_by_name()[each.kind].marked and resources[each].bind is None
    ]


def _told(gone: Iterable[Address], declared: Iterable[Resource], state: State) -> Iterator[str]:
    """Say what stays, and what the next apply does about it."""
    names = {each.address for each in declared}
    for each in gone:
        then = "the next apply looks at the manifest that still declares it" if each in names else "left alone"
        yield f"{each} ({state.entries[each].remote_id}) stays in the tenant as it is; {then}"


def _agreed(terminal: Terminal, told: tuple[str, ...], again: list[str]) -> bool:
    lines = "\n  ".join(told)
    warning = f"\nThe next apply would make a second {', '.join(again)} in the tenant!" if again else ""
    number = f" --allow create={len(again)}" if again else ""
    return terminal.confirm(
        f"No longer remembered:\n  {lines}{warning}\nForget?",
        otherwise=f"Say --auto-approve{number}. No longer remembered:\n  {lines}{warning}",
    )
