"""The tenant in the foreground, and its credentials file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import lwdeploy
from lwdeploy.simulator import LocalTenant, Settings, serve

if TYPE_CHECKING:
    from tests.simulator.conftest import Begin

_SERVE = """
import sys
from pathlib import Path
from lwdeploy.simulator import serve

folder = Path(sys.argv[1])
serve(
    data=folder / "tenant.db",
    credentials_file=folder / "tenant.env",
    announce=lambda tenant: print(tenant.credentials_env(), end="", flush=True),
)
print("stopped", flush=True)
"""
_NAMES = ("ENDPOINT", "TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET", "SERVICE_ACCOUNT", "PRIVATE_KEY", "DOMAIN_IDS")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_served_tenant_leaves_nothing_but_its_data(tmp_path: Path, number: signal.Signals) -> None:
    """The credentials file is there while it serves, for the owner only, in place of one that was left over."""
    credentials = tmp_path / "tenant.env"
    credentials.write_text("left by a killed one")
    environment = {**os.environ, "PYTHONPATH": str(Path(lwdeploy.__file__).parents[1])}
    command = [sys.executable, "-c", _SERVE, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in _NAMES]
        assert credentials.read_text() == "".join(lines)
        assert credentials.stat().st_mode & 0o777 == 0o600
        process.send_signal(number)
        assert process.stdout.read() == "stopped\n"
        assert process.wait() == 0
    assert [path.name for path in tmp_path.iterdir()] == ["tenant.db"]


def served(tmp_path: Path, settings: Settings) -> LocalTenant:
    """Serve from a thread until the tenant is announced, stop, and return it."""
    seen: list[LocalTenant] = []
    stop = threading.Event()

    def announce(tenant: LocalTenant) -> None:
        seen.append(tenant)
        stop.set()

    serving = threading.Thread(
        target=serve,
        kwargs={
            "data": None,
            "credentials_file": tmp_path / "x.env",
            "settings": settings,
            "announce": announce,
            "until": stop,
        },
    )
    serving.start()
    serving.join()
    assert not list(tmp_path.iterdir())
    return seen[0]


def test_a_tenant_can_be_served_from_any_thread(
    tmp_path: Path, private_key: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert served(tmp_path, Settings(private_key=private_key)).endpoint.startswith("http://127.0.0.1:")
    assert caplog.records == []


def test_a_tenant_says_so_when_other_machines_can_reach_it(
    tmp_path: Path, private_key: str, caplog: pytest.LogCaptureFixture
) -> None:
    tenant = served(tmp_path, Settings(private_key=private_key, host="0.0.0.0"))  # noqa: S104 - the point
    assert tenant.endpoint.startswith("http://127.0.0.1:")
    assert "every machine that reaches it" in caplog.text


def test_a_credentials_file_that_cannot_be_written_stops_the_tenant(tmp_path: Path, private_key: str) -> None:
    """The data is free again, and no half-written file is left."""
    place = tmp_path / "taken.env"
    settings = Settings(private_key=private_key)

    def take(_: object) -> None:
        raise AssertionError("never announced")

    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        serve(data=tmp_path / "x.db", credentials_file=tmp_path / "folder" / "x" / "y", announce=take)
    place.mkdir()
    (place / "x").touch()
    with pytest.raises(OSError, match=r"taken\.env"):
        serve(data=tmp_path / "x.db", credentials_file=place, settings=settings, announce=take)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "taken.env", "x.db"]


def test_the_credentials_survive_a_shell_and_a_simple_parser(begin: Begin, tmp_path: Path) -> None:
    """Both read the same values; the key becomes the PEM text when escapes are turned to line breaks."""
    tenant = begin().tenant
    file = tmp_path / "tenant.env"
    file.write_text(tenant.credentials_env())
    by_parser = {}
    for line in file.read_text().splitlines():
        name, _, value = line.partition("=")
        by_parser[name] = value.strip("'\"")
    script = f"set -a; . {file}; set +a; " + "".join(f'printf "%s\\n" "$LWDEPLOY_{name}"; ' for name in _NAMES)
    printed = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
    by_shell = dict(zip([f"LWDEPLOY_{name}" for name in _NAMES], printed.splitlines(), strict=True))
    assert by_shell == by_parser
    assert by_shell["LWDEPLOY_PRIVATE_KEY"].replace("\\n", "\n") == tenant.private_key
    assert by_shell["LWDEPLOY_ENDPOINT"] == tenant.endpoint
    assert by_shell["LWDEPLOY_DOMAIN_IDS"] == ",".join(map(str, tenant.domain_ids))
