"""Whether a YAML document is ours: other tools keep their files in the same folders."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lwdeploy.manifests.text import closest, quoted
from lwdeploy.manifests.words import KINDS

__all__ = ["API_VERSION", "Standing", "Verdict", "judge"]

API_VERSION = "lwdeploy/v1"

_WRITTEN = re.compile(r"""^["']?apiVersion["']?\s*:\s*["']?([^\s"'#]+)""", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a document is to us; `message` and `fix` say what is wrong when it is meant to be ours."""

    ours: bool
    rule: str = ""
    message: str = ""
    fix: str = ""
    key: str = ""
    at_key: bool = False


Standing = Verdict | None
"""None: the document is another tool's."""

_OURS = Verdict(ours=True)
_SHAPE = "write `apiVersion: lwdeploy/v1`, `kind`, `metadata` and `spec`"


def judge(data: Any, *, text: str, broken: bool) -> Standing:
    """Decide about a document by its data or, as far as that is broken, by its text."""
    if isinstance(data, dict):
        version = data.get("apiVersion")
        if version is None and broken:
            return _by_text(text)
        return _by_version(version) if isinstance(version, str) and version else _unnamed(data)
    if broken:
        return _by_text(text)
    if isinstance(data, list):
        return _list(data)
    return Verdict(
        ours=False,
        rule="LW014",
        message=f"a manifest is a mapping, this document is the single value {quoted(data)}",
        fix=_SHAPE,
    )


def _by_text(text: str) -> Standing:
    """Take a broken document for another tool's only if it says so."""
    written = _WRITTEN.search(text)
    return _by_version(written.group(1)) and _OURS if written else _OURS


def _by_version(version: str) -> Standing:
    if version == API_VERSION:
        return _OURS
    if not _resembles(version):
        return None
    message = f"{quoted(version)} is not a version of the format that this lwdeploy reads"
    fix = f"did you mean `{API_VERSION}`?"
    return Verdict(ours=True, rule="LW015", message=message, fix=fix, key="apiVersion")


def _resembles(version: str) -> bool:
    group = version.strip().lower().partition("/")[0]
    return "lwdeploy" in group or difflib.SequenceMatcher(None, group[:50], "lwdeploy").ratio() >= 0.8


def _unnamed(data: Mapping[str, Any]) -> Standing:
    """Judge a mapping without a usable apiVersion."""
    key = closest("apiVersion", data)
    if key and isinstance(data[key], str) and _resembles(data[key]):
        message = f"the field {quoted(key)} is unknown"
        fix = f"write `apiVersion: {API_VERSION}`"
        return Verdict(ours=True, rule="LW015", message=message, fix=fix, key=key, at_key=True)
    if not _has_our_kind(data):
        return None
    message = "the document has one of our kinds but no apiVersion, so it would be skipped"
    return Verdict(ours=True, rule="LW015", message=message, fix=f"add `apiVersion: {API_VERSION}`", key="kind")


def _has_our_kind(data: Mapping[str, Any]) -> bool:
    kind = data.get("kind")
    return isinstance(kind, str) and kind in KINDS and not {"spec", "metadata"}.isdisjoint(data)


def _list(entries: Iterable[Any]) -> Standing:
    for entry in entries:
        version = entry.get("apiVersion") if isinstance(entry, dict) else None
        if isinstance(version, str) and _resembles(version):
            message = "manifests do not stand in a list"
            fix = "write each as a document of its own, separated by lines `---`"
            return Verdict(ours=False, rule="LW014", message=message, fix=fix)
    return None
