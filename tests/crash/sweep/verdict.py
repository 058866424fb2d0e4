"""What must be true in the end, whatever happened."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.crash.sweep.stage import Rehearsal, Scene, ours
from tests.crash.sweep.works import CANARY
from tests.support.console import writes
from tests.support.four import MARKED
from tests.support.project import Run

__all__ = ["Verdict", "look"]

_OURS = ("Traceback", "mistake in lwdeploy")
_STORED = {"uploadContent": "uploadAttachment"}  # the storage host's requests have names of ours (docs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is wrong, in words; how many bots are orphans, how many are there twice; runs that it took."""

    wrong: tuple[str, ...]
    orphans: int
    duplicates: int
    runs: int


def look(scene: Scene, rehearsal: Rehearsal, *, runs: Sequence[Run], found: Sequence[str], exact: bool) -> Verdict:
    """Look at the tenant and at everything that was kept or said.

    Without `exact` the state was lost on the way: what no manifest declares and no mark proves to be ours is
    nobody's then, and may have stayed.
    """
    have, want = ours(scene.tenant), rehearsal.goal
    marked = [name for name in have if MARKED.fullmatch(name)]
    twice = [name for name, bots in have.items() if len(bots) > 1]
    wrong = [
        *found,
        *(f"left under its mark: {name}" for name in marked),
        *(f"there {len(have[name])} times: {name}" for name in twice),
        *(_differences(have, want) if exact else _missing(have, want)),
        *([] if scene.others() == scene.theirs else ["a bot of somebody else was touched"]),
        *_unaudited(scene),
        *_said(scene, runs),
    ]
    orphans = [name for name in have if name not in want] if exact else marked
    duplicates = sum(len(have[each]) - 1 for each in twice)
    return Verdict(wrong=tuple(wrong), orphans=len(orphans), duplicates=duplicates, runs=len(runs))


def _missing(have: Mapping[str, Any], want: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"is not there: {name}" for name in want if name not in have)


def _differences(have: Mapping[str, Any], want: Mapping[str, Any]) -> Iterator[str]:
    yield from _missing(have, want)
    for name, bots in have.items():
        if name not in want:
            yield f"should not be there: {name}"
        elif bots != want[name]:
            yield f"is not as declared: {name}: {_first_difference(bots[0], want[name][0])}"


def _first_difference(have: Mapping[str, Any], want: Mapping[str, Any]) -> str:
    return next((f"{key} is {have.get(key)}, not {want[key]}" for key in want if have.get(key) != want[key]), "")


# --- the audit log


def _unaudited(scene: Scene) -> Iterator[str]:
    """Give a line for every operation of which the tenant saw more than the audit logs know."""
    seen = Counter(_STORED.get(each, each) for each in writes(scene.tenant))
    told = Counter(_sent(scene.folder)) + Counter(_STORED.get(each, each) for each in scene.by_hand)
    for operation in seen:
        if seen[operation] > told[operation]:
            yield f"{seen[operation]} times {operation}, the audit log knows {told[operation]}"


def _sent(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*/.lwdeploy/audit/*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # the last words of a killed run
            if entry["event"] == "sent":
                yield entry["operation"]


# --- what was said and kept


def _said(scene: Scene, runs: Sequence[Run]) -> Iterator[str]:
    for ran in runs:
        if any(word in ran.out + ran.err for word in _OURS):
            yield f"our own mistake: {ran.out[-1500:]}{ran.err[-1500:]}"
    secrets = [each.encode() for each in (*_credentials(scene), *scene.place.secrets(), CANARY)]
    reports = sorted(scene.project.root.glob("report-*.json"))
    for path in (*scene.said.iterdir(), *scene.project.root.glob(".lwdeploy/**/*"), *reports):
        content = path.read_bytes() if path.is_file() else b""
        if any(secret in content for secret in secrets):
            yield f"a secret is in {path.relative_to(scene.folder)}"
    for path in reports:
        json.loads(path.read_bytes())


def _credentials(scene: Scene) -> Iterator[str]:
    """Give everything that only its owner may know, as it would be written somewhere."""
    tenant = scene.tenant
    yield tenant.client_secret
    yield tenant.private_key.splitlines()[2]
    store = tenant._tenant.store
    with store.reading():
        yield from (row[0] for row in store.rows("SELECT token FROM tokens"))
        yield from (row[0] for row in store.rows("SELECT secret FROM bots"))
