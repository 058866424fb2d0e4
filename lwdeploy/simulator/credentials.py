"""The credentials of a local tenant as an env file."""

import contextlib
import os
import tempfile
from pathlib import Path

from lwdeploy.simulator.identity import Identity

__all__ = ["env_text", "remove_file", "write_file"]


def env_text(identity: Identity, *, endpoint: str, token_url: str) -> str:
    """Return KEY=VALUE lines that a shell can source and simple parsers can read.

    Values with blanks stand in single quotes, inside which neither a shell nor a parser changes anything; the
    key is one line, its line breaks written as a backslash and an n.
    """
    key = identity.private_key.strip().replace("\n", "\\n")
    return (
        f"LWDEPLOY_ENDPOINT={endpoint}\n"
        f"LWDEPLOY_TOKEN_URL={token_url}\n"
        f"LWDEPLOY_CLIENT_ID={identity.client_id}\n"
        f"LWDEPLOY_CLIENT_SECRET={identity.client_secret}\n"
        f"LWDEPLOY_SERVICE_ACCOUNT={identity.service_account}\n"
        f"LWDEPLOY_PRIVATE_KEY='{key}\\n'\n"
        f"LWDEPLOY_DOMAIN_IDS={','.join(map(str, identity.domains))}\n"
    )


def write_file(path: Path, content: str) -> None:
    """Write the file at once and for its owner only: whoever sees it sees all of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def remove_file(path: Path, content: str) -> None:
    """Remove the file if it still is the one that was written."""
    with contextlib.suppress(FileNotFoundError):
        if path.read_text(encoding="utf-8") == content:
            path.unlink()
