"""Credentials and settings: as the user's git finds them, sent once, shown never, and without a question."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lwdeploy.core.errors import StateError
from lwdeploy.state.git_access import find_access
from tests.unit.state.git.server import GitServer
from tests.unit.state.git.world import World

_TOKEN = "s3cret-t0ken-of-ci"
_BASIC = "Basic " + base64.b64encode(f"x-access-token:{_TOKEN}".encode()).decode()


@pytest.fixture
def closed(server: GitServer) -> GitServer:
    """A server that lets in nobody without the token."""
    server.credentials = _BASIC
    return server


def _header_in_checkout(world: World, server: GitServer) -> None:
    """As actions/checkout did it for years."""
    world.git("config", "--local", f"http.http://127.0.0.1:{server.port}/.extraheader", f"AUTHORIZATION: {_BASIC}")


def _header_under_a_condition(world: World, server: GitServer) -> None:
    """As actions/checkout does it since: a file elsewhere, included for this folder only."""
    file = world.folder / "credentials.config"
    file.write_text(f'[http "http://127.0.0.1:{server.port}/"]\n\textraheader = AUTHORIZATION: {_BASIC}\n')
    world.git("config", "--local", f"includeIf.gitdir:{world.checkout}/.git.path", str(file))


def _header_under_a_global_condition(world: World, _server: GitServer) -> None:
    """As people with several accounts do it."""
    file = world.folder / "work.config"
    file.write_text(f"[http]\n\textraheader = AUTHORIZATION: {_BASIC}\n")
    world.git("config", "--global", f"includeIf.gitdir:{world.checkout}/.path", str(file))


def _header_of_the_user(world: World, _server: GitServer) -> None:
    world.git("config", "--global", "http.extraheader", f"AUTHORIZATION: {_BASIC}")


def _header_in_the_environment(world: World, _server: GitServer) -> None:
    world.env |= {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "http.extraheader",
        "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: {_BASIC}",
    }


def _helper_in_checkout(world: World, _server: GitServer) -> None:
    world.env["CI_TOKEN"] = _TOKEN
    world.git(
        "config",
        "--local",
        "credential.helper",
        "!f() { echo username=x-access-token; echo password=$CI_TOKEN; }; f",
    )


def _helper_of_the_user(world: World, server: GitServer) -> None:
    store = world.folder / "home" / ".git-credentials"
    store.write_text(f"http://x-access-token:{_TOKEN}@127.0.0.1%3a{server.port}\n")
    world.git("config", "--global", "credential.helper", "store")


def _url_of_gitlab(world: World, server: GitServer) -> None:
    world.git("remote", "set-url", "origin", server.url(f"x-access-token:{_TOKEN}@"))


def _rewritten_url(world: World, server: GitServer) -> None:
    world.git("remote", "set-url", "origin", "https://git.example.invalid/remote.git")
    base = f"http://x-access-token:{_TOKEN}@127.0.0.1:{server.port}/"
    world.git("config", "--local", f"url.{base}.insteadOf", "https://git.example.invalid/")


def _askpass(world: World, _server: GitServer) -> None:
    program = world.program("askpass", f'case "$1" in User*) echo x-access-token;; *) echo {_TOKEN};; esac')
    world.env["GIT_ASKPASS"] = str(program)


@pytest.mark.parametrize(
    "give",
    [
        _header_in_checkout,
        _header_under_a_condition,
        _header_under_a_global_condition,
        _header_of_the_user,
        _header_in_the_environment,
        _helper_in_checkout,
        _helper_of_the_user,
        _url_of_gitlab,
        _rewritten_url,
        _askpass,
    ],
)
def test_credentials_are_found_where_git_finds_them(
    world: World, closed: GitServer, temporary: Path, give: Callable[[World, GitServer], None]
) -> None:
    """Whatever lets the user's git in lets us in, each header is sent once, and none is written to a file."""
    give(world, closed)
    blobs = world.blobs()
    assert blobs.get("a") is None
    blobs.put("a", b"1", expected=None)
    assert closed.authorizations
    assert {len(each) for each in closed.authorizations} <= {0, 1}
    kept = b"".join(path.read_bytes() for path in temporary.rglob("*") if path.is_file())
    assert _TOKEN.encode() not in kept
    assert _BASIC.encode() not in kept


