"""Plans as JSON, and back. The format is described by `schemas/plan.schema.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from lwdeploy.core.address import Address
from lwdeploy.core.canonical import digest
from lwdeploy.core.diagnostics import SourceRef
from lwdeploy.core.errors import Corrupt, StalePlan
from lwdeploy.core.types import Action, Change, Consequence, FieldDiff, Lifecycle, Origin, Proof
from lwdeploy.planning.model import FORMAT_VERSION, Beside, Estimate, Plan, Refusal, StateRef
from lwdeploy.planning.order import Quota

__all__ = ["decode", "encode", "with_digest"]


def encode(plan: Plan) -> dict[str, Any]:
    """Give the JSON form of a plan; `decode` gives it back."""
    return {
        "format_version": FORMAT_VERSION,
        "tenant": plan.tenant,
        "identity": dict(plan.identity),
        "project": plan.project,
        "state": {
            "backend": plan.state.backend,
            "lineage": plan.state.lineage,
            "serial": plan.state.serial,
        },
        "summary": _summary(plan),
        "changes": [_change(each) for each in plan.changes],
        "consequences": [_consequence(each) for each in plan.consequences],
        "refusals": [_refusal(each) for each in plan.refusals],
        "warnings": list(plan.warnings),
        "notes": list(plan.notes),
        "quota": {
            "live": plan.quota.live,
            "peak": plan.quota.peak,
            "after": plan.quota.after,
            "limit": plan.quota.limit,
            "crowded": plan.quota.crowded,
        },
        "estimate": {"calls": plan.estimate.calls, "seconds": plan.estimate.seconds},
        "unmanaged": [{"botId": remote_id, "botName": name} for remote_id, name in plan.unmanaged],
        "beside": [asdict(each) for each in plan.beside],
        "retained": list(plan.retained),
        "files": dict(plan.files),
        "allowed": dict(plan.allowed),
        "reason": plan.reason,
        "digest": plan.digest,
    }


def _summary(plan: Plan) -> dict[str, int]:
    return {
        "add": plan.count(Action.CREATE),
        "change": plan.count(Action.UPDATE, Action.REPLACE),
        "delete": plan.deletes,
        "adopt": plan.count(Action.ADOPT),
        "forget": plan.count(Action.FORGET),
        "unchanged": plan.count(Action.NOOP),
        "unmanaged": len(plan.unmanaged),
    }


def _address(address: Address | None) -> dict[str, Any] | None:
    return None if address is None else {"kind": address.kind, "path": list(address.path)}


def _change(change: Change) -> dict[str, Any]:
    source = change.source
    return {
        "address": str(change.address),
        "kind": change.address.kind,
        "path": list(change.address.path),
        "action": change.action.value,
        "remote_id": change.remote_id,
        "desired": dict(change.desired),
        "before": dict(change.before),
        "diffs": [_diff(each) for each in change.diffs],
        "depends_on": [_address(each) for each in change.depends_on],
        "proof": change.proof.value,
        "reason": change.reason,
        "notes": list(change.notes),
        "protect": change.lifecycle.protect,
        "ignore_changes": list(change.lifecycle.ignore_changes),
        "retain_replaced": change.lifecycle.retain_replaced,
        "moved_from": _address(change.moved_from),
        "refers": {name: _address(address) for name, address in change.refers.items()},
        "pictures": {digest: dict(source) for digest, source in change.pictures.items()},
        "replaced_by": _address(change.replaced_by),
        "source": None if source is None else {"file": source.file, "line": source.line, "column": source.column},
    }


def _diff(diff: FieldDiff) -> dict[str, Any]:
    return {
        "path": diff.path,
        "old": diff.old,
        "new": diff.new,
        "origin": diff.origin.value,
        "note": diff.note,
    }


def _consequence(each: Consequence) -> dict[str, Any]:
    return {
        "address": _address(each.address),
        "summary": each.summary,
        "kind": each.kind,
        "objects": list(each.objects),
        "refused": each.refused,
    }


def _refusal(each: Refusal) -> dict[str, str]:
    return {
        "guard": each.guard,
        "message": each.message,
        "advice": each.advice,
        "exit_class": each.exit_class,
    }


def with_digest(plan: Plan) -> Plan:
    """Give the plan with the digest of all its content: what approval is bound to."""
    content = encode(plan)
    del content["digest"]
    return replace(plan, digest=digest(content))


def decode(content: Any) -> Plan:
    """Read a plan back.

    Raises Corrupt for what is no plan or a plan of another format, and StalePlan when its content does not
    match its digest: then it is not the plan that was approved.
    """
    if not isinstance(content, dict) or content.get("format_version") != FORMAT_VERSION:
        seen = content.get("format_version") if isinstance(content, dict) else None
        raise Corrupt(
            f"This is no plan of format {FORMAT_VERSION} (format_version is {seen!r})",
            advice="Make it anew with `lwdeploy plan --out FILE`.",
        )
    try:
        plan = _decode(content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Corrupt(
            f"The plan is damaged: {type(error).__name__} at {error}",
            advice="Make it anew with `lwdeploy plan --out FILE`.",
        ) from error
    if digest({key: value for key, value in content.items() if key != "digest"}) != plan.digest:
        raise StalePlan(
            "The plan was changed after it was made: its content does not match its digest",
            advice="Make it anew with `lwdeploy plan --out FILE`.",
        )
    return plan


def _decode(content: Mapping[str, Any]) -> Plan:
    return Plan(
        tenant=content["tenant"],
        identity=content["identity"],
        project=content["project"],
        state=StateRef(**content["state"]),
        changes=tuple(_read_change(each) for each in content["changes"]),
        quota=Quota(**content["quota"]),
        estimate=Estimate(**content["estimate"]),
        consequences=tuple(_read_consequence(each) for each in content["consequences"]),
        refusals=tuple(Refusal(**each) for each in content["refusals"]),
        warnings=tuple(content["warnings"]),
        notes=tuple(content["notes"]),
        unmanaged=tuple((each["botId"], each["botName"]) for each in content["unmanaged"]),
        beside=tuple(Beside(**each) for each in content["beside"]),
        retained=tuple(content["retained"]),
        files=content["files"],
        allowed=content["allowed"],
        reason=content["reason"],
        digest=content["digest"],
    )


def _read_address(content: Mapping[str, Any]) -> Address:
    path = tuple(content["path"])
    if len(path) < 2 or not all(isinstance(segment, str) for segment in path):
        raise ValueError("an address needs at least two segments")
    return Address(kind=content["kind"], path=path)


def _read_change(content: Mapping[str, Any]) -> Change:
    moved, source, replaced = content["moved_from"], content["source"], content["replaced_by"]
    return Change(
        address=_read_address(content),
        action=Action(content["action"]),
        remote_id=content["remote_id"],
        desired=content["desired"],
        before=content["before"],
        diffs=tuple(FieldDiff(**{**each, "origin": Origin(each["origin"])}) for each in content["diffs"]),
        depends_on=tuple(_read_address(each) for each in content["depends_on"]),
        proof=Proof(content["proof"]),
        reason=content["reason"],
        notes=tuple(content["notes"]),
        lifecycle=Lifecycle(
            protect=content["protect"],
            ignore_changes=tuple(content["ignore_changes"]),
            retain_replaced=content["retain_replaced"],
        ),
        moved_from=None if moved is None else _read_address(moved),
        source=None if source is None else SourceRef(**source),
        refers={name: _read_address(each) for name, each in content["refers"].items()},
        pictures=content["pictures"],
        replaced_by=None if replaced is None else _read_address(replaced),
    )


def _read_consequence(content: Mapping[str, Any]) -> Consequence:
    return Consequence(
        address=_read_address(content["address"]),
        summary=content["summary"],
        kind=content["kind"],
        objects=tuple(content["objects"]),
        refused=content["refused"],
    )
