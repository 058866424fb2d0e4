"""The project that an import goes into: its manifests, what they declare, and the pictures beside them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lwdeploy.core.address import Address
from lwdeploy.core.diagnostics import Severity
from lwdeploy.core.errors import AmbiguousMatch
from lwdeploy.core.kind import TenantView
from lwdeploy.core.live import Listed
from lwdeploy.core.picture import Picture, Pictures
from lwdeploy.core.types import Desired
from lwdeploy.kinds import KINDS
from lwdeploy.manifests.document import Document
from lwdeploy.manifests.load import Loaded
from lwdeploy.manifests.resolve import resolve
from lwdeploy.manifests.validate import validate
from lwdeploy.manifests.validity import Validity

__all__ = ["Overlay", "Project", "refuse_unclaimed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The manifests that there are, and what they are judged by. Names of files are relative to `root`."""

    root: Path
    documents: Sequence[Document]
    tenant: TenantView
    pictures: Pictures
    users: Mapping[str, str]

    def text(self, name: str) -> str:
        """Give a file as it is."""
        return (self.root / name).read_bytes().decode("utf-8")

    def resolved(self, documents: Sequence[Document]) -> tuple[Desired, dict[str, str]]:
        """Give what documents declare, and the first error of each file that has one."""
        validity = Validity(documents)
        loaded = Loaded(documents=tuple(documents), diagnostics=(), skipped=0, files={})
        found = resolve(
            loaded,
            tenant=self.tenant,
            kinds=KINDS,
            whole_project=True,
            validity=validity,
            pictures=self.pictures,
        )
        errors: dict[str, str] = {}
        for each in (*validate(documents, validity=validity), *found.diagnostics):
            if each.severity is Severity.ERROR:
                errors.setdefault(each.source.file, f"{each.message} [{each.rule}]")
        return found.desired, errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """Looks at pictures as if those in `staging` lay in the project already."""

    desk: Pictures
    root: Path
    staging: Path

    def look(self, name: str, *, folder: Path) -> Picture:
        """Look at a picture as `Pictures.look` does."""
        file = Path(os.path.relpath(folder / name, self.root))
        new = self.staging / file
        if not new.exists():
            return self.desk.look(name, folder=folder)
        return replace(self.desk.look(new.name, folder=new.parent), file=file.as_posix())

    def trouble(self, recipe: Mapping[str, Any]) -> str:
        """Say why a recipe cannot be drawn, as `Pictures.trouble` does."""
        return self.desk.trouble(recipe)


def refuse_unclaimed(
    documents: Sequence[Document], rows: Sequence[Listed], *, known: Mapping[str, Address]
) -> None:
    """Raise AmbiguousMatch where a bot may be the one that a manifest declares; `known` are addresses by bot id.

    It would get a second manifest, and the next apply would make a second bot of the first one.
    """
    names = {row.name: row.remote_id for row in rows if row.remote_id not in known}
    keys = {address.name for address in known.values()}
    bots = [each for each in documents if each.kind == "Bot" and each.name not in keys]
    alike = {each.name: names[name] for each in bots if (name := _shown(each.spec.get("botName"))) in names}
    if alike:
        told = "\n  ".join(f"bot/{key} has the name of bot {bot_id}" for key, bot_id in alike.items())
        adopt = "; ".join(f"lwdeploy adopt bot/{key} {bot_id}" for key, bot_id in alike.items())
        raise AmbiguousMatch(
            f"Manifests declare bots that are not known to exist, and nothing was written:\n  {told}",
            advice=f"If they are the same: {adopt}. If not: apply first, and import then.",
        )


def _shown(name: Any) -> str:
    return str(name.get("default", "") if isinstance(name, Mapping) else name or "")
