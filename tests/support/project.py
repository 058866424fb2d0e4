"""A project on disk and the command line that works on it, inside this process or as one of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest
import yaml

from lwdeploy.cli.main import main
from lwdeploy.simulator import LocalTenant

__all__ = ["ADMIN", "DOMAINS", "PROGRAM", "PROJECT_ID", "MakeTenant", "Project", "Run", "least", "settle"]

MakeTenant = Callable[..., LocalTenant]

PROGRAM = Path(sys.executable).with_name("lwdeploy")
PROJECT_ID = "7f3a91c2"
ADMIN = "admin@example.com"
DOMAINS: Mapping[str, int] = {"tokyo": 10000001, "osaka": 10000002, "kyoto": 10000003}
PHOTO = "https://static.example.com/bot.png"
API_VERSION = "lwdeploy/v1"
PROCESS_SECONDS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How one command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What stdout holds as JSON."""
        return json.loads(self.out)

    @property
    def summary(self) -> str:
        """The last line on stdout."""
        return self.out.rstrip("\n").rpartition("\n")[2]


def least(name: str, **spec: Any) -> dict[str, Any]:
    """Give the spec of a bot that declares as little as possible, and `spec` on top."""
    return {"botName": name, "description": f"{name} answers", "pic": {"primary": [ADMIN]}, **spec}


def settle(process: subprocess.Popen[str]) -> Run:
    """Wait for a process to end, for a bounded time."""
    out, err = process.communicate(timeout=PROCESS_SECONDS)
    return Run(code=process.returncode, out=out, err=err)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A folder with `lwdeploy.yaml`; `env` holds the credentials of its tenant."""

    root: Path
    env: dict[str, str] = field(default_factory=dict)

    @classmethod
    def found(cls, root: Path, tenant: LocalTenant, **spec: Any) -> Self:
        """Make a project whose only Tenant document is `tenant`; `spec` is laid over that document's."""
        project = cls(root=root, env=_credentials(tenant))
        project.write(
            "lwdeploy.yaml",
            _document("Project", "acme-bots", {"id": PROJECT_ID}),
            _document("Tenant", "acme", _tenant_spec(tenant) | spec),
        )
        return project

    def write(self, path: str, *documents: Mapping[str, Any]) -> Path:
        """Write a manifest of one or more documents."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(yaml.safe_dump_all(documents, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return target

    def bot(self, key: str, /, **spec: Any) -> Path:
        """Write the manifest of a bot."""
        return self.write(f"bots/{key}.yaml", _document("Bot", key, spec))

    def define(self, kind: str, key: str, /, **spec: Any) -> Path:
        """Write the manifest of something that bots refer to."""
        return self.write(f"shared/{key}.yaml", _document(kind, key, spec))

    def drop(self, key: str) -> None:
        """Delete the manifest of a bot."""
        (self.root / "bots" / f"{key}.yaml").unlink()

    def run(self, *argv: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Run:
        """Run one command inside this process."""
        out, err = io.StringIO(), io.StringIO()
        code: object = None
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.chdir(self.root)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            for name, value in {**self.env, **(env or {})}.items():
                patch.setenv(name, value)
            try:
                main(list(argv))
            except SystemExit as ended:
                code = ended.code
        assert isinstance(code, int), f"main ended with {code!r}"
        return Run(code=code, out=out.getvalue(), err=err.getvalue())

    def start(self, *argv: str, env: Mapping[str, str] | None = None, **options: Any) -> subprocess.Popen[str]:
        """Start one command as a process; `settle` waits for it."""
        streams: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
        }
        return subprocess.Popen(
            options.pop("program", [str(PROGRAM)]) + list(argv),
            cwd=self.root,
            env={**os.environ, **self.env, **(env or {})},
            text=True,
            **(streams | options),
        )

    def process(self, *argv: str, env: Mapping[str, str] | None = None, **options: Any) -> Run:
        """Run one command as a process of its own."""
        return settle(self.start(*argv, env=env, **options))

    # --- what is asked most often ------------------------------------------------------------------

    def apply(self, *argv: str) -> Run:
        """Apply without asking, and insist that it works."""
        ran = self.run("apply", "--auto-approve", *argv)
        assert ran.code == 0, ran
        return ran

    def ids(self) -> dict[str, str]:
        """Give the remote id of every address that the state remembers."""
        resources = self.run("state", "show", "--format", "json").json["resources"]
        return {address: entry["remote_id"] for address, entry in resources.items()}

    def expect_settled(self, tenant: LocalTenant) -> None:
        """Insist that a plan finds nothing to do, and that applying it writes nothing."""
        planned = self.run("plan", "--detailed-exitcode")
        assert planned.code == 0, planned.out + planned.err
        tenant.clear_log()
        assert self.run("apply", "--auto-approve").code == 0
        written = [entry for entry in tenant.log() if entry.method != "GET" and entry.operation != "issueToken"]
        assert written == []

    @property
    def state_path(self) -> Path:
        """Where the state of the project's tenant is kept by default."""
        return self.root / ".lwdeploy" / "state" / "acme.json"


def _document(kind: str, name: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name}, "spec": dict(spec)}


def _tenant_spec(tenant: LocalTenant) -> dict[str, Any]:
    return {
        "endpoint": tenant.endpoint,
        "tokenUrl": tenant.token_url,
        "domains": dict(DOMAINS),
        "defaults": {"photoUrl": PHOTO},
    }


def _credentials(tenant: LocalTenant) -> dict[str, str]:
    return {
        "LWDEPLOY_CLIENT_ID": tenant.client_id,
        "LWDEPLOY_CLIENT_SECRET": tenant.client_secret,
        "LWDEPLOY_SERVICE_ACCOUNT": tenant.service_account,
        "LWDEPLOY_PRIVATE_KEY": tenant.private_key,
    }