@pytest.mark.usefixtures("closed")
def test_without_credentials_nobody_is_asked(world: World) -> None:
    """No prompt on any way: an error at once that says what kind of credentials would do."""
    asked = world.folder / "asked"
    world.env |= {"SSH_ASKPASS": str(world.program("ask", f"touch {asked}")), "DISPLAY": ":0"}
    with pytest.raises(StateError, match="this account may not read or not write there") as raised:
        world.blobs().get("a")
    assert "contents: write" in raised.value.advice
    assert not asked.exists()
    assert world.pauses == []


@pytest.mark.usefixtures("closed")
def test_nobody_is_asked_at_a_terminal_either(world: World) -> None:
    """A person's terminal is not used for a question either: it would hang a run that nobody watches."""
    program = (
        "import os, pty, sys\n"
        "from tests.unit.state.git.child import main\n"
        "pid, terminal = pty.fork()\n"
        "if pid == 0:\n"
        "    main(sys.argv[1:])\n"
        "    os._exit(0)\n"
        "said = b''\n"
        "while True:\n"
        "    try:\n"
        "        part = os.read(terminal, 1000)\n"
        "    except OSError:\n"
        "        break\n"
        "    if not part:\n"
        "        break\n"
        "    said += part\n"
        "sys.stdout.buffer.write(said)\n"
    )
    root = Path(__file__).resolve().parents[4]
    said = subprocess.run(
        [sys.executable, "-c", program, "get", str(world.checkout), "a"],
        env={**os.environ, **world.env, "PYTHONPATH": str(root)},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    assert "this account may not read" in said
    assert "Username" not in said.replace("could not read Username", "")


@pytest.mark.parametrize(
    "userinfo", [f"x-access-token:{_TOKEN}@", f"{_TOKEN}@", "u:p%40ss-" + _TOKEN + "@", f"u:p@ss-{_TOKEN}@"]
)
def test_no_error_shows_what_an_address_holds(world: World, closed: GitServer, userinfo: str) -> None:
    """User and password of an address are taken out of every message."""
    closed.credentials = "Basic none"
    for url in (closed.url(userinfo), f"http://{userinfo}127.0.0.1:9/x?private_token={_TOKEN}"):
        world.git("remote", "set-url", "origin", url)
        with pytest.raises(StateError) as raised:
            world.blobs().get("a")
        cause: BaseException | None = raised.value
        while cause is not None:
            assert _TOKEN not in f"{cause}{cause!r}"
            cause = cause.__cause__ or cause.__context__


def test_a_server_that_repeats_the_credentials_does_not_get_them_shown(world: World, server: GitServer) -> None:
    """A hook that prints the header it was sent meets a mask."""
    _header_in_checkout(world, server)
    world.hook("pre-receive", f"echo 'you sent {_BASIC} you' >&2; exit 1")
    with pytest.raises(StateError, match=r"you sent Basic \*\*\* you"):
        world.blobs().put("a", b"1", expected=None)


def test_what_is_kept_in_memory_does_not_show_credentials(world: World, server: GitServer) -> None:
    """Even a debugger's view of the settings has no values."""
    _header_in_checkout(world, server)
    world.git("remote", "set-url", "origin", server.url(f"u:{_TOKEN}@"))
    access = find_access(world.checkout, "origin", env=world.env)
    shown = f"{access!r} {access.settings!r} {list(access.settings)}"
    assert _TOKEN not in shown
    assert _BASIC not in shown


def test_reads_and_writes_go_to_one_address(world: World, server: GitServer) -> None:
    """A remote that is fetched from a mirror and pushed to the master is read where it is written."""
    mirror = world.folder / "mirror.git"
    world.git("init", "-q", "--bare", str(mirror), at=world.folder)
    world.git("remote", "set-url", "origin", str(mirror))
    world.git("remote", "set-url", "--push", "origin", server.url())
    blobs = world.blobs()
    blobs.put("a", b"1", expected=None)
    assert blobs.get("a") is not None
    assert world.tip()
    world.git("config", "--unset", "remote.origin.pushurl")
    world.git("remote", "set-url", "origin", "https://git.example.invalid/remote.git")
    world.git(
        "config", "--local", f"url.http://127.0.0.1:{server.port}/.pushInsteadOf", "https://git.example.invalid/"
    )
    assert world.blobs().get("a") is not None


def test_the_remotes_own_settings_are_kept(world: World) -> None:
    """What is set for the remote alone, such as its programs or its proxy, holds for us too."""
    real = world.git("--exec-path").strip()
    for service in ("receive", "upload"):
        script = f'echo {service} >> "{world.folder}/used"; exec {real}/git-{service}-pack "$@"'
        world.git("config", f"remote.origin.{service}pack", str(world.program(f"{service}-pack", script)))
    world.blobs().put("a", b"1", expected=None)
    assert "receive" in (world.folder / "used").read_text().split()
    world.git("remote", "set-url", "origin", "http://git.example.invalid/x.git")
    world.git("config", "remote.origin.proxy", "http://127.0.0.1:9")
    with pytest.raises(StateError, match=r"127\.0\.0\.1"):
        world.blobs().get("a")


def test_a_setting_without_a_value_is_a_true_one(world: World) -> None:
    """`[http] sslVerify` alone means true, also after it was handed on."""
    with (world.checkout / ".git" / "config").open("a") as file:
        file.write("[http]\n\tproactiveAuth\n\tsslVerify\n")
    settings = {each.key: each.value for each in find_access(world.checkout, "origin", env=world.env).settings}
    assert settings["http.sslverify"] == "true"


def _ssh(world: World, name: str) -> Path:
    """Make an ssh that runs the command here, noting what it was told."""
    return world.program(name, f'echo "$0 $*" >> "{world.folder}/ssh"\nfor last; do :; done\neval "exec $last"')


@pytest.mark.parametrize("where", ["path", "environment", "setting", "program"])
def test_ssh_is_used_as_git_would_and_told_not_to_ask(world: World, where: str) -> None:
    """Over ssh: the user's command, from wherever it is configured, in batch mode where it is an ssh."""
    program = _ssh(world, "ssh")
    world.git("remote", "set-url", "origin", f"ssh://git@git.example.invalid{world.remote}")
    if where == "path":
        world.env["PATH"] = f"{program.parent}:{world.env['PATH']}"
    elif where == "environment":
        world.env["GIT_SSH_COMMAND"] = f"{program} -i 'a key'"
    elif where == "setting":
        world.git("config", "core.sshCommand", f"{program} -i 'a key'")
    else:
        world.env["GIT_SSH"] = str(program)
    world.blobs().put("a", b"1", expected=None)
    assert world.tip()
    lines = (world.folder / "ssh").read_text().splitlines()
    assert ("BatchMode=yes" in lines[0]) == (where != "program")
    assert ("a key" in lines[0]) == (where in {"environment", "setting"})


@pytest.mark.parametrize("command", ["plink -batch", "'unbalanced", " "])
def test_an_ssh_command_that_is_none_we_know_is_left_alone(world: World, command: str) -> None:
    """What takes no option of ssh gets none."""
    world.env["GIT_SSH_COMMAND"] = command
    assert find_access(world.checkout, "origin", env=world.env).ssh == command


def test_an_unknown_host_and_a_refused_key_are_told(world: World) -> None:
    """The words of ssh tell the two causes apart."""
    world.git("remote", "set-url", "origin", "git@git.example.invalid:acme/bots.git")
    for words, told in (
        ("Host key verification failed.", "ssh does not know the server's key"),
        ("git@git.example.invalid: Permission denied (publickey).", "this account may not read"),
    ):
        world.env["GIT_SSH_COMMAND"] = str(world.program("refuse", f"echo '{words}' >&2; exit 255"))
        with pytest.raises(StateError, match=told) as raised:
            world.blobs().get("a")
        assert words.rstrip(".") in raised.value.message
