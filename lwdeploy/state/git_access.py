"""How the user's own git would reach a remote: its address, credentials and settings, read without a change.

Everything is done in a repository of our own (see `git_place`), so that no checkout is touched. What git needs
to be let in often stands in the configuration of the checkout alone: CI systems put a header or a credential
helper there, sometimes under a condition on the folder. So git itself is asked, in the checkout, what holds.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from lwdeploy.core.errors import StateError
from lwdeploy.state.git_problems import diagnose
from lwdeploy.state.git_run import Ran, run

__all__ = ["LOCAL_SECONDS", "REMOTE", "Access", "find_access", "inherited", "outside"]

LOCAL_SECONDS = 30.0
"""For what needs no network and takes milliseconds."""

REMOTE = "lwdeploy-place"
"""What the remote is called in our own repository: not a name that the user's configuration could hold."""

_OLDEST = (2, 31)  # the first that takes settings through GIT_CONFIG_COUNT, where no process list shows them

# What git sets when it runs a hook, and what would make it look into another repository.
_LOCAL = re.compile(
    r"GIT_(ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|CONFIG|DIR|GRAFT_FILE|IMPLICIT_WORK_TREE|INDEX_FILE"
    r"|INTERNAL_SUPER_PREFIX|NAMESPACE|NO_REPLACE_OBJECTS|OBJECT_DIRECTORY|PREFIX|QUARANTINE_PATH"
    r"|REPLACE_REF_BASE|SHALLOW_FILE|WORK_TREE|DEFAULT_HASH|DEFAULT_REF_FORMAT|[A-Z]+_PATHSPECS"
    r"|(AUTHOR|COMMITTER)_DATE)"
)
_COMMANDED = re.compile(r"GIT_CONFIG_(PARAMETERS|COUNT|KEY_\d+|VALUE_\d+)")
_PASSED = re.compile(r"(credential|http|protocol|ssh)\..+|core\.(sshcommand|askpass|gitproxy)")
_PASSED_OF_REMOTE = ("proxy", "proxyauthmethod", "receivepack", "uploadpack")
_SILENT = {
    "LC_ALL": "C",  # its messages are read by `git_problems`
    "LANGUAGE": "",
    "GIT_TERMINAL_PROMPT": "0",
    "GCM_INTERACTIVE": "never",
    "SSH_ASKPASS_REQUIRE": "never",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One line of git's configuration and the scope that it comes from."""

    scope: str
    key: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What it takes to reach the remote from a repository of our own. The settings may hold credentials.

    `folder` is where git has to run: a remote may be a relative path.
    """

    folder: Path
    object_format: str
    settings: tuple[Setting, ...] = field(repr=False)
    ssh: str = field(repr=False)

    def passed(self, inherited: Iterable[Setting]) -> Iterator[tuple[str, str]]:
        """Give the settings that our repository has not got by itself: a header that came twice is sent twice."""
        known = Counter(inherited)
        for each in self.settings:
            if known[each]:
                known[each] -= 1
            elif _PASSED.fullmatch(each.key) or each.key.startswith(f"remote.{REMOTE}."):
                yield each.key, each.value

    def secrets(self) -> tuple[str, ...]:
        """Give what must not be shown, should git say it."""
        urls = (each.value for each in self.settings if each.key.endswith("url") and "://" in each.value)
        return (*urls, *(each.value for each in self.settings if each.key.endswith(".extraheader")))


def outside(env: Mapping[str, str]) -> dict[str, str]:
    """Give the environment for git without what binds it to a repository, and without a way to ask."""
    kept = {name: value for name, value in env.items() if not _LOCAL.fullmatch(name) and name != "SSH_ASKPASS"}
    return kept | _SILENT


def find_access(repository: Path, remote: str, *, env: Mapping[str, str]) -> Access:
    """Ask git, in a folder of the user's repository, how it reaches a remote.

    Raises StateError: no git, too old a git, no repository, no such remote.
    """

    def ask(*args: str) -> Ran:
        return run(args, env=outside(env), cwd=repository, seconds=LOCAL_SECONDS)

    _require_version(ask("version"))
    shape = ask("rev-parse", "--show-object-format", "--show-cdup")
    if shape.code:
        raise _no_repository(repository, shape)
    object_format, up, *_ = [*shape.out.decode(errors="surrogateescape").splitlines(), ""]
    found = ask("remote", "get-url", "--push", "--", remote)
    if found.code:
        raise _no_remote(repository, remote, ask("remote"))
    # One address for both directions: a read from elsewhere would not show what was written.
    url = found.out.decode(errors="surrogateescape").removesuffix("\n")
    settings = _settings(ask("config", "--list", "-z", "--show-scope"))
    return Access(
        folder=repository / up,
        object_format=object_format,
        settings=(*settings, *_of_remote(settings, remote), *_address(url)),
        ssh=_ssh(env, settings),
    )


def inherited(env: Mapping[str, str], *, git_dir: Path) -> tuple[Setting, ...]:
    """Give the settings that git has in a repository of our own before any are passed."""
    ours = clean(env) | {"GIT_DIR": str(git_dir)}
    listed = run(["config", "--list", "-z", "--show-scope"], env=ours, cwd=git_dir, seconds=LOCAL_SECONDS)
    return tuple(each for each in _settings(listed) if each.scope in {"system", "global"})


def clean(env: Mapping[str, str]) -> dict[str, str]:
    """Give the environment for git in a repository of our own, without settings."""
    return {name: value for name, value in outside(env).items() if not _COMMANDED.fullmatch(name)}


def _settings(listed: Ran) -> tuple[Setting, ...]:
    if listed.code:
        raise diagnose(listed, doing="read the configuration of git").error
    parts = listed.out.decode(errors="surrogateescape").split("\0")[:-1]
    return tuple(_setting(scope, line) for scope, line in zip(parts[::2], parts[1::2], strict=True))


def _setting(scope: str, line: str) -> Setting:
    key, newline, value = line.partition("\n")
    return Setting(scope=scope, key=key, value=value if newline else "true")


def _of_remote(settings: Iterable[Setting], remote: str) -> Iterator[Setting]:
    """Give the remote's own settings under the name that it has in our repository."""
    names = {f"remote.{remote}.{each}": f"remote.{REMOTE}.{each}" for each in _PASSED_OF_REMOTE}
    for each in settings:
        if each.key in names:
            yield Setting(scope="command", key=names[each.key], value=each.value)


def _address(url: str) -> Iterator[Setting]:
    for key in ("url", "pushurl"):
        yield Setting(scope="command", key=f"remote.{REMOTE}.{key}", value=url)


def _ssh(env: Mapping[str, str], settings: Iterable[Setting]) -> str:
    """Give the ssh command, told not to ask; empty where there is another program that we do not know."""
    configured = [each.value for each in settings if each.key == "core.sshcommand"]
    given = env.get("GIT_SSH_COMMAND") or (configured[-1] if configured else "")
    if not given:
        return "" if env.get("GIT_SSH") else "ssh -o BatchMode=yes"
    try:
        program = PurePath(shlex.split(given)[0]).name
    except (ValueError, IndexError):
        program = ""
    return f"{given} -o BatchMode=yes" if program == "ssh" else given


def _require_version(ran: Ran) -> None:
    found = re.match(rb"git version (\d+)\.(\d+)", ran.out)
    if found and (int(found[1]), int(found[2])) < _OLDEST:
        version = f"{int(found[1])}.{int(found[2])}"
        raise StateError(
            f"git {version} is too old for a state in a git repository",
            advice=f"Install git {_OLDEST[0]}.{_OLDEST[1]} or newer, or keep the state in another place.",
        )


def _no_repository(repository: Path, ran: Ran) -> StateError:
    if "dubious ownership" in ran.words:
        return StateError(
            f"git refuses to use {repository}: it belongs to another user",
            advice=f"Say that it is yours: git config --global --add safe.directory {repository}",
        )
    return StateError(
        f"{repository} is not in a git repository, and the state is kept in one ({diagnose(ran).said})",
        advice="Run in a clone of the repository (in CI: check it out first), or keep the state in another place.",
    )


def _no_remote(repository: Path, remote: str, listed: Ran) -> StateError:
    names = ", ".join(listed.out.decode(errors="replace").split()) or "none"
    return StateError(
        f"the state is kept in the remote {remote!r}, and {repository} has no such remote (but: {names})",
        advice=f"Add it (git remote add {remote} URL), or name another in the Tenant (state: git: remote).",
    )
