"""What in a tenant somebody should look at: findings over a report, the weightiest first. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lwdeploy.planning.tenant_report import BotShown, TenantReport

__all__ = ["NEARLY_FULL", "Attention", "attention", "concerns"]

NEARLY_FULL = 0.9
"""The part of the places from which on a full tenant is near."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """One finding: a stable word for machines, a title for people, what it means and what to do, and the bots."""

    word: str
    title: str
    advice: str
    bots: tuple[BotShown, ...] = ()


def attention(report: TenantReport) -> tuple[Attention, ...]:
    """Give every finding that there is."""
    return tuple(found for check in _CHECKS for found in check(report))


def concerns(found: tuple[Attention, ...]) -> dict[str, tuple[Attention, ...]]:
    """Give the findings by the id of the bot that they are about."""
    by_bot: defaultdict[str, list[Attention]] = defaultdict(list)
    for each in found:
        for bot in each.bots:
            by_bot[bot.bot_id].append(each)
    return {bot_id: tuple(those) for bot_id, those in by_bot.items()}


def _quota(report: TenantReport) -> Iterator[Attention]:
    if len(report.bots) >= report.limit * NEARLY_FULL:
        yield Attention(
            word="quota",
            title=f"{len(report.bots)} of {report.limit} bots are used",
            advice="When the tenant is full no bot can be made: delete those that nobody needs.",
        )


def _left(report: TenantReport) -> Iterator[Attention]:
    gone = [bot for bot in report.bots if any(person.left for person in bot.people)]
    if gone:
        yield Attention(
            word="pic_left",
            title="A person in charge is in the directory no more",
            advice="Name somebody else: nobody else hears when something is wrong with the bot.",
            bots=tuple(gone),
        )


def _interrupted(report: TenantReport) -> Iterator[Attention]:
    marked = [bot for bot in report.bots if bot.owner.interrupted]
    if marked:
        yield Attention(
            word="interrupted",
            title="Left by a run that was interrupted",
            advice="The name is a mark. The next apply of the project in it ends the work, or takes the bot away.",
            bots=tuple(marked),
        )


def _unseen(report: TenantReport) -> Iterator[Attention]:
    hidden = [bot for bot in report.bots if bot.unseen and not bot.owner.interrupted]
    if hidden:
        yield Attention(
            word="unseen",
            title="Nobody sees the bot",
            advice="It is registered in no domain, visible in none, or for selected members and there are none.",
            bots=tuple(hidden),
        )


def _no_vice(report: TenantReport) -> Iterator[Attention]:
    alone = [bot for bot in report.bots if not bot.vice]
    if alone:
        yield Attention(
            word="no_vice_pic",
            title="No vice person in charge",
            advice="When the person in charge leaves, nobody is left who is asked.",
            bots=tuple(alone),
        )


def _same_name(report: TenantReport) -> Iterator[Attention]:
    by_name: defaultdict[str, list[BotShown]] = defaultdict(list)
    for bot in report.bots:
        by_name[bot.title].append(bot)
    twins = [bot for bots in by_name.values() if len(bots) > 1 for bot in bots]
    if twins:
        yield Attention(
            word="same_name",
            title="Several bots have the same name",
            advice="People cannot tell them apart, and after a lost state neither can lwdeploy.",
            bots=tuple(twins),
        )


_CHECKS: tuple[Callable[[TenantReport], Iterator[Attention]], ...] = (
    _quota,
    _left,
    _interrupted,
    _unseen,
    _no_vice,
    _same_name,
)
