"""A plan as text: what will be done to what, what it destroys, and one last line that sums it up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lwdeploy.core.canonical import dumps, leaves
from lwdeploy.core.picture import Source
from lwdeploy.core.types import Action, Change, FieldDiff, Origin
from lwdeploy.planning.model import Plan
from lwdeploy.views.line import Line, Style, printable

__all__ = ["plan_lines", "summary"]

SYMBOLS: Mapping[Action, str] = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.REPLACE: "-/+",
    Action.DELETE: "-",
    Action.ADOPT: "=",
    Action.FORGET: "x",
}
_STYLES: Mapping[Action, Style] = {
    Action.CREATE: Style.ADD,
    Action.UPDATE: Style.CHANGE,
    Action.REPLACE: Style.DELETE,
    Action.DELETE: Style.DELETE,
    Action.ADOPT: Style.PLAIN,
    Action.FORGET: Style.DIM,
}
_WORDS: Mapping[Action, str] = {
    Action.CREATE: "create",
    Action.UPDATE: "update",
    Action.REPLACE: "replace",
    Action.DELETE: "delete",
    Action.ADOPT: "record, nothing to change",
    Action.FORGET: "stop managing, left as it is",
}
_ORIGINS: Mapping[Origin, str] = {Origin.INTENT: "~", Origin.DRIFT: "!", Origin.BOTH: "!~"}
LONGEST_VALUE = 200
MOST_BESIDE = 20
_DIGEST = re.compile(r"(drawn:)?sha256:[0-9a-f]{64}")


def plan_lines(plan: Plan) -> Iterator[Line]:
    """Give a plan's lines; the last one is always the summary."""
    yield Line(f"Plan for tenant {plan.tenant} (project {plan.project})", Style.BOLD)
    yield Line("")
    for change in plan.steps:
        yield from _change_lines(change)
    yield from _notes(plan)
    if plan.empty:
        yield Line("No changes. The tenant is as the manifests say.", Style.GOOD)
        yield Line("")
    yield from _consequence_lines(plan)
    yield from _other_lines(plan)
    yield from _refusal_lines(plan)
    yield from _override_lines(plan)
    yield Line(summary(plan), Style.BOLD)


def _override_lines(plan: Plan) -> Iterator[Line]:
    if plan.allowed:
        told = ", ".join(f"{guard}={number}" for guard, number in plan.allowed.items())
        yield Line(f"Overridden: {told}" + (f" ({printable(plan.reason)})" if plan.reason else ""), Style.WARNING)


def summary(plan: Plan) -> str:
    """Give the one line that sums a plan up."""
    quota, estimate = plan.quota, plan.estimate
    extra = [
        f"{count} to {word}"
        for count, word in ((plan.count(Action.ADOPT), "record"), (plan.count(Action.FORGET), "forget"))
        if count
    ]
    verbs = [
        f"{plan.count(Action.CREATE)} to add",
        f"{plan.count(Action.UPDATE, Action.REPLACE)} to change",
        f"{plan.deletes} to delete",
        *extra,
    ]
    kept = f"{plan.count(Action.NOOP)} unchanged, {len(plan.unmanaged)} unmanaged"
    kept += f", {len(plan.retained)} retained" if plan.retained else ""
    return (
        f"Plan: {', '.join(verbs)}; {kept}. "
        f"Bots {quota.after}/{quota.limit} after apply (peak {quota.peak}). "
        f"{estimate.calls} calls, about {_seconds(estimate.seconds)}."
    )


