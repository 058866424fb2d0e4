"""From everything that a tenant shows of one bot to the manifest that makes it anew. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lwdeploy.core.address import Address
from lwdeploy.core.canonical import ABSENT, get_path, leaves, nested
from lwdeploy.core.kind import Kind
from lwdeploy.core.live import LiveResource
from lwdeploy.core.types import Mark, Spec, StateEntry
from lwdeploy.core.wording import Names
from lwdeploy.manifests.naming import free_key, key_of_name
from lwdeploy.manifests.standing import API_VERSION

__all__ = ["Known", "Rendered", "in_words", "render"]

_PNG = b"\x89PNG"
_REMEMBERED = frozenset({"applied", "observed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What helps to say things as the project says them.

    `domains` are the names of domains by id, `logins` those of users by user id, `entries` what is remembered.
    """

    domains: Mapping[str, str] = field(default_factory=dict)
    logins: Mapping[str, str] = field(default_factory=dict)
    entries: Mapping[Address, StateEntry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A Bot document, and what belongs to it.

    `remarks` are sentences about what it does not say; `comments` belong to single fields, by path. `files` maps
    the names of the pictures that it names, to lie beside it, to the digests of their bytes. `keys` are those of
    the objects below the bot that others may point to, by remote id.
    """

    document: Mapping[str, Any]
    remarks: tuple[str, ...]
    comments: Mapping[tuple[str, ...], str]
    files: Mapping[str, str]
    keys: Mapping[str, str] = field(default_factory=dict)


def render(
    root: Address,
    objects: Sequence[LiveResource],
    *,
    kinds: Mapping[str, Kind],
    pictures: Mapping[str, bytes],
    known: Known,
    withhold: bool = True,
) -> Rendered:
    """Write the manifest of a bot that is to be called `root`: the first object; all others are below it.

    `pictures` are bytes by digest. What state must not hold in clear is not in the result either, unless
    `withhold` is False.
    """
    told = [_declarable(each, kinds[each.kind], known) for each in objects]
    keys = _keys(told, kinds)
    files = _files(told, root=root, keys=keys, pictures=pictures)
    names = Names(domains=known.domains, users=known.logins, keys=keys, pictures=files)
    spec: dict[str, Any] = {}
    for kind in kinds.values():
        mine = [each for each in told if each.kind == kind.name]
        shown = [_open(each, kind) for each in mine] if withhold else mine
        spec = _merged(spec, kind.wording.to_manifest(shown, names))
    if root in known.entries and known.entries[root].protect:
        spec["lifecycle"] = {"protect": True}
    hidden = _withheld(told[0].spec, kinds[root.kind]) if withhold else ()
    return Rendered(
        document={"apiVersion": API_VERSION, "kind": "Bot", "metadata": {"name": root.name}, "spec": spec},
        remarks=tuple(remark for each in objects for remark in kinds[each.kind].wording.remarks(each)),
        comments={("spec", *path.split(".")): _WITHHELD for path in hidden},
        files={name: digest for digest, name in files.items()},
        keys=keys,
    )


def in_words(objects: Sequence[LiveResource], *, kinds: Mapping[str, Kind], known: Known) -> dict[str, Any]:
    """Give the spec of a bot's manifest for comparing it with others: pictures are named by their digests."""
    told = [_declarable(each, kinds[each.kind], known) for each in objects]
    digests = {value: value for each in told for value in _texts(each.spec.get("image"))}
    names = Names(domains=known.domains, users=known.logins, keys=_keys(told, kinds), pictures=digests)
    spec: dict[str, Any] = {}
    for kind in kinds.values():
        spec = _merged(spec, kind.wording.to_manifest([each for each in told if each.kind == kind.name], names))
    return spec


def _texts(value: Any) -> Iterator[str]:
    yield from (each for each in leaves(value).values() if isinstance(each, str) and each) if value else ()


_WITHHELD = "To be filled in: the address had a query or a user in it, which is kept nowhere."


def _declarable(live: LiveResource, kind: Kind, known: Known) -> LiveResource:
    """Give an object as a manifest can declare it, in the words that it was declared in where they still hold."""
    entry = None if live.address is None else known.entries.get(live.address)
    spec = live.spec if entry is None else _in_our_words(live.spec, entry, kind)
    return replace(live, spec=kind.wording.essential(spec))


def _in_our_words(spec: Spec, entry: StateEntry, kind: Kind) -> Spec:
    """Put back what the service has rewritten since, where it shows what it showed right after we wrote it."""
    found = leaves(dict(spec))
    for path, value in found.items():
        rewritten = any(
            proof in _REMEMBERED and (path == prefix or path.startswith(f"{prefix}."))
            for prefix, proof in kind.rewritten.items()
        )
        applied = get_path(entry.applied, path)
        if rewritten and applied is not ABSENT and get_path(entry.observed, path) == value:
            found[path] = applied
    return nested(found)


def _withheld(spec: Spec, kind: Kind) -> Iterator[str]:
    """Give the paths of what state must not hold in clear."""
    sealed = kind.seal(spec)
    yield from (path for path, value in leaves(dict(spec)).items() if get_path(sealed, path) != value)


def _open(live: LiveResource, kind: Kind) -> LiveResource:
    """Give an object with what may be kept of such fields: an address without its query."""
    found = leaves(dict(live.spec))
    sealed = kind.seal(live.spec)
    for path in _withheld(live.spec, kind):
        found[path] = str(get_path(sealed, path)).partition("?")[0]
    return replace(live, spec=nested(found))


def _keys(objects: Sequence[LiveResource], kinds: Mapping[str, Kind]) -> dict[str, str]:
    """Give a key to every object that others may point to: its own, or one made of its name in the tenant."""
    targets = {kind.refers_to for kind in kinds.values() if kind.refers_to}
    mine = [each for each in objects if each.kind in targets]
    keys = {each.remote_id: each.address.path[-1] for each in mine if each.address is not None}
    for each in mine:
        if each.remote_id not in keys:
            keys[each.remote_id] = free_key(_key_of(each, kinds[each.kind]), taken=set(keys.values()))
    return keys


def _key_of(live: LiveResource, kind: Kind) -> str:
    """Make a key of the name that an object has in the tenant; of its id where that is none."""
    name = str(live.facts.get("name") or "")
    made = "" if Mark.parse(name) else key_of_name(name)
    return made or f"{kind.word}-{live.remote_id}"


def _files(
    objects: Sequence[LiveResource], *, root: Address, keys: Mapping[str, str], pictures: Mapping[str, bytes]
) -> dict[str, str]:
    """Name the file of every picture, by its digest: after the bot, the object and the last word of its field."""
    names: dict[str, str] = {}
    for each in objects:
        for path, value in leaves(dict(each.spec)).items():
            if isinstance(value, str) and value in pictures and value not in names:
                word = path.rpartition(".")[2]
                parts = [
                    root.name,
                    keys.get(each.remote_id, each.remote_id),
                    *([] if word == "default" else [word]),
                ]
                ending = "png" if pictures[value].startswith(_PNG) else "jpg"
                names[value] = ".".join([*parts, ending])
    return names


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Give both mappings as one; where both have a mapping, those are merged as well."""
    both = {key: _merged(one[key], other[key]) for key in one if key in other}
    return {**one, **other, **both}
