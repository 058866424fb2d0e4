"""A repository of our own, for the time of one run, and the one ref of the remote that it is about.

Nothing is ever written to the user's repository: not an object, not a ref, not a setting, not FETCH_HEAD.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lwdeploy.core.errors import StateError
from lwdeploy.state.git_access import LOCAL_SECONDS, REMOTE, clean, find_access, inherited
from lwdeploy.state.git_problems import Problem, diagnose
from lwdeploy.state.git_run import Ran, run
from lwdeploy.state.git_scratch import Scratch
from lwdeploy.state.git_tip import (
    NOTHING,
    README,
    README_TEXT,
    Change,
    Tip,
    message,
    parse_files,
    writes_in,
)
from lwdeploy.state.waiting import Sleep

__all__ = ["Failed", "Place", "Target"]

_TIP = "refs/lwdeploy/tip"
_PAUSES = (0.5, 2.0)  # between the tries of a read that broke off

# What the user's settings could say that must not hold here: hooks would run, a signature would ask for a
# passphrase, the repository of our own would be tidied up.
_FIXED = {
    "core.hooksPath": "/dev/null",
    "push.gpgSign": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
}
_AUTHOR = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "lwdeploy"), ("EMAIL", "lwdeploy@users.noreply.invalid"))
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Which ref of which remote, as configured, and what messages call it."""

    repository: Path
    remote: str
    ref: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A push that was not confirmed. `refused`: it is certain that it stored nothing; else it may have."""

    problem: Problem
    refused: bool


class Place:
    """The ref, seen from a fresh repository in a scratch folder. Raises StateError; see `find_access`.

    `last` is what was seen or written last, None before the first look. For one thread at a time.
    """

    def __init__(self, target: Target, *, env: Mapping[str, str], sleep: Sleep, seconds: float) -> None:
        self._target = target
        self.name = target.name
        self._sleep = sleep
        self._seconds = seconds
        self.last: Tip | None = None
        self.pushes = 0
        self._access = find_access(target.repository, target.remote, env=env)
        self._scratch = Scratch()
        self._git_dir = self._scratch.path / "git"
        self._index = self._scratch.path / "index"
        self._env = clean(env) | _AUTHOR | {"GIT_DIR": str(self._git_dir), "GIT_INDEX_FILE": str(self._index)}
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Remove the repository of our own."""
        self._scratch.close()

    def _prepare(self) -> None:
        self._local("init", "--quiet", "--bare", "--template=", f"--object-format={self._access.object_format}")
        settings = [
            *self._access.passed(inherited(self._env, git_dir=self._git_dir)),
            *_FIXED.items(),
            (f"remote.{REMOTE}.fetch", f"+{self._target.ref}:{_TIP}"),
        ]
        if self._access.ssh:
            self._env["GIT_SSH_COMMAND"] = self._access.ssh
        # In the environment: neither a process list nor a file shows them.
        self._env["GIT_CONFIG_COUNT"] = str(len(settings))
        for number, (key, value) in enumerate(settings):
            self._env |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}

    # --- reading

    def fetch(self) -> Tip:
        """Look at the remote; NOTHING when the ref does not exist. Tried again when the connection breaks off."""
        pauses = iter(_PAUSES)
        while True:
            ran = self._network("fetch", "--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head", REMOTE)
            if ran.code == 0:
                self.last = self._tip()
                return self.last
            problem = self._problem(ran, f"read {self._target.name}")
            # Where the protocol is old, git may say of one and the same fetch that the other end hung up as well.
            told = not problem.passing or "couldn't find remote ref" in ran.words
            if told and not ran.late and self._is_absent():
                self.last = NOTHING
                return NOTHING
            pause = next(pauses, None)
            if pause is None or not (problem.passing or problem.unknown):
                raise problem.error
            self._sleep(pause)

    def _is_absent(self) -> bool:
        """Tell whether the remote answers and has no such ref: git fetch says that in words only."""
        ran = self._network("ls-remote", "--quiet", REMOTE, self._target.ref)
        refs = {line.partition("\t")[2] for line in ran.out.decode(errors="replace").splitlines()}
        return ran.code == 0 and self._target.ref not in refs

    def _tip(self) -> Tip:
        found = self._local("cat-file", "--batch", given=f"{_TIP}\n".encode())
        head, _, content = found.partition(b"\n")
        commit, kind, _ = head.decode().split()
        if self.last is not None and self.last.commit == commit:
            return self.last
        writes = writes_in(content) if kind == "commit" else ()
        if not writes:
            raise self._foreign(commit)
        return Tip(commit=commit, writes=writes, files=parse_files(self._local("ls-tree", "-r", "-z", commit)))

    def blob(self, identity: str) -> bytes:
        """Give the content of a blob of the last tip."""
        return self._local("cat-file", "blob", identity)

    # --- writing

    def commit(self, tip: Tip, change: Change, write: str) -> Tip:
        """Make the commit that comes after `tip`; nobody else sees it yet."""
        blobs = {}
        if change.content is not None:
            blobs[change.path] = self._store(change.content)
        if not tip.commit:
            blobs[README] = self._store(README_TEXT)
        files = change.files(tip, blobs)
        self._index.unlink(missing_ok=True)
        lines = "".join(f"100644 {blob}\t{path}\0" for path, blob in files.items())
        self._local("update-index", "-z", "--index-info", given=lines.encode(errors="surrogateescape"))
        tree = self._word("write-tree")
        writes = tip.writes_with(write)
        return Tip(
            commit=self._word("commit-tree", tree, given=message(change, writes)), writes=writes, files=files
        )

    def push(self, made: Tip, *, over: Tip) -> Failed | None:
        """Put a commit in the place of exactly `over`. Once: it is not tried again here."""
        self.pushes += 1
        ref = self._target.ref
        lease = f"--force-with-lease={ref}:{over.commit}"
        ran = self._network("push", "--porcelain", "--no-verify", lease, REMOTE, f"{made.commit}:{ref}")
        if ran.code == 0:
            self.last = made
            return None
        problem = self._problem(ran, f"write {self._target.name}")
        rejected = any(line.startswith(b"!") and b"rejected]" in line for line in ran.out.splitlines())
        return Failed(problem=problem, refused=rejected or problem.unsent)

    def _store(self, content: bytes) -> str:
        return self._word("hash-object", "-w", "--no-filters", "--stdin", given=content)

    # --- git

    def _word(self, *args: str, given: bytes = b"") -> str:
        return self._local(*args, given=given).decode().strip()

    def _local(self, *args: str, given: bytes = b"") -> bytes:
        folder = self._scratch.path
        ran = run(args, env=self._env, cwd=folder, seconds=LOCAL_SECONDS, given=given)
        if ran.code:
            raise self._problem(ran, f"work on {self._target.name} in {folder}").error
        return ran.out

    def _network(self, *args: str) -> Ran:
        return run(args, env=self._env, cwd=self._access.folder, seconds=self._seconds)

    def _problem(self, ran: Ran, doing: str) -> Problem:
        return diagnose(ran, doing=doing, secrets=self._access.secrets())

    def _foreign(self, commit: str) -> StateError:
        return StateError(
            f"{self._target.name} is not a state of lwdeploy: something else made its newest commit {commit[:12]}",
            advice="Nothing was changed. Name a branch of its own in the Tenant: state: {git: {branch: ...}}. If "
            "somebody committed to the state's branch by hand, push the commit before that there again.",
        )