def _seconds(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"


def _change_lines(change: Change) -> Iterator[Line]:
    symbol = SYMBOLS[change.action]
    remote = f"  (bot {change.remote_id})" if change.address.is_root and change.remote_id else ""
    reason = f"  {change.reason}" if change.reason else ""
    head = f"{symbol:>3} {change.address}  {_WORDS[change.action]}{remote}{reason}"
    yield Line(printable(head), _STYLES[change.action])
    if change.action is Action.CREATE:
        yield from _created_fields(change)
    for diff in change.diffs:
        yield from _diff_lines(diff, pictures=change.pictures)
    for note in change.notes:
        yield Line(f"        note: {printable(note)}", Style.DIM)


def _created_fields(change: Change) -> Iterator[Line]:
    if change.address.is_root:
        yield Line("        botId: (known after apply)", Style.DIM)
    for path, value in leaves(dict(change.desired)).items():
        for text in _value_lines(value, pictures=change.pictures):
            yield Line(f"      + {path}: {text}", Style.ADD)


def _diff_lines(diff: FieldDiff, *, pictures: Mapping[str, Source]) -> Iterator[Line]:
    style = Style.CHANGE if diff.origin is Origin.INTENT else Style.DRIFT
    told = {
        Origin.INTENT: "",
        Origin.DRIFT: "   (changed outside lwdeploy)",
        Origin.BOTH: "   (changed here and outside lwdeploy)",
    }[diff.origin]
    if isinstance(diff.old, list) and isinstance(diff.new, list):
        moved = "   (in another order)" if sorted(map(dumps, diff.old)) == sorted(map(dumps, diff.new)) else ""
        yield Line(f"     {_ORIGINS[diff.origin]:>2} {diff.path}:{moved}{told}", style)
        yield from _list_lines(diff.old, diff.new)
    else:
        values = f"{_before(diff.old)} -> {_picture(diff.new, pictures) or _before(diff.new)}"
        yield Line(f"     {_ORIGINS[diff.origin]:>2} {diff.path}: {values}{told}", style)
    if diff.note:
        yield Line(f"        note: {printable(diff.note)}", Style.DIM)


def _list_lines(old: list[Any], new: list[Any]) -> Iterator[Line]:
    for each in old:
        if each not in new:
            yield Line(f"        - {_value(each)}", Style.DELETE)
    for each in new:
        yield Line(
            f"        {' ' if each in old else '+'} {_value(each)}", Style.PLAIN if each in old else Style.ADD
        )


def _picture(value: Any, pictures: Mapping[str, Source]) -> str:
    """Give the file of a picture that stands as its digest in a spec; empty for anything else."""
    if not isinstance(value, str) or value not in pictures:
        return ""
    name = pictures[value].get("file", "drawn of the labels")
    return f"{printable(str(name))} ({_short(value)})"


def _before(value: Any) -> str:
    """Give a value that no file stands for; of the digest of a picture, its beginning."""
    return _short(value) if isinstance(value, str) and _DIGEST.fullmatch(value) else _value(value)


def _short(digest: str) -> str:
    scheme, _, hexadecimal = digest.rpartition(":")
    return f"{scheme}:{hexadecimal[:8]}..."


def _value_lines(value: Any, *, pictures: Mapping[str, Source]) -> Iterator[str]:
    picture = _picture(value, pictures)
    if picture:
        yield picture
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
        yield from (_value(each) for each in value)
    else:
        yield _value(value)


def _value(value: Any) -> str:
    if value is None:
        return "(nothing)"
    text = printable(dumps(value))
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}... ({len(text)} characters)"


def _notes(plan: Plan) -> Iterator[Line]:
    noted = [
        (change.address, note) for change in plan.changes if change.action is Action.NOOP for note in change.notes
    ]
    told = [*(f"{address}: {note}" for address, note in noted), *plan.notes]
    yield from (Line(f"    {printable(each)}", Style.DIM) for each in told)
    if plan.steps or told:
        yield Line("")


def _consequence_lines(plan: Plan) -> Iterator[Line]:
    told = [each for each in plan.consequences if not each.refused]
    if not told:
        return
    yield Line("Consequences:", Style.WARNING)
    for each in told:
        objects = f": {each.kind} {', '.join(each.objects)}" if each.objects else ""
        yield Line(f"    {each.address}: {printable(each.summary)}{objects}", Style.WARNING)
    yield Line("")


def _other_lines(plan: Plan) -> Iterator[Line]:
    for warning in plan.warnings:
        yield Line(f"Warning: {printable(warning)}", Style.WARNING)
    if plan.retained:
        yield Line(f"Retained, without a manifest: {', '.join(plan.retained)} (--prune deletes)", Style.DIM)
    yield from _beside_lines(plan)
    if plan.warnings or plan.retained or plan.beside:
        yield Line("")


def _beside_lines(plan: Plan) -> Iterator[Line]:
    for each in plan.beside[:MOST_BESIDE]:
        name = f" {_value(each.name)}" if each.name else ""
        yield Line(f"Unmanaged, left alone: {each.root} {each.kind} {each.remote_id}{name}", Style.DIM)
    if len(plan.beside) > MOST_BESIDE:
        yield Line(f"Unmanaged, left alone: {len(plan.beside) - MOST_BESIDE} more below our bots", Style.DIM)


def _refusal_lines(plan: Plan) -> Iterator[Line]:
    if not plan.refusals:
        return
    yield Line("Refused:", Style.ERROR)
    for each in plan.refusals:
        first, *rest = each.message.split("\n")
        yield Line(f"    [{each.guard}] {printable(first)}", Style.ERROR)
        yield from (Line(f"        {printable(line)}", Style.ERROR) for line in rest)
        if each.advice:
            yield from (Line(f"        {printable(line)}") for line in each.advice.split("\n"))
    yield Line("")
