"""`init`: writes a small commented project that validates, plans and applies at once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from string import Template

from lwdeploy.commands.schema import run as schema
from lwdeploy.core.errors import UserError

__all__ = ["run"]

_ROOT = Template("""\
# yaml-language-server: $$schema=lwdeploy.schema.json
# The root of the project. Everything below this folder belongs to it.
apiVersion: lwdeploy/v1
kind: Project
metadata: {name: "$name"}
spec:
  # Who we are in a tenant that others use too. Never change it: interrupted runs are recognised by it.
  id: "$id"
---
# Where to deploy. This one is the local tenant: it runs on this machine and needs no account.
apiVersion: lwdeploy/v1
kind: Tenant
metadata:
  name: local
  annotations: {lwdeploy/default: "true"}
spec:
  endpoint: local
  domains: {head-office: 10000001}
  defaults:
    # The service insists on a picture; a bot may leave it to the tenant.
    photoUrl: https://static.example.com/bot.png
---
# The real one. Fill in the domain id, set the four variables, and use: lwdeploy plan -t production
apiVersion: lwdeploy/v1
kind: Tenant
metadata: {name: production}
spec:
  endpoint: https://www.worksapis.com/v1.0
  plan: standard
  domains: {head-office: 10000001}
  auth:
    # References, never values: env, file or exec.
    clientId: {env: LWDEPLOY_CLIENT_ID}
    clientSecret: {env: LWDEPLOY_CLIENT_SECRET}
    serviceAccount: {env: LWDEPLOY_SERVICE_ACCOUNT}
    privateKey: {env: LWDEPLOY_PRIVATE_KEY}
  state:
    file: {path: state/production.json}
  defaults:
    photoUrl: https://static.example.com/bot.png
""")

_PEOPLE = """\
# yaml-language-server: $schema=lwdeploy.schema.json
# Persons in charge stand here once: when somebody leaves, this is the one line to change.
apiVersion: lwdeploy/v1
kind: PersonInCharge
metadata: {name: it-desk}
spec:
  primary: [admin@example.com]
  vice: []
"""

_BOT = """\
# yaml-language-server: $schema=../lwdeploy.schema.json
apiVersion: lwdeploy/v1
kind: Bot
metadata:
  name: hello            # the key: it never reaches the tenant, and stays when the bot is renamed
spec:
  botName:
    default: Hello
    ja_JP: こんにちは
    ko_KR: 안녕하세요
  description: Says hello
  pic: {ref: it-desk}
  policy:
    joinChatRoom: false  # may not be invited into group rooms
  domains:
    # Without a registration nobody sees the bot.
    - name: head-office
      visible: true
      permission: all
  menus:
    persistent:
      actions:
        - {type: message, label: Help, text: help}
        - {type: uri, label: Portal, uri: "https://portal.example.com"}
"""

_IGNORE = b".lwdeploy/"


def run(folder: Path) -> tuple[Path, ...]:
    """Write the starter project into `folder` and give the files written; overwrites nothing.

    A `.gitignore` that is there gets one line more, unless it has it. Raises UserError, naming them, when
    other files are in the way.
    """
    files = _files(folder.resolve().name)
    taken = [name for name in files if (folder / name).exists()]
    if taken:
        raise UserError(
            f"Already there, and not overwritten: {', '.join(taken)}",
            advice="Use an empty folder: lwdeploy init FOLDER.",
        )
    outer = next((each for each in folder.resolve().parents if (each / "lwdeploy.yaml").is_file()), None)
    if outer is not None:
        raise UserError(
            f"{outer} is a project already, and all below it belongs to it",
            advice="Make the new project beside it, or add bots to that one.",
        )
    try:
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content, encoding="utf-8")
        ignoring = _ignore(folder / ".gitignore")
    except OSError as error:
        raise UserError(f"{error.filename or folder} cannot be written: {error.strerror}") from error
    return (*(folder / name for name in files), *ignoring)


def _files(name: str) -> Mapping[str, str]:
    key = "".join(each if each.isascii() and each.isalnum() else "-" for each in name.lower())[:63].strip("-")
    return {
        "lwdeploy.yaml": _ROOT.substitute(id=secrets.token_hex(4), name=key or "bots"),
        "people.yaml": _PEOPLE,
        "bots/hello.yaml": _BOT,
        "lwdeploy.schema.json": schema(None),
    }


def _ignore(path: Path) -> tuple[Path, ...]:
    """Have git ignore what lwdeploy keeps here; give the file when it was written. Its bytes may be any."""
    before = path.read_bytes() if path.exists() else b""
    if _IGNORE in before.split(b"\n"):
        return ()
    gap = b"\n" if before and not before.endswith(b"\n") else b""
    path.write_bytes(before + gap + _IGNORE + b"\n")
    return (path,)
