"""Runs that are quick enough to be many; the job's assertions say what they found."""

from __future__ import annotations

import pytest

from tests.support.swift import spare_keys_and_certificates

pytest.register_assert_rewrite("tests.matrix.job", "tests.matrix.lounge")


@pytest.fixture(autouse=True)
def swift(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs inside this process begin at once."""
    spare_keys_and_certificates(monkeypatch)
