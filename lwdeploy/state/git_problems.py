"""What git said, in words that help: what is wrong, whether it may pass by itself, what to do next.

git tells most of its failures in English only. The words choose what a person is told and whether one more try
is worth while. Of what was stored they tell one thing only: that git itself says it was never let in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lwdeploy.core.errors import StateError
from lwdeploy.state.git_run import Ran

__all__ = ["Problem", "diagnose", "scrubbed"]

_LONGEST = 400
_TELLING = re.compile(r"(?:fatal|error|remote|ssh|\[)|.*(?:denied|verification failed)", re.IGNORECASE)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_NOISE = re.compile(r"error: failed to push some refs|remote:$|\[new |\[up to date", re.IGNORECASE)
_USERINFO = re.compile(r"([a-z][a-z0-9+.-]*://)[^/\s'\"]*@", re.IGNORECASE)
_QUERY = re.compile(r"(://[^\s'\"?]*)\?[^\s'\"]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A failure of git.

    `passing`: another try may succeed. `unsent`: it was never let in, so that it can have changed nothing.
    `unknown`: we have no words of our own for it.
    """

    error: StateError
    said: str
    passing: bool
    unsent: bool
    unknown: bool


@dataclass(frozen=True, slots=True)
class _Sort:
    signs: str
    words: str
    advice: str
    passing: bool = False
    unsent: bool = False


_NETWORK = "Check the network and the address of the remote, then run again."

# The first that fits counts: servers say several of these at once.
_SORTS = (
    _Sort(r"stale info|fetch first", "somebody else wrote there at the same time", "Run again.", passing=True),
    _Sort(
        r"exists; cannot create",
        "the repository has a branch whose name begins like this one's",
        "Name another branch in the Tenant: state: {git: {branch: ...}}.",
    ),
    _Sort(
        r"cannot lock ref|unable to create .*\.lock|failed to update ref|incorrect old value",
        "another run is writing there",
        "Run again. If it stays so, look for a `.lock` file in the repository on the server.",
        passing=True,
    ),
    _Sort(
        r"non-fast-forward|force[ -]?push",
        "the server does not let this branch be replaced (it forbids forced pushes)",
        "Allow forced pushes to this one branch for the account of this run: each write replaces its only commit.",
    ),
    _Sort(
        r"signed push|push certificate|verified signature|must be signed|push cert",
        "the server takes only signed pushes or commits",
        "Take this branch out of that rule: lwdeploy does not sign.",
    ),
    _Sort(
        r"\blfs\b|GH008",
        "the server asks for Git LFS",
        "Take this branch out of that rule: it holds small files only, which are stored as they are.",
    ),
    _Sort(
        r"protected branch|GH006|GH013|rule violations|protected ref",
        "the branch is protected",
        "Let the account of this run push to this one branch, forced pushes too, or name a branch without rules.",
    ),
    _Sort(
        r"hook declined|declined by",
        "a hook of the server refused it",
        "Take this branch out of that rule, or name another one in the Tenant: state: {git: {branch: ...}}.",
    ),
    _Sort(
        r"currently checked out",
        "the remote is a working copy that has this very branch checked out",
        "Use a bare repository, or name another branch in the Tenant: state: {git: {branch: ...}}.",
    ),
    _Sort(
        r"host key verification failed",
        "ssh does not know the server's key",
        "Add it to known_hosts: connect once by hand, or ssh-keyscan in CI (and compare it).",
        unsent=True,
    ),
    _Sort(
        r"authentication failed|could not read (username|password)|permission (to .* )?denied|access denied"
        r"|publickey|error: 40[13]\b|HTTP (Basic|40[13])|write access|not allowed to push|insufficient permission",
        "this account may not read or not write there",
        "Give this run credentials that may write there, as git finds them: a helper, a header, ssh "
        "(GitHub Actions: permissions: {contents: write}; GitLab: a token with write_repository).",
        unsent=True,
    ),
    _Sort(
        r"repository .*not (be )?found|not found|does not appear to be a git repository|not a git repository"
        r"|does not exist|error: 404\b",
        "there is no such repository, or this account may not see it",
        "Check the address of the remote (git remote -v) and the credentials of this run.",
        unsent=True,
    ),
    _Sort(
        r"mismatched algorithms|object format|hash algorithm",
        "the checkout and the remote use different object formats",
        "Clone the remote anew.",
        unsent=True,
    ),
    _Sort(
        r"no space left|disk quota|out of diskspace|file too large|over quota",
        "there is no room left",
        "Make room, then run again.",
    ),
    _Sort(
        r"certificate|ssl_|gnutls_handshake",
        "the encrypted connection was not trusted",
        "Check the address and the certificates of this machine (git: http.sslCAInfo).",
        unsent=True,
    ),
    _Sort(
        r"could not resolve|couldn't resolve|failed to connect|couldn't connect|unable to connect"
        r"|network is unreachable|no route to host|connection (refused|timed out)|name or service not known",
        "the server cannot be reached",
        _NETWORK,
        passing=True,
    ),
    _Sort(
        r"hung up|early eof|connection (was )?(reset|closed)|reset by peer|broken pipe|rpc failed|empty reply"
        r"|recv failure|unexpected disconnect|bad line length|remote failure|failed to report"
        r"|error: (5\d\d|429)\b|transfer closed|protocol error|index-pack",
        "the connection broke off",
        _NETWORK,
        passing=True,
    ),
)
_LATE = _Sort("", "it took longer than the time limit", _NETWORK)
_OTHER = _Sort("", "git failed", "Try the same by hand (git fetch, git push) to see more.")


