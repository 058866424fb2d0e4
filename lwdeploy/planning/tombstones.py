"""Documents that say that a bot is to go, and what is to be told of those that have nothing to do. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from lwdeploy.core.address import Address

__all__ = ["idle", "without_a_word"]


def without_a_word(undeclared: Iterable[Address], *, removed: Collection[Address]) -> list[Address]:
    """Give what belongs to no bot that is to go: nobody has said what is to become of it."""
    return [address for address in undeclared if address.root not in removed]


def idle(removed: Collection[Address], *, owned: Collection[Address]) -> Iterator[str]:
    """Say which bots are to go and are not there, so that their documents can go, too."""
    for address in sorted(removed):
        if address not in owned:
            yield f"{address}: is to be removed, and no such bot is owned: nothing to do, its document can go"
