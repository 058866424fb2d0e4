"""Answers that are JSON and still not what the API documents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lwdeploy.core.errors import Unavailable

__all__ = ["understood"]


@contextmanager
def understood(operation: str, subject: str) -> Iterator[None]:
    """Stand around the reading of one answer, and nothing else: what cannot be read is no usable answer.

    A proxy's page or a changed API must be the problem of one bot, told as such, and not of the whole run.
    """
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise Unavailable(
            f"{operation} {subject}: the answer is not of the form that the API documents",
            operation=operation,
            status=200,
            advice="Nothing was concluded from it. Try again; if it stays, the API or a proxy has changed.",
        ) from error
