"""What must hold in every state of the model, and what one undisturbed run must make of every end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.model.steps import Ended, Program, run
from tests.model.world import DOMAIN, Bot, Request, Rules, World, remembered

__all__ = ["Promises"]


@dataclass(slots=True, kw_only=True)
class Promises:
    """The promises to a project whose bots have these `names`, in a tenant with the bots of `others`.

    `next_runs` come when all is quiet. With `at_once`, every run must come through by itself, and leave nothing
    over unless something may arrive late. With `duplicates_only` nothing but a second bot of one name is looked
    for, however it came about.
    """

    names: Mapping[str, str]
    others: tuple[Bot, ...]
    next_runs: tuple[Program, ...]
    rules: Rules
    at_once: bool = False
    duplicates_only: bool = False
    _known: dict[World, str] = field(default_factory=dict)

    def after(self, request: Request, before: World, now: World) -> str:
        """Say what a write has broken; nothing for none."""
        broken = self._twice(now)
        if broken or self.duplicates_only:
            return broken
        return self._touched(now) if request.of_tenant else _forgotten(before, now)

    def _twice(self, now: World) -> str:
        for name in self.names.values():
            found = [bot.remote_id for bot in now.bots if bot.name == name]
            if len(found) > 1:
                return f"two bots are named {name}: {' and '.join(found)}"
        return ""

    def _touched(self, now: World) -> str:
        """Say what no write to the tenant may do: record first, then show; and keep off everything else."""
        if not set(self.others) <= set(now.bots):
            return "somebody else's bot was touched"
        known, there = remembered(now.stored), {bot.remote_id for bot in now.bots}
        for bot in set(now.bots) - set(self.others):
            if (bot.domains or bot.name in self.names.values()) and bot.remote_id not in known:
                return f"bot {bot.remote_id} is named or registered, and nothing has recorded it"
        lost = sorted(known - there)
        return f"bot {lost[0]} was recorded and is deleted" if lost else ""

    def at_end(self, ended: Ended) -> str:
        """Say what the end of a run breaks."""
        return f"a run ends with exit {ended.exit_code}: {ended.why}" if self.at_once and ended.exit_code else ""

    def at_rest(self, world: World) -> str:
        """Run what comes next, undisturbed, and say what it does not put right."""
        whole = self.at_once and not self.rules.late
        if world not in self._known:
            self._known[world] = self._left_over(world) if whole else self._settled(world)
        return self._known[world]

    def _settled(self, world: World) -> str:
        ended = Ended(exit_code=0)
        for program in self.next_runs:
            world, ended = run(program, world, self.rules)
            if self._twice(world):
                return f"{self._twice(world)}, after an undisturbed run"
            if ended.exit_code and not self.duplicates_only:
                return f"the next run ends with exit {ended.exit_code}: {ended.why}"
        if self.duplicates_only:
            return ""
        return self._left_over(world) if ended.empty else "after an undisturbed run there is still something to do"

    def _left_over(self, world: World) -> str:
        wanted = sorted((name, (DOMAIN,)) for name in self.names.values())
        found = sorted((bot.name, bot.domains) for bot in world.bots if bot not in self.others)
        return "" if found == wanted else f"at the end the tenant has {found}"


def _forgotten(before: World, now: World) -> str:
    """Say which bot that exists was recorded and is not any more."""
    lost = remembered(before.stored) - remembered(now.stored)
    there = sorted(lost & {bot.remote_id for bot in now.bots})
    return f"bot {there[0]} was recorded, and another run wrote that over" if there else ""
