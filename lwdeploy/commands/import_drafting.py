"""From what was read of a tenant to the files of a project, all in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lwdeploy.commands.import_reading import Reading
from lwdeploy.core.address import Address
from lwdeploy.core.canonical import get_path
from lwdeploy.core.kind import TenantView
from lwdeploy.core.live import Listed
from lwdeploy.core.picture import Pictures
from lwdeploy.core.types import StateEntry
from lwdeploy.kinds import kinds_by_name
from lwdeploy.manifests.document import Document
from lwdeploy.manifests.naming import free_key, key_of_name
from lwdeploy.manifests.rendering import Known, Rendered, render
from lwdeploy.manifests.sayable import Draft, LeftOut, Said, Surroundings, say
from lwdeploy.manifests.sharing import FILES, share
from lwdeploy.manifests.writing import manifest_text

__all__ = ["Drafted", "draft_bots", "keys_of", "written"]

_NO_LOGINS = "User ids, where the directory told no login."
_BOUND = "Bound by its id: it lacks what a new bot needs, so that this manifest cannot make another one."
_QUERY = (
    "The address has a query or a user in it: if that lets somebody in, change it before others see this file."
)
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
)
"""Names that no file may have on Windows, whatever its ending: such a project could not be checked out there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """The documents of bots, what manifests cannot say, what to remember, and their pictures by file name."""

    said: Mapping[Address, Said]
    rendered: Mapping[Address, Rendered]
    ids: Mapping[Address, str]
    pictures: Mapping[str, bytes]

    @property
    def entries(self) -> dict[Address, StateEntry]:
        """What there is to remember."""
        return {address: entry for each in self.said.values() for address, entry in each.entries.items()}

    @property
    def left_out(self) -> Iterator[tuple[Address, LeftOut]]:
        """What no manifest says."""
        return ((root, each) for root, said in sorted(self.said.items()) for each in said.left_out)


def keys_of(bots: Iterable[Listed], *, known: Mapping[str, Address], taken: Collection[str]) -> dict[Address, str]:
    """Give the id of every bot by its address: the one it has, or one made of its name, the oldest first."""
    found: dict[Address, str] = {}
    used = {*taken, *(address.name for address in known.values())}
    for row in bots:
        address = known.get(row.remote_id)
        if address is None:
            made = key_of_name(row.name).replace(".", "-")  # a dot ends the key in the names of its pictures
            made = f"bot-{made}" if made in _DEVICES else made
            key = free_key(made or f"bot-{row.remote_id}", taken=used)
            used.add(key)
            address = Address.top("bot", key)
        found[address] = row.remote_id
    return found


def draft_bots(
    reading: Reading,
    roots: Collection[Address],
    *,
    known: Known,
    tenant: TenantView,
    users: Mapping[str, str],
    folder: Path,
    pictures: Pictures,
    keep: Callable[[Mapping[str, bytes]], None],
) -> Drafted:
    """Write the document of each bot, and take out of it what no manifest can say.

    `pictures` looks at the files of pictures in `folder`, where `keep` puts them.
    """
    kinds = kinds_by_name()
    rendered = {
        root: render(
            root,
            reading.portraits[root],
            kinds=kinds,
            pictures=reading.pictures,
            known=known,
            withhold=False,
        )
        for root in sorted(roots)
    }
    named = _named(rendered, reading)
    keep(named)
    drafts = [
        Draft(document=made.document, objects=reading.portraits[root], keys=made.keys)
        for root, made in rendered.items()
    ]
    around = Surroundings(tenant=tenant, kinds=kinds, pictures=pictures, folder=folder, users=users)
    said = say(drafts, around)
    used = {text for each in said.values() for text in _texts(each.document)}
    return Drafted(
        said=said,
        rendered=rendered,
        ids={root: reading.portraits[root][0].remote_id for root in rendered},
        pictures={name: content for name, content in named.items() if name in used},
    )


def _texts(value: Any) -> Iterator[str]:
    """Give every text in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(each)


def _named(rendered: Mapping[Address, Rendered], reading: Reading) -> dict[str, bytes]:
    return {name: reading.pictures[digest] for made in rendered.values() for name, digest in made.files.items()}


def written(drafted: Drafted, *, existing: Sequence[Document], head: str = "") -> dict[str, str]:
    """Give the text of every file, by name relative to the folder of the import: bots, and what they share."""
    roots = [root for root, said in sorted(drafted.said.items()) if said.document is not None]
    shared = share([drafted.said[root].document or {} for root in roots], existing=existing)
    files = {
        f"bots/{root.name}.yaml": _bot_text(root, document, drafted, head=_above(head))
        for root, document in zip(roots, shared.bots, strict=True)
    }
    for kind, documents in shared.documents.items():
        texts = (manifest_text(each, comments=_comments(each, {})) for each in documents)
        files[FILES[kind]] = head + "---\n".join(texts)
    return files


def _above(head: str) -> str:
    """Give the first line of a file one folder further down."""
    return head.replace("$schema=", "$schema=../")


def _bot_text(root: Address, document: Mapping[str, Any], drafted: Drafted, *, head: str) -> str:
    made, said = drafted.rendered[root], drafted.said[root]
    lines = [f"Bot {drafted.ids[root]}, imported.", *([_BOUND] if said.bound else [])]
    lines += [
        f"Not said here: {each}." for each in made.remarks if not said.bound or "a new one needs" not in each
    ]
    lines += [f"Not managed: {each.path}. {each.why}" for each in said.left_out]
    ids = {key: remote_id for remote_id, key in made.keys.items()}
    return head + manifest_text(document, head=lines, comments=_comments(document, ids))


def _comments(document: Mapping[str, Any], menus: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Give the comments that belong to single fields, by path."""
    spec = document["spec"]
    found: dict[tuple[str, ...], str] = {}
    if document["kind"] == "PersonInCharge" and _unnamed([*spec.get("primary", ()), *spec.get("vice", ())]):
        found["spec",] = _NO_LOGINS
    pic = spec.get("pic", {})
    if _unnamed([*pic.get("primary", ()), *pic.get("vice", ())]):
        found["spec", "pic"] = _NO_LOGINS
    url = str(spec.get("url") if document["kind"] == "Callback" else get_path(spec, "callback.url") or "")
    if "?" in url or "@" in url:
        found[("spec", "url") if document["kind"] == "Callback" else ("spec", "callback", "url")] = _QUERY
    for index, entry in enumerate(spec.get("domains", ())):
        if _unnamed(entry.get("members", ())):
            found["spec", "domains", str(index), "members"] = _NO_LOGINS
    rich = spec.get("menus", {}).get("rich", {})
    for index, menu in enumerate(rich.get("menus", ())):
        if menu.get("name") in menus:
            found["spec", "menus", "rich", "menus", str(index)] = f"Rich menu {menus[menu['name']]}."
    if rich:
        found["spec", "menus", "rich"] = (
            "Users who were given a menu of their own elsewhere are in no list: none is told."
        )
    return found


def _unnamed(people: Iterable[str]) -> bool:
    return any("@" not in each for each in people)
