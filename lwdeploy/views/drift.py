"""What moved in a tenant: as text, and in the form of `schemas/drift.schema.json`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lwdeploy.core.canonical import ABSENT, dumps
from lwdeploy.core.types import Origin
from lwdeploy.planning.drift import Drift, Moved, ObjectDrift, Stranger
from lwdeploy.views.line import Line, Style, printable

__all__ = ["drift_json", "drift_lines", "summary"]

FORMAT_VERSION = 1
LONGEST_VALUE = 200
MOST_STRANGERS = 40

_SIGNS: Mapping[Origin, str] = {Origin.INTENT: "~", Origin.DRIFT: "!", Origin.BOTH: "!~"}


def drift_lines(drift: Drift) -> Iterator[Line]:
    """Give the lines of a report; the last one always sums it up."""
    yield Line(f"Drift of tenant {drift.tenant} (project {drift.project}) since lwdeploy looked last", Style.BOLD)
    yield Line("")
    for each in drift.objects:
        yield from _object_lines(each)
    if drift.objects:
        yield Line("")
    if not drift.drifted:
        yield Line("No drift. What lwdeploy manages is as it was observed.", Style.GOOD)
        yield Line("")
    else:
        yield Line("`lwdeploy drift --accept ADDRESS` takes the tenant's values into the manifests;", Style.DIM)
        yield Line("`lwdeploy apply` puts the manifests' values back into the tenant.", Style.DIM)
        yield Line("")
    yield from _stranger_lines(drift)
    for note in drift.notes:
        yield Line(f"Note: {printable(note)}", Style.DIM)
    if drift.strangers or drift.notes:
        yield Line("")
    yield Line(summary(drift), Style.BOLD)


def summary(drift: Drift) -> str:
    """Give the one line that sums a report up."""
    fields = [each for moved in drift.objects for each in moved.fields]
    drifted = sum(each.managed and each.origin is not Origin.INTENT for each in fields)
    waiting = sum(each.origin is Origin.INTENT for each in fields)
    beside = sum(not each.managed for each in fields)
    gone = sum(each.gone for each in drift.objects)
    bots = sum(not each.root for each in drift.strangers)
    return (
        f"Drift: {drifted} moved in the tenant, {gone} gone; {waiting} waiting for an apply, "
        f"{beside} moved unmanaged. Looked at {drift.looked_at} objects; {bots} unmanaged bots."
    )


def _object_lines(moved: ObjectDrift) -> Iterator[Line]:
    sign = "-" if moved.gone else "!" if moved.drifted else " "
    told = "  gone from the tenant" if moved.gone else ""
    if not moved.declared:
        told += "  (in no manifest any more)"
    remote = f"  (bot {moved.remote_id})" if moved.address.is_root else ""
    style = Style.DELETE if moved.gone else Style.DRIFT if moved.drifted else Style.PLAIN
    yield Line(printable(f"{sign:>3} {moved.address}{remote}{told}"), style)
    for each in moved.fields:
        yield from _field_lines(each)
    for note in moved.notes:
        yield Line(f"        note: {printable(note)}", Style.DIM)


def _field_lines(moved: Moved) -> Iterator[Line]:
    if moved.origin is Origin.INTENT:
        values = f"{_value(moved.live)} -> {_value(moved.desired)}"
        yield Line(f"      ~ {moved.path}: {values}   (only the manifest moved: apply writes it)", Style.CHANGE)
        return
    sign = _SIGNS[moved.origin] if moved.managed else "."
    told = _wanted(moved)
    style = Style.DRIFT if moved.managed else Style.DIM
    if isinstance(moved.observed, list) and isinstance(moved.live, list):
        yield Line(f"     {sign:>2} {moved.path}:{told}", style)
        for each in moved.observed:
            if each not in moved.live:
                yield Line(f"        - {_value(each)}", Style.DELETE)
        for each in moved.live:
            kept = each in moved.observed
            yield Line(f"        {' ' if kept else '+'} {_value(each)}", Style.PLAIN if kept else Style.ADD)
    else:
        yield Line(f"     {sign:>2} {moved.path}: {_value(moved.observed)} -> {_value(moved.live)}{told}", style)
    if moved.note:
        yield Line(f"        note: {printable(moved.note)}", Style.DIM)


def _wanted(moved: Moved) -> str:
    if not moved.managed:
        return "   (not managed)"
    if moved.origin is Origin.DRIFT:
        return "   (changed outside lwdeploy)"
    return f"   (changed here and outside lwdeploy; the manifest says {_value(moved.desired)})"


def _stranger_lines(drift: Drift) -> Iterator[Line]:
    for each in drift.strangers[:MOST_STRANGERS]:
        name = f" {_value(each.name)}" if each.name else ""
        where = f"{each.root} " if each.root else ""
        yield Line(f"Unmanaged: {where}{each.kind} {each.remote_id}{name}{_details(each)}", Style.DIM)
    if len(drift.strangers) > MOST_STRANGERS:
        yield Line(f"Unmanaged: {len(drift.strangers) - MOST_STRANGERS} more (--format json lists all)", Style.DIM)


def _details(stranger: Stranger) -> str:
    if not stranger.read:
        return ""
    since = f"since {printable(stranger.created)}" if stranger.created else "of unknown age"
    return f", {since}, persons in charge: {printable(', '.join(stranger.pic)) or 'nobody'}"


def _value(value: Any) -> str:
    if value is None or value is ABSENT:
        return "(nothing)"
    text = printable(dumps(value))
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}... ({len(text)} characters)"


def drift_json(drift: Drift) -> dict[str, Any]:
    """Give a report as data."""
    return {
        "format_version": FORMAT_VERSION,
        "tenant": drift.tenant,
        "project": drift.project,
        "drifted": drift.drifted,
        "looked_at": drift.looked_at,
        "objects": [_object_json(each) for each in drift.objects],
        "unmanaged": [_stranger_json(each) for each in drift.strangers],
        "notes": list(drift.notes),
    }


def _object_json(moved: ObjectDrift) -> dict[str, Any]:
    return {
        "address": str(moved.address),
        "kind": moved.address.kind,
        "remote_id": moved.remote_id,
        "declared": moved.declared,
        "drifted": moved.drifted,
        "gone": moved.gone,
        "fields": [_field_json(each) for each in moved.fields],
        "notes": list(moved.notes),
    }


def _field_json(moved: Moved) -> dict[str, Any]:
    values = {"observed": moved.observed, "live": moved.live, "desired": moved.desired}
    return {
        "path": moved.path,
        "origin": moved.origin.value,
        "managed": moved.managed,
        **{name: value for name, value in values.items() if value is not ABSENT},
        "note": moved.note,
    }


def _stranger_json(stranger: Stranger) -> dict[str, Any]:
    read = {"created": stranger.created or None, "pic": list(stranger.pic)} if stranger.read else {}
    return {
        "kind": stranger.kind,
        "remote_id": stranger.remote_id,
        "name": stranger.name,
        "root": stranger.root or None,
        **read,
    }
