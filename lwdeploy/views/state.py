"""What is remembered: as text, and in the form of `schemas/state-view.schema.json`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lwdeploy.core.address import Address
from lwdeploy.core.canonical import dumps, leaves
from lwdeploy.core.types import State, StateEntry
from lwdeploy.views.line import Line, Style, printable

__all__ = ["state_json", "state_lines", "state_list"]

FORMAT_VERSION = 1


def state_list(state: State) -> Iterator[Line]:
    """Give one line for each entry: address and remote id."""
    width = max((len(str(address)) for address in state.entries), default=0)
    for address in sorted(state.entries):
        yield Line(f"{address!s:<{width}}  {state.entries[address].remote_id}")


def state_lines(state: State, *, backend: str, address: str | None) -> Iterator[Line]:
    """Give the state's head and its entries in full, or the one entry at `address`."""
    if address is None:
        yield Line(f"{backend}, lineage {state.lineage}, serial {state.serial}", Style.DIM)
    for each in sorted(state.entries):
        if address in {None, str(each)}:
            yield from _entry_lines(each, state.entries[each])


def _entry_lines(address: Address, entry: StateEntry) -> Iterator[Line]:
    protected = "  protected" if entry.protect else ""
    yield Line(f"{address}  {entry.remote_id}{protected}", Style.BOLD)
    for path, value in leaves(dict(entry.applied)).items():
        yield Line(f"    {path}: {printable(dumps(value))}")


def state_json(state: State, *, backend: str, address: str | None) -> dict[str, Any]:
    """Give the state as data; with `address`, that one entry alone, so that a pipeline can take its id."""
    entries = {str(each): _entry_json(each, state.entries[each]) for each in sorted(state.entries)}
    if address is not None:
        return {"format_version": FORMAT_VERSION, "address": address, **entries[address]}
    return {
        "format_version": FORMAT_VERSION,
        "backend": backend,
        "lineage": state.lineage,
        "serial": state.serial,
        "project": state.project,
        "tenant": dict(state.tenant),
        "resources": entries,
    }


def _entry_json(address: Address, entry: StateEntry) -> dict[str, Any]:
    return {
        "kind": address.kind,
        "remote_id": entry.remote_id,
        "protect": entry.protect,
        "applied": dict(entry.applied),
        "observed": dict(entry.observed),
    }
