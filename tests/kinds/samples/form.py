"""The form of the samples: what the contract suite needs to know of a kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["NASTY", "Samples", "Step"]

NASTY = "\u202e日本語 \\n {x} %s e\u0301 👩‍👩‍👧 ' \" <b>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A change: manifests before and after, the fields that differ, and every request that is then sent.

    `touches` are the fields of the stored bot that may be others afterwards. `steps` are all steps of the plan as
    `action address`; without any, it is one update of an object of the kind.
    """

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    sent: tuple[tuple[str, Any], ...]
    touches: frozenset[str]
    paths: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Examples of a kind.

    `created` holds manifests that create one object, with the writes of that by operation; `gone` is a manifest
    that takes the object of the first of them away, `deleted` the deletes that are then sent.
    """

    created: Mapping[str, tuple[Mapping[str, Any], Mapping[str, int]]]
    steps: Mapping[str, Step]
    gone: Mapping[str, Mapping[str, Any]]
    deleted: Mapping[str, int]
