"""A holder tells who runs where, and nothing that must stay secret."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime, timedelta, timezone

import pytest

from lwdeploy.state.holder import Holder

_NOW = datetime(2026, 1, 5, 18, 30, tzinfo=timezone(timedelta(hours=9)))


def test_it_describes_this_process_in_utc() -> None:
    holder = Holder.here({"USER": "taro"}, now=_NOW)
    assert holder == Holder(host=socket.gethostname(), pid=os.getpid(), user="taro", since="2026-01-05T09:30:00Z")


def test_it_reads_as_a_sentence() -> None:
    holder = Holder(host="h", pid=7, user="taro", since="2026-01-05T09:30:00Z")
    assert str(holder) == "taro on h (process 7) since 2026-01-05T09:30:00Z"


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, ""),
        (
            {
                "GITHUB_SERVER_URL": "https://github.com",
                "GITHUB_REPOSITORY": "acme/bots",
                "GITHUB_RUN_ID": "99",
            },
            "https://github.com/acme/bots/actions/runs/99",
        ),
        ({"CI_JOB_URL": "https://gitlab.example.com/j/1"}, "https://gitlab.example.com/j/1"),
        (
            {
                "BITBUCKET_GIT_HTTP_ORIGIN": "https://bitbucket.org/acme/bots",
                "BITBUCKET_BUILD_NUMBER": "3",
            },
            "https://bitbucket.org/acme/bots/pipelines/results/3",
        ),
        ({"BUILD_URL": "http://jenkins:8080/job/1/"}, "http://jenkins:8080/job/1/"),
        ({"BUILD_URL": "https://u:s3cret@ci.example.com/1?token=s3cret#s3cret"}, "https://ci.example.com/1"),
        ({"BUILD_URL": "javascript:alert(1)"}, ""),
        ({"BUILD_URL": "https://[broken"}, ""),
    ],
)
def test_the_job_url_comes_from_the_ci_system_without_its_secrets(environ: dict[str, str], url: str) -> None:
    holder = Holder.here(environ, now=_NOW)
    assert holder.job_url == url
    assert str(holder).endswith(url)


@pytest.mark.parametrize(
    ("environ", "user"),
    [
        ({"GITHUB_ACTOR": "hanako", "USER": "runner"}, "hanako"),
        ({"LOGNAME": "", "USER": "taro"}, "taro"),
        ({}, f"user {os.getuid()}"),
    ],
)
def test_the_user_is_the_person_behind_the_run(environ: dict[str, str], user: str) -> None:
    assert Holder.here(environ, now=datetime.now(UTC)).user == user


def test_it_survives_json(holder: Holder) -> None:
    assert Holder.from_json(holder.to_json()) == holder


@pytest.mark.parametrize("text", ["", '{"host": "h"', "[]", "1", '{"host": "h"}', '{"x": 1}', "[" * 99_999])
def test_what_is_not_a_holder_is_none(text: str) -> None:
    assert Holder.from_json(text) is None


def test_it_prints_no_control_characters_and_no_novels() -> None:
    holder = Holder(host="\x1b[2J\n", pid=1, user="x" * 10_000, since="")
    assert str(holder).isprintable()
    assert len(str(holder)) <= 200
    hostile = Holder(host="\x1b[2J\n", pid=1, user="u", since="now")
    assert str(hostile) == "u on ?[2J? (process 1) since now"
