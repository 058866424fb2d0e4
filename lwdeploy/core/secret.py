"""Credentials by reference."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SecretRef"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRef:
    """Where a credential is to be found; never the credential itself. Exactly one field is set.

    `env` names an environment variable, `file` a path relative to the manifest that names it (made absolute
    by the loader), `exec` a command whose standard output is the value (run without a shell).
    """

    env: str | None = None
    file: str | None = None
    exec: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.env is not None:
            return f"environment variable {self.env}"
        return f"file {self.file}" if self.file is not None else f"command {self.exec[0]}"
