"""Reads the tenant: the complete list of bots, and everything that the manifests mean, in full.

A list that lags must not look like a deletion: an object that we know and the list lacks is asked for by its
id before it counts as gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from lwdeploy.core.address import Address
from lwdeploy.core.kind import Adapters, Kind
from lwdeploy.core.live import Listed, Live, LiveResource, Seen
from lwdeploy.core.types import Desired, Proof, Resource, State
from lwdeploy.planning.children import covers
from lwdeploy.planning.match import Identity, identify
from lwdeploy.planning.rename import follow_renames, renames_of

__all__ = ["ROOT_KIND", "RootReader", "read"]

ROOT_KIND = "bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class RootReader:
    """Reads one bot and those of its children that matter; the `Reader` of the project."""

    adapters: Adapters
    kinds: Mapping[str, Kind]

    def read_root(
        self, root: Address, *, remote_id: str, wanted: Mapping[Address, Resource], scopes: frozenset[str]
    ) -> Seen:
        """Give what there is of `wanted` and of the child kinds in `scopes`; nothing when the bot is gone."""
        own = wanted[root].spec if root in wanted else {}
        bot = self.adapters.roots[root.kind].look(remote_id, wanted=own)
        if bot is None:
            return Seen()
        seen = Seen(resources={root: replace(bot, address=root)}, facts={root.kind: bot.facts})
        for kind in self._child_kinds(scopes, wanted):
            mine = {address: each for address, each in wanted.items() if address.kind == kind.name}
            seen |= self.adapters.children[kind.name].read(bot, wanted=mine)
        return seen

    def _child_kinds(self, scopes: frozenset[str], wanted: Mapping[Address, Resource]) -> list[Kind]:
        names = scopes | {address.kind for address in wanted}
        children = [kind for kind in self.kinds.values() if kind.parent is not None and kind.name in names]
        return sorted(children, key=lambda kind: kind.level)


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
    listed = reader.adapters.roots[ROOT_KIND].listing()
    roots = [resource for resource in desired.resources if resource.address.is_root]
    identity = identify(roots, state=state, listed=listed, project=project)
    wanted = _wanted_by_root(desired, state, kinds=reader.kinds)
    scopes = _scopes_by_root(desired)
    done: dict[Address, Seen] = {}

    def read_one(address: Address, remote_id: str) -> tuple[Address, Seen]:
        mine, kinds = wanted.get(address, {}), scopes.get(address, frozenset())
        seen = reader.read_root(address, remote_id=remote_id, wanted=mine, scopes=kinds)
        return address, _believed(seen, wanted=mine, state=state)

    ids = {address: binding.remote_id for address, binding in identity.bindings.items()}
    ids |= _unlisted(state, declared=set(wanted), listed=listed)
    futures = [pool.submit(read_one, address, remote_id) for address, remote_id in ids.items()]
    try:
        for future in futures:
            address, seen = future.result()
            done[address] = seen
            progress(len(done), len(futures))
    finally:
        for future in futures:
            future.cancel()
    return _live(listed=listed, identity=identity, done=done)


def _believed(seen: Seen, *, wanted: Mapping[Address, Resource], state: State | None) -> Seen:
    """Add what no call lists as it was last written: whoever wants to know better asks to verify it."""
    entries = state.entries if state else {}
    believed = {
        address: LiveResource(
            kind=address.kind,
            remote_id=entries[address].remote_id,
            spec=entries[address].applied,
            address=address,
        )
        for address in wanted
        if address.kind in seen.unread and address in entries
    }
    return replace(seen, resources={**seen.resources, **believed})


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


def _wanted_by_root(
    desired: Desired, state: State | None, *, kinds: Mapping[str, Kind]
) -> Mapping[Address, dict[Address, Resource]]:
    """Group what is declared by bot, with the owned children that have left a declared list.

    What has no id of its own by nature is looked for under the id that is remembered of it.
    """
    entries = state.entries if state else {}
    wanted: defaultdict[Address, dict[Address, Resource]] = defaultdict(dict)
    sources = {}
    for resource in desired.resources:
        known = entries[resource.address].remote_id if resource.address in entries else None
        derived = resource.derived_id if resource.derived_id is not None or resource.address.is_root else known
        wanted[resource.address.root][resource.address] = replace(resource, derived_id=derived)
        sources[resource.address.root] = resource.source
    for address, entry in entries.items():
        root = address.root
        if address.is_root or root not in sources or address in wanted[root]:
            continue
        if covers(desired, root, kinds[address.kind]):
            wanted[root][address] = Resource(
                address=address, spec={}, source=sources[root], derived_id=entry.remote_id
            )
    return wanted


def _scopes_by_root(desired: Desired) -> Mapping[Address, frozenset[str]]:
    scopes: defaultdict[Address, set[str]] = defaultdict(set)
    for root, kind in desired.scopes:
        scopes[root].add(kind)
    return {root: frozenset(found) for root, found in scopes.items()}


def _live(*, listed: Sequence[Listed], identity: Identity, done: Mapping[Address, Seen]) -> Live:
    proofs: dict[Address, Proof] = {address: each.proof for address, each in identity.bindings.items()}
    return Live(
        listed=tuple(listed),
        resources={address: live for seen in done.values() for address, live in seen.resources.items()},
        proofs=proofs,
        strays=identity.strays,
        missing=frozenset(address for address, seen in done.items() if address not in seen.resources),
        below=done,
    )
