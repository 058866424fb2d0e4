"""Requests go only where a token may travel."""

from __future__ import annotations

import pytest

from lwdeploy.api.endpoints import DEFAULT_TOKEN_URL, base_url, token_url
from lwdeploy.core.errors import UserError


@pytest.mark.parametrize(
    ("endpoint", "base"),
    [
        ("https://www.worksapis.com/v1.0/", "https://www.worksapis.com/v1.0"),
        (" http://127.0.0.1:8080/v1.0 ", "http://127.0.0.1:8080/v1.0"),
        ("http://localhost:1", "http://localhost:1"),
        ("http://[::1]:1/x", "http://[::1]:1/x"),
    ],
)
def test_https_and_this_machine_are_taken(endpoint: str, base: str) -> None:
    """A trailing slash makes no difference."""
    assert base_url(endpoint) == base


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "local",
        "www.worksapis.com",
        "ftp://host/",
        "https://",
        "http://tenant.example/",
        "http://127.0.0.1.example/",
        "https://user:canary@host/",
        "https://host/?key=canary",
        "https://host/#canary",
        "https://host:99999/",
        "https://[::1",
    ],
)
def test_anything_else_is_refused(endpoint: str) -> None:
    """For base URL and token URL alike; nothing of a password is shown."""
    with pytest.raises(UserError) as caught:
        base_url(endpoint)
    assert "canary" not in str(caught.value)
    with pytest.raises(UserError) as caught:
        token_url("https://host/", given=endpoint or "x")
    assert "canary" not in str(caught.value)


def test_only_the_public_service_has_a_default_token_url() -> None:
    """Any other endpoint must say where its tokens come from (reference 1.1)."""
    assert token_url("https://www.worksapis.com/v1.0") == DEFAULT_TOKEN_URL
    assert token_url("https://www.worksapis.com/v1.0", given="https://other/token") == "https://other/token"
    with pytest.raises(UserError, match="issues tokens"):
        token_url("https://tenant.example/v1.0")
