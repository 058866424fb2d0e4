"""`preview`: every menu as a picture with its areas, and a page of the whole project. Offline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lwdeploy.commands.preview_bots import BotShown, Content, MenuShown, bots_of, preview_of
from lwdeploy.commands.request import Request
from lwdeploy.commands.workspace import Workspace, desired_for, offline_tenant, open_workspace
from lwdeploy.core.diagnostics import Diagnostic
from lwdeploy.core.errors import UserError
from lwdeploy.core.localized import DEFAULT, LANGUAGES
from lwdeploy.views.preview import page

__all__ = ["Previewed", "run"]

PAGE = "index.html"
_MADE_BY = b"Made by lwdeploy"
_NAME = re.compile(rf".+\.({'|'.join((DEFAULT, *LANGUAGES))})\.png")


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """What a preview consists of: its folder, all its files, those of them that changed, and those removed."""

    folder: Path
    files: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


def run(request: Request, *, out: Path) -> Previewed:
    """Draw the preview of a project into the folder `out`, which may hold an older preview and nothing else.

    The same project gives the same bytes. Raises InvalidManifests with every finding, and UserError where the
    folder is somebody else's or cannot be written, or where a font is missing.
    """
    workspace = open_workspace(request)
    desired, found = desired_for(workspace, offline_tenant(request, workspace), targets=request.targets)
    folder = request.cwd / out
    try:
        before = _former(folder)
        files = _drawn(bots_of(desired), title=_title(workspace), content=workspace.pictures.content)
        changed = tuple(name for name in sorted(files) if _written(folder / name, files[name]))
        removed = tuple(sorted(before - set(files)))
        for name in removed:
            (folder / name).unlink()
    except OSError as error:
        raise UserError(f"The preview cannot be written to {out}: {error.strerror}") from error
    return Previewed(
        folder=folder, files=tuple(sorted(files)), changed=changed, removed=removed, diagnostics=found
    )


def _title(workspace: Workspace) -> str:
    names = (each.name for each in workspace.loaded.documents if each.kind == "Project")
    return next(names, workspace.root.resolve().name)


def _former(folder: Path) -> set[str]:
    """Give the files of the preview that is there, which the new one may replace."""
    if not folder.is_dir() or not any(folder.iterdir()):
        return set()
    index = folder / PAGE
    if not index.is_file() or _MADE_BY not in index.read_bytes():
        raise UserError(
            f"The folder {folder.name} holds something else: nothing was written",
            advice="Name an empty folder, or one with a former preview: --out FOLDER.",
        )
    found = (path.relative_to(folder).as_posix() for path in folder.glob("*/*.png") if _NAME.fullmatch(path.name))
    return {PAGE, *found}


def _drawn(bots: tuple[BotShown, ...], *, title: str, content: Content) -> dict[str, bytes]:
    files = {
        f"{_folder(bot)}/{name}": picture
        for bot in bots
        for menu in bot.menus
        for name, picture in _pictures(menu, content)
    }
    return files | {PAGE: page(preview_of(bots, title=title, content=content)).encode()}


def _folder(bot: BotShown) -> str:
    """Give the folder of a bot's pictures; a key may have dots, and so be the name of the page."""
    return f"{bot.key}.menus" if bot.key == PAGE else bot.key


def _pictures(menu: MenuShown, content: Content) -> Iterator[tuple[str, bytes]]:
    from lwdeploy.pictures.fonts import Fonts  # noqa: PLC0415  slow to load
    from lwdeploy.pictures.overlay import overlay  # noqa: PLC0415

    fonts = Fonts()
    for language in menu.languages:
        picture = content(menu.picture(language))
        yield f"{menu.key}.{language}.png", overlay(picture, menu.notes(language), language=language, fonts=fonts)


def _written(path: Path, content: bytes) -> bool:
    """Write a file unless it is there with the very content; tell whether it was written."""
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return True
