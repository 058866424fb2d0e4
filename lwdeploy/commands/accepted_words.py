"""The spec of a Bot as it would be written, of the resources that it declares or is to declare. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from lwdeploy.core.address import Address
from lwdeploy.core.live import LiveResource
from lwdeploy.core.tenant import Tenant
from lwdeploy.core.types import Resource, StateEntry
from lwdeploy.core.wording import Names
from lwdeploy.kinds import KINDS

__all__ = ["NO_WORDS", "words_of"]

NO_WORDS = frozenset({"rich_menu", "user_rich_menu"})
"""Kinds of which a manifest says more than the tenant shows."""

_NONE: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "bot_domain": {"domains": []},
        "persistent_menu": {"menus": {"persistent": {"actions": []}}},
        "default_rich_menu": {"menus": {"rich": {"default": ""}}},
    }
)
"""How a manifest says that there is none of a kind, where nothing would mean that it is not managed."""


def words_of(
    resources: Iterable[Resource],
    *,
    entries: Mapping[Address, StateEntry],
    tenant: Tenant,
    users: Mapping[str, str] | None = None,
    gone: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Give what a manifest says of the resources of one bot; rich menus and who is given them are left out.

    `users` are logins by user id, where user ids may stand in the resources; `gone` are kinds of which something
    is not there any more.
    """
    names = Names(
        domains={str(number): name for name, number in tenant.domains.items()},
        users=users or {},
        keys={
            entry.remote_id: address.path[-1] for address, entry in entries.items() if address.kind == "rich_menu"
        },
    )
    mine = [each for each in resources if each.address.kind not in NO_WORDS]
    made: dict[str, Any] = {}
    for kind in KINDS:
        objects = [_live(each, entries) for each in mine if each.address.kind == kind.name]
        made = _merged(made, kind.wording.to_manifest(objects, names))
        if kind.name in gone and not objects:
            made = _merged(made, _NONE[kind.name])
    return made


def _live(resource: Resource, entries: Mapping[Address, StateEntry]) -> LiveResource:
    ids = {name: entries[target].remote_id for name, target in resource.refers.items() if target in entries}
    unknown = {name: value for name, value in ids.items() if resource.spec.get(name) == "(known after apply)"}
    return LiveResource(
        kind=resource.address.kind,
        remote_id=resource.derived_id or "",
        spec={**resource.spec, **unknown},
        address=resource.address,
    )


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    both = {key: _merged(one[key], other[key]) for key in one if key in other}
    return {**one, **other, **both}
