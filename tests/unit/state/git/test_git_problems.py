"""The words of git and of the hosting services, and what they are told as."""

from __future__ import annotations

import pytest

from lwdeploy.state.git_problems import diagnose, scrubbed
from lwdeploy.state.git_run import Ran


def said(words: str, *, out: bytes = b"", late: bool = False) -> Ran:
    return Ran(code=128, out=out, words=words, late=late)


@pytest.mark.parametrize(
    ("words", "told", "passing", "unsent"),
    [
        (
            "remote: Permission to acme/bots.git denied to ci.\nfatal: The requested URL returned error: 403",
            "this account may not",
            False,
            True,
        ),
        (
            "fatal: could not read Username for 'https://github.com': terminal prompts disabled",
            "may not",
            False,
            True,
        ),
        ("fatal: Authentication failed for 'https://gitlab.com/acme/bots.git/'", "may not", False, True),
        ("remote: HTTP Basic: Access denied\nfatal: unable to access 'https://x/'", "may not", False, False),
        (
            "ERROR: Permission to acme/bots.git denied to deploy key\nfatal: Could not read from remote",
            "may not",
            0,
            1,
        ),
        ("git@github.com: Permission denied (publickey).\nfatal: Could not read", "may not", False, True),
        (
            "Host key verification failed.\nfatal: Could not read from remote repository.",
            "server's key",
            False,
            True,
        ),
        ("remote: Repository not found.\nfatal: repository 'https://x/y/' not found", "no such repository", 0, 1),
        ("fatal: '/srv/x.git' does not appear to be a git repository", "no such repository", False, True),
        ("fatal: unable to access 'https://x/': Could not resolve host: x", "cannot be reached", True, False),
        (
            "fatal: unable to access 'https://x/': Failed to connect to x port 443: Connection refused",
            "reached",
            1,
            0,
        ),
        ("ssh: connect to host x port 22: Connection timed out\nfatal: Could not read", "cannot be reached", 1, 0),
        ("fatal: unable to access 'https://x/': server certificate verification failed", "not trusted", 0, 1),
        ("fatal: unable to access 'https://x/': SSL certificate problem: self-signed", "not trusted", 0, 1),
        ("error: RPC failed; curl 56 Recv failure\nfatal: the remote end hung up", "connection broke off", 1, 0),
        ("error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502", "broke off", True, False),
        ("fatal: unable to access 'https://x/': The requested URL returned error: 429", "broke off", True, False),
        ("fatal: protocol error: bad line length character: <htm", "broke off", True, False),
        (
            "error: remote unpack failed: index-pack abnormal exit\nremote: fatal: No space left on device",
            "room",
            0,
            0,
        ),
        ("fatal: mismatched algorithms: client sha1; server sha256", "different object formats", False, True),
        ("fatal: something that nobody has seen", "git failed", False, False),
        ("", "git failed", False, False),
    ],
)
def test_a_failure_of_git_is_told_in_words_with_advice(words: str, told: str, passing: bool, unsent: bool) -> None:  # noqa: FBT001
    """What git and the hosting services say leads to a cause, a next step, and whether to try again."""
    problem = diagnose(said(words), doing="write x")
    assert problem.error.message.startswith("cannot write x: ")
    assert told in problem.error.message
    assert problem.error.advice
    assert (problem.passing, problem.unsent) == (passing, unsent)
    assert problem.unknown == (told == "git failed")


def test_what_a_server_prints_never_proves_that_nothing_was_sent() -> None:
    """A hook may print anything before the connection breaks: only git's own words count."""
    words = "remote: config.txt: not found\nerror: RPC failed\nfatal: the remote end hung up unexpectedly"
    assert not diagnose(said(words)).unsent


def test_a_time_limit_is_told_whatever_was_said() -> None:
    """What git said before it was ended is shown, and is not the cause."""
    problem = diagnose(said("fatal: the remote end hung up unexpectedly", late=True))
    assert "time limit" in problem.error.message
    assert (problem.passing, problem.unsent, problem.unknown) == (False, False, False)


def test_a_refused_ref_is_told_with_the_servers_reason() -> None:
    """The reason stands in the last field of a line of `git push --porcelain`."""
    out = b"To https://u:s3cret@x/y\n!\tabc:refs/heads/x\t[remote rejected] (hook declined)\nDone\n"
    problem = diagnose(said("error: failed to push some refs to 'https://u:s3cret@x/y'", out=out))
    assert problem.said == "[remote rejected] (hook declined)"


def test_only_telling_lines_are_shown_once_and_in_one_line() -> None:
    """Progress, traces and repetitions are left out; what a terminal would act upon is masked."""
    words = (
        "16:03:01.1 trace: built-in: git push s3cret\nCompressing objects: 100%\nremote:   \n"
        "remote: \x1b[31mno\x1b[m   way\x07\nremote: \x1b[31mno\x1b[m   way\x07\n\x1b[1;31mfatal: end\x1b[m\n"
    )
    assert diagnose(said(words)).said == "remote: no way?; fatal: end"


def test_long_words_are_cut() -> None:
    """A server that prints a page does not fill the screen."""
    shown = diagnose(said("fatal: " + "x" * 10_000)).said
    assert len(shown) == 403
    assert shown.endswith("...")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("https://user:pass@x.example/y", "https://x.example/y"),
        ("'https://t0ken@x/y'", "'https://x/y'"),
        ("https://user:p@ss@x/y", "https://x/y"),
        ("ssh://git@x/y and HTTP://a:b@z", "ssh://x/y and HTTP://z"),
        ("https://x/y?private_token=abc&x=1 failed", "https://x/y failed"),
        ("https://x/@scope/y", "https://x/@scope/y"),
        ("git@github.com:acme/bots.git", "git@github.com:acme/bots.git"),
    ],
)
def test_addresses_lose_their_credentials(text: str, clean: str) -> None:
    """User, password and query go; what names the place stays."""
    assert scrubbed(text) == clean


def test_what_git_was_given_is_masked_wherever_it_appears() -> None:
    """Passwords and headers are known, so they are found in any form of message."""
    secrets = ("https://u:p%40ssword@x/y", "AUTHORIZATION: basic eHh4eHh4", "https://[broken", "https://x/y")
    text = "p@ssword p%40ssword eHh4eHh4 basic AUTHORIZATION: https://[broken x"
    assert scrubbed(text, secrets) == "*** *** *** basic AUTHORIZATION: *** x"
