"""From what the tenant shows to the lines of the manifests that have to change so that they say the same. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lwdeploy.manifests.document import Document
from lwdeploy.manifests.editing import REMOVED, Edit
from lwdeploy.manifests.references import Index, references_of

__all__ = ["Change", "changes_between", "laid", "users_of"]

NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One edit, and the document that it is made in; `place` is where in the Bot that document stands."""

    document: Document
    edit: Edit
    place: tuple[str, ...] = ()

    @property
    def shared(self) -> bool:
        """Whether other bots may stand on the document too."""
        return self.document.kind != "Bot"


def changes_between(
    bot: Document, old: Mapping[str, Any], new: Mapping[str, Any], *, known: Index
) -> Iterator[Change]:
    """Give the edits that make a Bot say `new` where it says `old` now, both its spec as it would be written.

    What both say alike is not touched, however the document says it. A value that stands in a document that the
    bot refers to is edited there.
    """
    mounts = {
        each.path: known[each.kind, each.key] for each in references_of(bot) if (each.kind, each.key) in known
    }
    yield from _changes(bot, (), old, new, mounts)


def _changes(
    bot: Document,
    path: tuple[str, ...],
    old: Any,
    new: Any,
    mounts: Mapping[tuple[str, ...], Document],
) -> Iterator[Change]:
    if old == new:
        return
    written = _at(bot.spec, path)
    if path in mounts and not _is_empty_menu(new):
        target = mounts[path]
        value = laid(target.spec, old, new)
        yield Change(document=target, edit=_edit(target, (), value), place=path)
    elif path not in mounts and all(isinstance(each, Mapping) for each in (written, old, new)):
        for key in dict.fromkeys((*new, *old)):
            yield from _changes(bot, (*path, key), old.get(key), new.get(key), mounts)
    else:
        value = REMOVED if new is None else new if path in mounts else laid(written, old, new)
        yield Change(document=bot, edit=_edit(bot, path, value))


def _is_empty_menu(value: Any) -> bool:
    """Tell whether a menu is to be no more: that is this bot's own affair."""
    return isinstance(value, Mapping) and value.get("actions") == []


def _edit(document: Document, path: tuple[str, ...], value: Any) -> Edit:
    return Edit(kind=document.kind, name=document.name, path=("spec", *path), value=value)


def _at(value: Any, path: Sequence[str]) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def laid(written: Any, old: Any, new: Any) -> Any:
    """Give `new` in the way that `written` says `old`: its order, its spelling, its fields beside them."""
    if old == new and written is not None:
        return written
    if isinstance(written, Mapping) and isinstance(new, str) and "default" in written:
        return {**written, "default": new}
    if all(isinstance(each, Mapping) for each in (written, old, new)):
        return _laid_mapping(written, old, new)
    if all(isinstance(each, list) for each in (written, old, new)):
        return _laid_list(written, old, new)
    return new


def _laid_mapping(written: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    kept = {
        key: laid(value, old.get(key), new.get(key)) if key in new else value
        for key, value in written.items()
        if key in new or key not in old
    }
    added = {key: value for key, value in new.items() if key not in written and old.get(key) != value}
    return {**kept, **added}


def _laid_list(written: list[Any], old: list[Any], new: list[Any]) -> list[Any]:
    if any(isinstance(each, Mapping) for each in (*written, *new)):
        return _laid_objects(written, old, new)
    told = {_word(each): each for each in new}
    kept = [each for each in written if _word(each) in told]
    return kept + [each for each in new if _word(each) not in {*map(_word, written)}]


def _word(value: Any) -> str:
    return str(value).lower()


def _laid_objects(written: list[Any], old: list[Any], new: list[Any]) -> list[Any]:
    names = [_named(each) for each in (written, old, new)]
    if all(each is not None for each in names):
        before, former, after = (each or {} for each in names)
        kept = [laid(value, former.get(key), after[key]) for key, value in before.items() if key in after]
        return kept + [value for key, value in after.items() if key not in before]
    if len(written) == len(old) == len(new):
        return [laid(*each) for each in zip(written, old, new, strict=True)]
    return new


def _named(values: list[Any]) -> dict[str, Any] | None:
    """Give objects by their names; None where one has none."""
    if not all(isinstance(each, Mapping) and "name" in each for each in values):
        return None
    return {str(each["name"]): each for each in values}


def users_of(document: Document, documents: Sequence[Document]) -> tuple[Document, ...]:
    """Give the bots that refer to a document."""
    return tuple(
        bot
        for bot in documents
        if bot.kind == "Bot"
        and any((each.kind, each.key) == (document.kind, document.name) for each in references_of(bot))
    )
