"""`lwdeploy simulate` as a user types it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from lwdeploy.simulator import SWITCHES
from tests.simulator.conftest import BEARER
from tests.support.project import Project, Run, settle

_FLAGS: Mapping[str, tuple[str, ...]] = {
    "switch": ("absent-menu=200-null", "expires-in=string"),
    "token-lifetime": ("3600",),
    "refresh-rotation": (),
    "strict-directory": (),
    "callback-route": ("https://bots.example.com=http://127.0.0.1:9",),
}


@contextmanager
def served(
    folder: Path, *flags: str, env: Mapping[str, str] | None = None
) -> Iterator[tuple[Any, dict[str, str]]]:
    """Serve in a process of its own; give the process and the credentials."""
    credentials = folder / "tenant.env"
    with Project(root=folder).start("simulate", "--credentials", str(credentials), *flags, env=env) as process:
        try:
            deadline = time.monotonic() + 60
            while not credentials.exists():
                assert process.poll() is None, settle(process)
                assert time.monotonic() < deadline
                time.sleep(0.01)
            lines = credentials.read_text(encoding="utf-8").splitlines()
            yield process, {name: value.strip("'") for name, _, value in (line.partition("=") for line in lines)}
        finally:
            process.terminate()


def sign_in(env: Mapping[str, str]) -> dict[str, Any]:
    now = int(time.time())
    claims = {
        "iss": env["LWDEPLOY_CLIENT_ID"],
        "sub": env["LWDEPLOY_SERVICE_ACCOUNT"],
        "iat": now,
        "exp": now + 60,
    }
    key = env["LWDEPLOY_PRIVATE_KEY"].replace("\\n", "\n")
    fields = {"grant_type": BEARER, "assertion": jwt.encode(claims, key, algorithm="RS256"), "scope": "bot"}
    return ask_token(env, **fields)


def ask_token(env: Mapping[str, str], **fields: str) -> dict[str, Any]:
    client = {"client_id": env["LWDEPLOY_CLIENT_ID"], "client_secret": env["LWDEPLOY_CLIENT_SECRET"]}
    answer: dict[str, Any] = httpx.post(env["LWDEPLOY_TOKEN_URL"], data=client | fields, trust_env=False).json()
    return answer


@pytest.mark.parametrize("by", ["flags", "variables"])
def test_every_setting_has_a_flag_and_a_variable(tmp_path: Path, by: str) -> None:
    log = tmp_path / "log.jsonl"
    given = {**_FLAGS, "log": (str(log),)}
    flags = [
        word for name, values in given.items() for each in values or [""] for word in (f"--{name}", each) if word
    ]
    env = {f"LWDEPLOY_{name.upper().replace('-', '_')}": " ".join(values) or "1" for name, values in given.items()}
    with served(tmp_path, *(flags if by == "flags" else ()), env=env if by == "variables" else {}) as (_, found):
        control = found["LWDEPLOY_ENDPOINT"].replace("/v1.0", "/_control")
        settings = httpx.get(f"{control}/settings", trust_env=False).json()
        first = sign_in(found)
        second = ask_token(found, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert settings["switches"]["absent-menu"] == "200-null"
    assert settings["strictDirectory"] is True
    assert settings["callbackRoutes"] == {"https://bots.example.com": "http://127.0.0.1:9"}
    assert first["expires_in"] == "3600"
    assert second["refresh_token"] != first["refresh_token"]
    assert [json.loads(line)["operation"] for line in log.read_text().splitlines()] == ["issueToken"] * 2


def test_it_listens_on_loopback_and_says_so_when_told_otherwise(tmp_path: Path) -> None:
    said = {}
    for host in ("127.0.0.1", "0.0.0.0"):  # noqa: S104 - the point
        with served(tmp_path, "--host", host) as (process, _):
            process.terminate()
            said[host] = settle(process)
    assert "every machine that reaches it can use it" not in said["127.0.0.1"].err
    assert "listens on 0.0.0.0: every machine that reaches it can use it" in said["0.0.0.0"].err  # noqa: S104
    assert said["127.0.0.1"].out == ""


def test_the_switches_are_listed_with_readings_default_and_source(tmp_path: Path) -> None:
    listed = Project(root=tmp_path).run("simulate", "--list-switches")
    assert (listed.code, listed.err) == (0, "")
    blocks = listed.out.strip().split("\n\n")
    assert len(blocks) == len(SWITCHES)
    for block, switch in zip(blocks, SWITCHES, strict=True):
        first, meaning, source = block.splitlines()
        assert first == f"{switch.name} = {switch.default} (default) | {' | '.join(switch.readings[1:])}"
        assert meaning.strip() == switch.meaning
        assert source.strip() == f"Source: {switch.source}."


def refused(folder: Path, *flags: str) -> Run:
    ran = Project(root=folder).run("simulate", *flags)
    assert ran.code == 1, ran
    assert "Traceback" not in ran.err
    return ran


def test_what_cannot_be_served_is_told_with_what_to_do(tmp_path: Path) -> None:
    assert "NAME=READING" in refused(tmp_path, "--switch", "tokens").err
    assert "no switch is called 'x'" in refused(tmp_path, "--switch", "x=y").err
    wrong = refused(tmp_path, "--switch", "tokens=y").err
    assert "choose from independent, newest-only" in wrong
    assert "--list-switches" in wrong
    assert "ORIGIN=URL" in refused(tmp_path, "--callback-route", "x").err
    for flag in ("--log", "--data"):
        assert "a folder that can be written to" in refused(tmp_path, flag, str(tmp_path / "none" / "x")).err
    assert "name another --host" in refused(tmp_path, "--host", "192.0.2.1").err
    (tmp_path / "notes").write_text("no database " * 100)
    assert "name another --data" in refused(tmp_path, "--data", str(tmp_path / "notes")).err


def test_a_taken_port_is_told_with_what_to_do(tmp_path: Path) -> None:
    with served(tmp_path) as (_, env):
        port = env["LWDEPLOY_ENDPOINT"].rpartition(":")[2].partition("/")[0]
        assert "Name another --port" in refused(tmp_path, "--port", port).err
