"""Objects that we own, that are to go, and that were not seen. Pure."""

from __future__ import annotations

from dataclasses import replace

from lwdeploy.core.kind import Kind
from lwdeploy.core.types import Action, Change, Spec

__all__ = ["unseen"]


def unseen(base: Change, *, observed: Spec, kind: Kind, bot_there: bool) -> Change:
    """Give the change for such an object; `base` forgets it, `observed` is how it was seen last.

    Where only a list tells, it is deleted all the same: a list that lags must not make it a stranger's.
    """
    if not kind.listed or not bot_there:
        return replace(base, reason="already gone from the tenant")
    why = "taken out of the manifest; no list shows it, and lists may lag"
    return replace(base, action=Action.DELETE, before=observed, reason=why)
