"""`state trash list|show`: the bots that lwdeploy deleted, and the manifests that make them anew."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from lwdeploy.commands.request import Request
from lwdeploy.commands.stores import open_store
from lwdeploy.commands.trash_document import SUFFIX, Kept, decode
from lwdeploy.commands.workspace import choose_tenant, errors_in, open_workspace
from lwdeploy.core.errors import Corrupt, InvalidManifests, UserError
from lwdeploy.state.store import Store

__all__ = ["Listing", "listing", "show", "write"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What the trash of one state keeps, the newest first; the name of the place; what cannot be read of it."""

    kept: tuple[Kept, ...]
    backend: str
    damaged: tuple[Corrupt, ...] = ()


def listing(request: Request) -> Listing:
    """Read all of a tenant's trash, offline."""
    with _opened(request) as store:
        return _listing(store)


def _listing(store: Store) -> Listing:
    found: list[Kept] = []
    damaged: list[Corrupt] = []
    for name in _names(store):
        try:
            found.append(_read(store, name))
        except Corrupt as error:
            damaged.append(error)
    newest = sorted(found, key=lambda each: (each.when, each.name), reverse=True)
    return Listing(kept=tuple(newest), backend=store.describe(), damaged=tuple(damaged))


def show(request: Request, *, name: str) -> Kept:
    """Give one document by the name that the list shows; UserError when there is none of that name."""
    with _opened(request) as store:
        names = _names(store)
        if name not in names:
            raise UserError(
                f"The trash of {store.describe()} has no {name!r}",
                advice=f"It has: {', '.join(names) or 'nothing'}.",
            )
        return _read(store, name)


def write(kept: Kept, folder: Path) -> tuple[Path, ...]:
    """Write the manifest and its pictures into a folder and give the files; overwrites nothing."""
    files = {f"{kept.key}.yaml": kept.manifest.encode(), **kept.pictures}
    taken = [name for name in files if (folder / name).exists()]
    if taken:
        raise UserError(
            f"Already there, and not overwritten: {', '.join(taken)}", advice="Name another folder with --out."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise UserError(f"{error.filename or folder} cannot be written: {error.strerror}") from error
    return tuple(folder / name for name in files)


def _opened(request: Request) -> AbstractContextManager[Store]:
    workspace = open_workspace(request)
    if errors_in(workspace.diagnostics):
        raise InvalidManifests(workspace.diagnostics)
    return open_store(request, choose_tenant(request, workspace), root=workspace.root)


def _names(store: Store) -> list[str]:
    return [name.removesuffix(SUFFIX) for name in store.kept() if name.endswith(SUFFIX)]


def _read(store: Store, name: str) -> Kept:
    stored = store.kept_content(name + SUFFIX)
    if stored is None:
        raise UserError(f"{name!r} was just taken out of the trash of {store.describe()}")
    return decode(stored, name=name)
