"""The fixture `local_tenant` as other people's suites use it, in projects and processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from lwdeploy.simulator import LocalTenant

_SUITE = """
import urllib.request

import pytest

from lwdeploy.simulator import LocalTenant


@pytest.fixture
def local_tenant_settings():
    return {"plan": "free", "switches": {"absent-menu": "200-null"}}


def ask(tenant, path):
    with urllib.request.urlopen(tenant.control_url + path) as answer:
        return answer.read().decode()


def test_the_suite_sets_up_its_tenant(local_tenant: LocalTenant):
    assert '"botLimit":10,' in ask(local_tenant, "/settings")
    assert '"absent-menu":"200-null"' in ask(local_tenant, "/settings")


@pytest.mark.local_tenant(plan="standard", rate_limit="free")
class TestMarked:
    def test_a_mark_goes_over_the_fixture(self, local_tenant):
        assert '"botLimit":300,"rateLimit":"free"' in ask(local_tenant, "/settings")

    @pytest.mark.local_tenant(rate_limit="off")
    def test_the_closest_mark_has_the_last_word(self, local_tenant):
        assert '"botLimit":300,"rateLimit":"off"' in ask(local_tenant, "/settings")


def test_each_test_has_a_tenant_of_its_own(local_tenant):
    local_tenant.make_bots(10)
    assert len(local_tenant.snapshot()["bots"]) == 10
"""
_STRANGER = """
import sys


def test_nothing_of_the_tenant_is_loaded_where_nobody_asks():
    assert "lwdeploy.simulator.pytest_plugin" in sys.modules
    ours = {name for name in sys.modules if name.startswith("lwdeploy.")}
    assert ours == {"lwdeploy.simulator", "lwdeploy.simulator.pytest_plugin"}
    assert not {"starlette", "uvicorn", "cryptography"} & set(sys.modules)
"""
_WITHOUT_PARTS = """
import sys

sys.modules["uvicorn"] = None  # as if it were not installed


def test_it(local_tenant):
    raise AssertionError("never run")


def test_others_run():
    pass
"""


def suite(folder: Path, content: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run somebody's tests with the plugins that are installed, of which only ours is let in."""
    (folder / "test_suite.py").write_text(content)
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    ours = ["-p", "lwdeploy_local_tenant", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-q", "--strict-markers", "-W", "error", *ours, *options]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_plugin_is_an_entry_point() -> None:
    found = entry_points(group="pytest11", name="lwdeploy_local_tenant")
    assert [each.value for each in found] == ["lwdeploy.simulator.pytest_plugin"]


def test_a_suite_gets_a_tenant_set_up_as_it_likes(tmp_path: Path) -> None:
    """By a fixture of its own, by marks, and with strict markers and warnings as errors."""
    ran = suite(tmp_path, _SUITE)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "4 passed" in ran.stdout


def test_a_suite_that_asks_for_no_tenant_is_not_disturbed(tmp_path: Path) -> None:
    ran = suite(tmp_path, _STRANGER, "-s")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_missing_part_fails_only_the_tests_that_need_it_and_says_what_to_install(tmp_path: Path) -> None:
    ran = suite(tmp_path, _WITHOUT_PARTS)
    assert "1 passed, 1 error" in ran.stdout
    assert "local_tenant needs uvicorn: pip install 'lwdeploy[local]'" in ran.stdout
    assert "Traceback" not in ran.stdout


def test_the_fixture_is_an_empty_tenant_on_loopback(local_tenant: LocalTenant) -> None:
    assert local_tenant.endpoint.startswith("http://127.0.0.1:")
    assert local_tenant.log() == ()
    assert local_tenant.snapshot() == {"bots": []}


@pytest.mark.local_tenant(domains=(7,))
def test_the_fixture_takes_settings_here_too(local_tenant: LocalTenant) -> None:
    assert local_tenant.domain_ids == (7,)
