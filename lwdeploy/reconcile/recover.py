"""What to do when a write was sent and no answer came: look first, and only then write again."""

from __future__ import annotations

from collections.abc import Callable

from lwdeploy.core.errors import OutcomeUnknown, RemoteError
from lwdeploy.core.kind import RootAdapter
from lwdeploy.core.live import LiveResource
from lwdeploy.core.types import Change, Mark
from lwdeploy.planning.match import mark_key
from lwdeploy.reconcile.engine import Engine

__all__ = ["reserve"]

LOOKS = (0.0, 1.0, 2.0)  # seconds before each look: the list may lag behind the create
ATTEMPTS = 2


def reserve(change: Change, *, adapter: RootAdapter, engine: Engine, project: str) -> LiveResource:
    """Create a bot under its mark, surviving a lost answer.

    After a lost answer the tenant is searched for the very mark. When it is not found the create is sent once
    more under another nonce: should the first one still arrive, it is a marked stray that the next run removes.
    Raises OutcomeUnknown when the second answer is lost too and nothing can be found.
    """
    for attempt in range(1, ATTEMPTS + 1):
        mark = Mark(project=project, key=mark_key(change.address), nonce=engine.nonce())
        try:
            return adapter.reserve(change, mark=mark)
        except OutcomeUnknown as lost:
            found = _look(mark, adapter=adapter, sleep=engine.sleep, lost=lost)
            if found is not None:
                return found
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("every attempt returns or raises")


def _look(
    mark: Mark, *, adapter: RootAdapter, sleep: Callable[[float], None], lost: OutcomeUnknown
) -> LiveResource | None:
    """Search for a mark; when the search itself fails, the create stays unknown and is not sent again."""
    try:
        return _find(mark, adapter=adapter, sleep=sleep)
    except RemoteError as error:
        raise lost from error


def _find(mark: Mark, *, adapter: RootAdapter, sleep: Callable[[float], None]) -> LiveResource | None:
    for pause in LOOKS:
        sleep(pause)
        for row in adapter.listing():
            if row.name == str(mark):
                return adapter.look(row.remote_id, wanted={})
    return None
