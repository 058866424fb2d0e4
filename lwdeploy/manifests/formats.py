"""Whether a file of a machine format is what its schema says: plans come from artifacts that others can edit."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from lwdeploy.manifests.schemas import format_schema

__all__ = ["misfit"]

LONGEST = 200


def misfit(content: Any, *, form: str) -> str | None:
    """Say where and why `content` does not fit the schema of a machine format; None when it does."""
    error = best_match(Draft202012Validator(format_schema(form)).iter_errors(content))
    if error is None:
        return None
    place = ".".join(map(str, error.absolute_path)) or "the file"
    return f"{place}: {error.message[:LONGEST]}"
