"""What the service destroys or cuts off when a bot changes (reference 3.1, side effects). Pure."""

from __future__ import annotations

from collections.abc import Iterator

from lwdeploy.core.canonical import get_path
from lwdeploy.core.kind import Scene
from lwdeploy.core.types import Action, Change, Consequence

__all__ = ["consequences"]


def consequences(change: Change, scene: Scene) -> Iterator[Consequence]:
    """Foresee the side effects of one change of a bot."""
    if change.action is Action.DELETE and not change.stray:
        yield Consequence(
            address=change.address,
            summary="deleting a bot cannot be undone: it leaves its rooms, and its secret is lost",
        )
    moved = {diff.path: diff for diff in change.diffs} if change.action is Action.UPDATE else {}
    if "policy.joinChatRoom" in moved and not moved["policy.joinChatRoom"].new:
        yield Consequence(
            address=change.address, summary="the bot is thrown out of every group and team room it is in"
        )
    if "policy.allowedDomains" in moved:
        yield from _lost_registrations(change, scene)


def _lost_registrations(change: Change, scene: Scene) -> Iterator[Consequence]:
    allowed = get_path(change.desired, "policy.allowedDomains")
    if allowed == "all":
        return
    lost = [domain for domain in scene.facts.get("registered", ()) if domain not in allowed]
    if lost:
        yield Consequence(
            address=change.address,
            summary="the service deletes the registrations in the domains that are no longer allowed",
            kind="bot_domain",
            objects=tuple(str(domain) for domain in lost),
        )