def diagnose(ran: Ran, *, doing: str = "use git", secrets: Iterable[str] = ()) -> Problem:
    """Say what went wrong in a run of git, without credentials. `doing` completes "cannot ...".

    `secrets` are settings that git was given: URLs and headers.
    """
    said = _excerpt((*_refusals(ran.out), *ran.words.splitlines()), secrets)
    sort = (
        _LATE
        if ran.late
        else next((each for each in _SORTS if re.search(each.signs, said, re.IGNORECASE)), _OTHER)
    )
    message = f"cannot {doing}: {sort.words}"
    return Problem(
        error=StateError(f"{message} ({said})" if said else message, advice=sort.advice),
        said=said,
        passing=sort.passing,
        unsent=sort.unsent and re.search(sort.signs, _without_server(said), re.IGNORECASE) is not None,
        unknown=sort is _OTHER,
    )


def scrubbed(text: str, secrets: Iterable[str] = ()) -> str:
    """Take out credentials: user, password and query of addresses, headers, and whatever `secrets` hold."""
    for word in sorted({word for each in secrets for word in _words(each)}, key=len, reverse=True):
        text = text.replace(word, "***")
    return _QUERY.sub(r"\1", _USERINFO.sub(r"\1", text))


def _words(secret: str) -> Iterable[str]:
    """Give the parts of a URL or of a header that must not be seen."""
    if "://" not in secret:
        return [word for word in secret.split() if len(word) > 7 and not word.endswith(":")]
    try:
        parts = urlsplit(secret)
        held = [parts.password or parts.username or "", parts.query]
    except ValueError:
        return [secret]
    return [form for each in held if len(each) > 3 for form in {each, unquote(each)}]


def _without_server(said: str) -> str:
    """Leave out what programs of the server have said: they may say anything, and at any time."""
    return "; ".join(part for part in said.split("; ") if not part.startswith("remote:"))


def _refusals(told: bytes) -> list[str]:
    """Give what `git push --porcelain` tells of refs that were not moved: the last field of their lines."""
    lines = told.decode(errors="replace").splitlines()
    return [line.rpartition("\t")[2] for line in lines if line.startswith("!\t")]


def _excerpt(spoken: Iterable[str], secrets: Iterable[str]) -> str:
    """Give the lines that tell something, as one line that a terminal can print."""
    plain = (" ".join(_COLOUR.sub("", line).split()) for line in spoken)
    lines = [line for line in plain if _TELLING.match(line) and not _NOISE.match(line)]
    text = scrubbed("; ".join(dict.fromkeys(lines)), secrets)
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return "".join(each if each.isprintable() else "?" for each in short)
