"""`schema`: prints the JSON Schema of manifests, for editors and for other tools."""

from __future__ import annotations

from lwdeploy.core.errors import UserError
from lwdeploy.manifests.schemas import schema_names, schema_text

__all__ = ["run"]

ALL = "lwdeploy"


def run(kind: str | None) -> str:
    """Give the schema of one kind, or the one that covers every kind; UserError for an unknown kind."""
    name = kind or ALL
    by_word = {each.replace("-", "").lower(): each for each in schema_names()}
    found = by_word.get(name.replace("-", "").lower())
    if found is None:
        raise UserError(
            f"There is no schema for {kind!r}", advice=f"There is one for: {', '.join(sorted(schema_names()))}."
        )
    return schema_text(found)
