"""Reads the tenant: the complete list of bots, and everything that the manifests mean, in full.

A list that lags must not look like a deletion: an object that we know and the list lacks is asked for by its
id before it counts as gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from lwdeploy.core.address import Address
from lwdeploy.core.kind import Adapter, Kind
from lwdeploy.core.types import Desired, Listed, Live, LiveResource, Proof, Resource, Spec, State
from lwdeploy.planning.match import Identity, identify
from lwdeploy.planning.rename import follow_renames, renames_of

__all__ = ["RootReader", "read"]

ROOT_KIND = "bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class RootReader:
    """Reads one bot and those of its children that matter; the `Reader` of the project."""

    adapters: Mapping[str, Adapter]
    kinds: Mapping[str, Kind]

    def read_root(
        self, root: Address, *, remote_id: str, wanted: Mapping[Address, Resource], scopes: frozenset[str]
    ) -> Mapping[Address, LiveResource]:
        """Give the live objects of `wanted` and of the child kinds in `scopes`; what is gone has no entry.

        Objects of a scope that nobody wants get an address with their remote id, `unmanaged <id>`.
        """
        own = {remote_id: wanted[root].spec} if root in wanted else {}
        found = self.adapters[root.kind].read(parent_id=None, remote_id=remote_id, wanted=own)
        if not found:
            return {}
        live = {root: _addressed(found[0], root)}
        for kind in self._child_kinds(scopes, wanted):
            live |= self._children(kind, root=root, remote_id=remote_id, wanted=wanted)
        return live

    def _child_kinds(self, scopes: frozenset[str], wanted: Mapping[Address, Resource]) -> list[Kind]:
        names = scopes | {address.kind for address in wanted}
        children = [kind for kind in self.kinds.values() if kind.parent is not None and kind.name in names]
        return sorted(children, key=lambda kind: kind.level)

    def _children(
        self, kind: Kind, *, root: Address, remote_id: str, wanted: Mapping[Address, Resource]
    ) -> dict[Address, LiveResource]:
        mine = {address: each for address, each in wanted.items() if address.kind == kind.name}
        by_id = {str(each.derived_id): address for address, each in mine.items()}
        specs: dict[str, Spec] = {str(each.derived_id): each.spec for each in mine.values()}
        found = self.adapters[kind.name].read(parent_id=remote_id, remote_id=None, wanted=specs)
        addresses = {
            each.remote_id: by_id.get(
                each.remote_id, root.child(kind.name, kind.word, f"unmanaged {each.remote_id}")
            )
            for each in found
        }
        return {addresses[each.remote_id]: _addressed(each, addresses[each.remote_id]) for each in found}


def _addressed(live: LiveResource, address: Address) -> LiveResource:
    return LiveResource(
        kind=live.kind, remote_id=live.remote_id, spec=live.spec, address=address, facts=live.facts
    )


def read(
    *,
    desired: Desired,
    state: State | None,
    reader: RootReader,
    project: str,
    pool: Executor,
    progress: Callable[[int, int], None],
) -> Live:
    """Read all that a plan needs: the list, then every bound bot in full, bots in parallel.

    `progress` is told (done, of) after each bot. Raises AmbiguousMatch from the
    matching and any RemoteError of a read: nothing is planned on half a picture.
    """
    state = follow_renames(state, renames_of(desired.resources, state=state))
    listed = reader.adapters[ROOT_KIND].listing()
    roots = [resource for resource in desired.resources if resource.address.is_root]
    identity = identify(roots, state=state, listed=listed, project=project)
    wanted = _wanted_by_root(desired, state)
    scopes = _scopes_by_root(desired)
    done: list[tuple[Address, Mapping[Address, LiveResource]]] = []

    def read_one(address: Address, remote_id: str) -> tuple[Address, Mapping[Address, LiveResource]]:
        mine, kinds = wanted.get(address, {}), scopes.get(address, frozenset())
        found = reader.read_root(address, remote_id=remote_id, wanted=mine, scopes=kinds)
        return address, found

    ids = {address: binding.remote_id for address, binding in identity.bindings.items()}
    ids |= _unlisted(state, declared=set(wanted), listed=listed)
    futures = [pool.submit(read_one, address, remote_id) for address, remote_id in ids.items()]
    try:
        for future in futures:
            done.append(future.result())
            progress(len(done), len(futures))
    finally:
        for future in futures:
            future.cancel()
    return _live(listed=listed, identity=identity, done=done)


def _unlisted(
    state: State | None, *, declared: Collection[Address], listed: Sequence[Listed]
) -> dict[Address, str]:
    """Give the owned bots that no manifest declares and that the list lacks: it may only lag behind."""
    shown = {row.remote_id for row in listed}
    return {
        address: entry.remote_id
        for address, entry in (state.entries if state else {}).items()
        if address.is_root and address not in declared and entry.remote_id not in shown
    }


def _wanted_by_root(desired: Desired, state: State | None) -> Mapping[Address, dict[Address, Resource]]:
    """Group what is declared by bot, with the owned children that have left a declared list."""
    wanted: defaultdict[Address, dict[Address, Resource]] = defaultdict(dict)
    sources = {}
    for resource in desired.resources:
        wanted[resource.address.root][resource.address] = resource
        sources[resource.address.root] = resource.source
    for address, entry in (state.entries if state else {}).items():
        root = address.root
        if (root, address.kind) in desired.scopes and not address.is_root and address not in wanted[root]:
            wanted[root][address] = Resource(
                address=address, spec={}, source=sources[root], derived_id=entry.remote_id
            )
    return wanted


def _scopes_by_root(desired: Desired) -> Mapping[Address, frozenset[str]]:
    scopes: defaultdict[Address, set[str]] = defaultdict(set)
    for root, kind in desired.scopes:
        scopes[root].add(kind)
    return {root: frozenset(found) for root, found in scopes.items()}


def _live(
    *,
    listed: Sequence[Listed],
    identity: Identity,
    done: Sequence[tuple[Address, Mapping[Address, LiveResource]]],
) -> Live:
    found = {address: live for _, part in done for address, live in part.items()}
    managed = {address: live for address, live in found.items() if not _is_unmanaged(address)}
    proofs: dict[Address, Proof] = {address: each.proof for address, each in identity.bindings.items()}
    return Live(
        listed=tuple(listed),
        resources=managed,
        proofs=proofs,
        strays=identity.strays,
        unmanaged=tuple(live for address, live in found.items() if _is_unmanaged(address)),
        missing=frozenset(address for address, part in done if address not in part),
    )


def _is_unmanaged(address: Address) -> bool:
    return address.path[-1].startswith("unmanaged ")
