"""One tree of errors: the type says what may be done next, the message tells a person."""

from __future__ import annotations

import inspect

import pytest

from lwdeploy.core import errors
from lwdeploy.core.diagnostics import Diagnostic, SourceRef
from lwdeploy.core.errors import (
    InvalidManifests,
    LwdeployError,
    Rejected,
    RemoteError,
    StateError,
    Unchangeable,
)

_ALL = [getattr(errors, name) for name in errors.__all__]


def test_every_error_is_public_and_belongs_to_the_one_tree() -> None:
    defined = {
        kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__
    }
    assert defined == set(_ALL)
    assert all(issubclass(kind, LwdeployError) for kind in defined)
    assert errors.__all__ == sorted(errors.__all__)


def test_the_tree_in_the_module_is_the_tree() -> None:
    drawn = errors.__doc__ or ""
    assert all(f"{kind.__name__} " in drawn or f"{kind.__name__}\n" in drawn for kind in _ALL)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("UserError", 1),
        ("InvalidManifests", 3),
        ("PlanRefused", 4),
        ("UnsafePlan", 4),
        ("StalePlan", 5),
        ("AmbiguousMatch", 4),
        ("QuotaExceeded", 4),
        ("RemoteError", 1),
        ("Rejected", 1),
        ("Unchangeable", 1),
        ("Throttled", 1),
        ("Unavailable", 1),
        ("OutcomeUnknown", 1),
        ("StateError", 1),
        ("Locked", 6),
        ("Corrupt", 1),
        ("LineageMismatch", 1),
        ("Interrupted", 130),
    ],
)
def test_every_error_ends_with_its_exit_code(name: str, code: int) -> None:
    assert getattr(errors, name).exit_code == code


def test_an_error_prints_what_happened_and_then_what_to_do() -> None:
    assert str(StateError("It is gone.", advice="Rebuild it.")) == "It is gone.\nRebuild it."
    assert str(StateError("It is gone.")) == "It is gone."


def test_a_remote_error_keeps_the_facts_that_decide_on_a_retry() -> None:
    silent = RemoteError("no answer", operation="createBot")
    refused = RemoteError("no", operation="createBot", status=400, code="INVALID_PARAMETER", advice="Fix it.")
    assert (silent.operation, silent.status, silent.code, silent.advice) == ("createBot", 0, "", "")
    assert (refused.status, refused.code, str(refused)) == (400, "INVALID_PARAMETER", "no\nFix it.")


@pytest.mark.parametrize(
    ("status", "code", "gone"),
    [(404, "", True), (400, "NONEXISTENT_BOT", True), (400, "", False), (403, "x", False)],
)
def test_a_refusal_says_whether_the_object_does_not_exist(status: int, code: str, *, gone: bool) -> None:
    assert Rejected("no", operation="getBot", status=status, code=code).is_gone is gone


def test_what_cannot_be_changed_was_refused() -> None:
    """Whoever gives up at a refusal gives up here, too."""
    assert issubclass(Unchangeable, Rejected)


def test_invalid_manifests_carry_every_finding() -> None:
    found = tuple(Diagnostic(rule=rule, message="", source=SourceRef(file="a")) for rule in ("LW001", "LW002"))
    error = InvalidManifests(found)
    assert error.diagnostics == found
    assert error.message.startswith("2 problem(s)")
