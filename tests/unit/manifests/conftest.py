"""A project in a scratch folder, and short ways to ask what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from lwdeploy.core.diagnostics import Diagnostic
from lwdeploy.manifests.load import Loaded, load
from lwdeploy.manifests.validate import validate

BOT = "apiVersion: lwdeploy/v1\nkind: Bot\nmetadata: {name: helpdesk}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Files below one folder, read like a command reads them."""

    root: Path

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def load(self, *paths: str, stdin: bytes = b"") -> Loaded:
        return load(paths or (".",), root=self.root, stdin=lambda: stdin)

    def check(self, *paths: str) -> Sequence[Diagnostic]:
        loaded = self.load(*paths)
        found = [*loaded.diagnostics, *validate(loaded.documents)]
        return sorted(found, key=lambda each: each.sort_key)

    def one(self, text: str) -> Diagnostic:
        """Give the only finding in a file with this text."""
        self.write("bots.yaml", text)
        found = self.check()
        assert len(found) == 1, found
        return found[0]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(root=tmp_path)
