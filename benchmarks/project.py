"""Projects of any size for the benchmarks."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

__all__ = ["lwdeploy", "write"]

PROGRAM = Path(sys.executable).with_name("lwdeploy")

_ROOT = """\
apiVersion: lwdeploy/v1
kind: Project
metadata: {name: benchmark}
spec: {id: bench001}
---
apiVersion: lwdeploy/v1
kind: Tenant
metadata: {name: local}
spec:
  endpoint: local
  domains: {head-office: 10000001}
  defaults: {photoUrl: https://static.example.com/bot.png}
---
apiVersion: lwdeploy/v1
kind: PersonInCharge
metadata: {name: desk}
spec: {primary: [admin@example.com], vice: []}
"""

_BOT = """\
apiVersion: lwdeploy/v1
kind: Bot
metadata: {{name: bot-{number:04}}}
spec:
  botName: {{default: Bot {number}, ja_JP: ボット {number}}}
  description: Number {number}
  pic: {{ref: desk}}
  policy: {{joinChatRoom: false}}
  domains:
    - {{name: head-office, visible: true, permission: all}}
  menus:
    persistent:
      actions:
        - {{type: message, label: {{default: Help, ja_JP: 使い方}}, postback: help}}
"""


def write(root: Path, *, bots: int) -> None:
    """Write a project with a file for each bot; every bot has a registration and a persistent menu."""
    (root / "bots").mkdir(parents=True)
    (root / "lwdeploy.yaml").write_text(_ROOT, encoding="utf-8")
    for number in range(1, bots + 1):
        (root / "bots" / f"{number:04}.yaml").write_text(_BOT.format(number=number), encoding="utf-8")


def lwdeploy(root: Path, *argv: str) -> tuple[float, str]:
    """Run a command in a project; give its wall time and what it wrote to stdout."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("LWDEPLOY_")}
    began = time.perf_counter()
    ended = subprocess.run([PROGRAM, *argv], cwd=root, env=env, check=True, capture_output=True, text=True)
    return time.perf_counter() - began, ended.stdout
