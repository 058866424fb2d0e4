"""What several bots agree on, as documents of their own that each of them points to. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lwdeploy.core.canonical import dumps
from lwdeploy.manifests.document import Document
from lwdeploy.manifests.naming import LONGEST_KEY, free_key, key_of_name
from lwdeploy.manifests.standing import API_VERSION

__all__ = ["FILES", "Shared", "share"]

FILES: Mapping[str, str] = {
    "PersonInCharge": "people.yaml",
    "BotPolicy": "policies.yaml",
    "Callback": "callbacks.yaml",
}
"""The kinds that bots share, and the files that hold the documents of each."""

_FIELDS = {"PersonInCharge": "pic", "BotPolicy": "policy", "Callback": "callback"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Bot documents that point to what they share, in the order given, and the new documents they point to."""

    bots: tuple[Mapping[str, Any], ...]
    documents: Mapping[str, tuple[Mapping[str, Any], ...]]


def share(bots: Sequence[Mapping[str, Any]], *, existing: Sequence[Document] = ()) -> Shared:
    """Replace what at least two bots say alike, or a document that exists says, by a reference.

    Names follow from the content alone, so that the same bots give the same names.
    """
    made: dict[str, tuple[Mapping[str, Any], ...]] = {}
    changed = tuple(dict(each["spec"]) for each in bots)
    for kind, field in _FIELDS.items():
        known = {_form(each.spec): each.name for each in existing if each.kind == kind}
        taken = {each.name for each in existing if each.kind == kind}
        written = {_form(spec[field]): spec[field] for spec in changed if field in spec}
        counted = Counter(_form(spec[field]) for spec in changed if field in spec)
        new = [form for form in sorted(written) if counted[form] > 1 and form not in known]
        names = dict(_named([(form, written[form]) for form in new], _NAMES[kind], taken=taken))
        for spec in changed:
            name = (known | names).get(_form(spec[field])) if field in spec else None
            if name is not None:
                spec[field] = {"ref": name}
        made[kind] = tuple(
            {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name}, "spec": written[form]}
            for form, name in sorted(names.items(), key=lambda pair: pair[1])
        )
    documents = {kind: each for kind, each in made.items() if each}
    return Shared(
        bots=tuple({**bot, "spec": spec} for bot, spec in zip(bots, changed, strict=True)), documents=documents
    )


def _form(spec: Any) -> str:
    """Give what makes two parts the same: lists of people, domains and events have no order."""
    return dumps(
        {name: sorted(value, key=str) if isinstance(value, list) else value for name, value in spec.items()}
    )


def _named(
    parts: Sequence[tuple[str, Any]], name_of: Callable[[Any], str], *, taken: set[str]
) -> Iterator[tuple[str, str]]:
    """Name each part; those that would be called alike get a piece of their hash, whatever else there is."""
    wished = [(form, key_of_name(name_of(spec)) or "shared") for form, spec in parts]
    alike = Counter(name for _, name in wished)
    for form, name in wished:
        piece = hashlib.sha256(form.encode("utf-8", "surrogatepass")).hexdigest()[:6]
        made = free_key(name if alike[name] == 1 else _with(name, piece), taken=taken)
        taken.add(made)
        yield form, made


def _with(name: str, piece: str) -> str:
    return f"{name[: LONGEST_KEY - len(piece) - 1].rstrip('-.')}-{piece}"


def _people(spec: Mapping[str, Any]) -> str:
    """Name people after the first of them: his login without the domain, or the beginning of his id."""
    first = str(next(iter([*spec.get("primary", ()), *spec.get("vice", ())]), ""))
    return first.partition("@")[0] if "@" in first else f"people-{first[:8]}"


def _policy(spec: Mapping[str, Any]) -> str:
    allowed = spec.get("allowedDomains", [])
    where = "all domains" if allowed == "all" else " ".join(map(str, allowed))
    rooms = {True: "rooms", False: "no rooms"}.get(spec.get("joinChatRoom", ""), "")
    return f"{rooms} {where}".strip()


def _callback(spec: Mapping[str, Any]) -> str:
    """Name a callback after its path, or its host where that says nothing."""
    parts = urlsplit(str(spec.get("url", "")))
    return parts.path.strip("/") or parts.hostname or ("off" if spec.get("enabled") is False else "callback")


_NAMES: Mapping[str, Callable[[Any], str]] = {
    "PersonInCharge": _people,
    "BotPolicy": _policy,
    "Callback": _callback,
}
