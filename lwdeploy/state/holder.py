"""Who holds a lease, in words that help the person who has to wait for it."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlsplit, urlunsplit

__all__ = ["Holder"]

_USERS = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "LOGNAME", "USER")
_JOB_URLS = (
    "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
    "{CI_JOB_URL}",  # GitLab
    "{BITBUCKET_GIT_HTTP_ORIGIN}/pipelines/results/{BITBUCKET_BUILD_NUMBER}",
    "{CIRCLE_BUILD_URL}",
    "{BUILDKITE_BUILD_URL}",
    "{BUILD_URL}",  # Jenkins
)
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """One run of lwdeploy: where it runs, who started it, since when (UTC), and its CI job if it has one.

    Holds nothing secret: it is stored beside the state and shown to whoever waits.
    """

    host: str
    pid: int
    user: str
    since: str
    job_url: str = ""

    def __str__(self) -> str:
        words = f"{self.user} on {self.host} (process {self.pid}) since {self.since}"
        return _printable(f"{words}, {self.job_url}" if self.job_url else words)

    @classmethod
    def here(cls, environ: Mapping[str, str], *, now: datetime) -> Self:
        """Describe this process; `now` must be aware of its time zone."""
        return cls(
            host=socket.gethostname(),
            pid=os.getpid(),
            user=next((environ[name] for name in _USERS if environ.get(name)), f"user {os.getuid()}"),
            since=now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            job_url=next(filter(None, (_job_url(each, environ) for each in _JOB_URLS)), ""),
        )

    def to_json(self) -> str:
        """Write the holder as one line of JSON."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self | None:
        """Read a holder back; None when the text is not one (torn, of another version, empty)."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError, RecursionError):
            return None


def _job_url(template: str, environ: Mapping[str, str]) -> str:
    """Fill in a template; empty when a variable is missing or the result is not a web address.

    User, password, query and fragment are left out: CI systems do put tokens there.
    """
    try:
        parts = urlsplit(template.format_map(environ))
    except (KeyError, ValueError):
        return ""
    if parts.scheme not in {"http", "https"}:
        return ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _printable(text: str) -> str:
    """Replace what a terminal would act upon: the text may come from a file that anybody wrote."""
    return "".join(each if each.isprintable() else "?" for each in text[:_LONGEST])
