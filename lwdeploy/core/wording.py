"""The way back from what a tenant shows to what a manifest says: what each resource kind knows of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lwdeploy.core.live import LiveResource
from lwdeploy.core.types import Spec

__all__ = ["Names", "Wording"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What manifests call that for which the tenant has ids; what is not in them keeps its id.

    `domains` are names of domains by id, `users` logins by user id, `keys` the keys of objects below the bot by
    remote id, `pictures` the names of files by the digest of their bytes.
    """

    domains: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[str, str] = field(default_factory=dict)


def _nothing(_objects: Sequence[LiveResource], _names: Names) -> Mapping[str, Any]:
    return {}


def _all_of_it(spec: Spec) -> Spec:
    return spec


def _no_remarks(_live: LiveResource) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How a kind's objects are written into a Bot manifest.

    `to_manifest` gives the part of `spec` of a Bot that declares exactly the specs of all objects of the kind that
    one bot has; a manifest with that part declares them again. It takes specs as manifests declare them:
    `essential` makes one of what the tenant shows, without what is not there and what a manifest cannot say.
    `remarks` are sentences about what an object had and no manifest says. `units` are the parts of `spec` that
    can be left out of it, as dotted paths with `*` for each entry of a list or mapping: where something in one of
    them cannot be said, the smallest one around it goes unmanaged as a whole.
    """

    to_manifest: Callable[[Sequence[LiveResource], Names], Mapping[str, Any]] = _nothing
    essential: Callable[[Spec], Spec] = _all_of_it
    remarks: Callable[[LiveResource], Iterable[str]] = _no_remarks
    units: tuple[str, ...] = ()
