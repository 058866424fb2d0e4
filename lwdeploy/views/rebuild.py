"""What a rebuild of a state found and recorded: as text, and in the form of `schemas/rebuild.schema.json`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lwdeploy.planning.candidates import Candidate, Part, Rebuilt
from lwdeploy.views.line import Line, Style, printable

__all__ = ["FORMAT_VERSION", "rebuilt_json", "rebuilt_lines"]

FORMAT_VERSION = 1


def rebuilt_lines(found: Rebuilt) -> Iterator[Line]:
    """Give every bot with its proof, and below it every object with its own, and what is still open."""
    for candidate in found.candidates:
        yield Line(printable(str(candidate)), Style.BOLD)
        for said in candidate.details():
            yield Line(printable(f"    {said}"))
    if found.unchecked:
        yield Line(printable(f"People were not looked up: {found.unchecked}".replace("\n", " ")), Style.DIM)


def rebuilt_json(found: Rebuilt) -> dict[str, Any]:
    """Give what was found as data."""
    return {
        "format_version": FORMAT_VERSION,
        "recorded": sum(len(each.parts) for each in found.candidates),
        "people": {"known": len(found.users), "reason": found.unchecked},
        "bots": [_candidate(each) for each in found.candidates],
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "address": str(candidate.address),
        "remote_id": candidate.remote_id,
        "proof": candidate.proof or None,
        "likeness": None if candidate.proof else candidate.likeness,
        "objects": [_part(each, candidate) for each in candidate.parts],
        "missing": [str(each) for each in candidate.missing],
    }


def _part(part: Part, candidate: Candidate) -> dict[str, Any]:
    root = part.address == candidate.address
    return {
        "address": str(part.address),
        "kind": part.address.kind,
        "remote_id": part.remote_id,
        "proof": (candidate.proof or None) if root else part.proof,
        "equal": list(part.weighed.equal),
        "trusted": dict(part.weighed.trusted),
        "open": list(part.weighed.differing),
    }
