"""The exact commands that go on where an apply ended, for a person to paste."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lwdeploy.commands.request import Request
from lwdeploy.core.address import Address
from lwdeploy.core.types import Action, Change, Outcome, Status
from lwdeploy.planning.model import Plan

__all__ = ["Resume"]

_LOOK_FIRST = (Status.UNKNOWN, Status.NOT_TAKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """The commands for one run; `planfile` is the saved plan that it carries out.

    A plan runs once: after a saved one, and wherever it is not known what became of a write, planning comes
    first. `together` are the bots with which nothing can be done alone: those that no manifest declares, and those
    that wait for others.
    """

    request: Request
    planfile: Path | None = None
    together: frozenset[Address] = frozenset()

    def knowing(self, plan: Plan) -> Resume:
        """Give the commands once the plan is known."""
        together = frozenset(step.address.root for step in plan.steps if _takes_others(step))
        if self.planfile is None:
            return replace(self, together=together)
        made_with = replace(self.request, prune=_prunes(plan), allow=plan.allowed, reason=plan.reason)
        return replace(self, together=together, request=made_with)

    def after(self, outcome: Outcome) -> str:
        """Give the command that goes on with one change, with its bot alone where that can be; empty when done."""
        if outcome.status is Status.DONE:
            return ""
        root = outcome.address.root
        targets = self.request.targets if root in self.together else (str(root),)
        return self._command(targets, look=outcome.status in _LOOK_FIRST)

    def everything(self, *, look: bool) -> str:
        """Give the command that goes on with all of the run; `look` asks for a plan first."""
        return self._command(self.request.targets, look=look)

    def _command(self, targets: tuple[str, ...], *, look: bool) -> str:
        planning = look or self.planfile is not None
        words = ["lwdeploy", "plan" if planning else "apply", *self._flags(targets)]
        if self.planfile is not None:
            words += ["--out", str(self.planfile)]
        elif self.request.auto_approve and not planning:
            words.append("--auto-approve")
        return shlex.join(words)

    def _flags(self, targets: tuple[str, ...]) -> Iterator[str]:
        request = self.request
        for path in request.files:
            yield from ("-f", path)
        if request.tenant is not None:
            yield from ("-t", request.tenant)
        for target in targets:
            yield from ("--target", target)
        if request.prune and not targets:
            yield "--prune"
        for guard, number in request.allow.items():
            yield from ("--allow", f"{guard}={number}")
        yield from ("--reason", request.reason) if request.reason else ()
        yield from ("--verify-images",) if request.verify_images else ()
        yield from ("--verify-users",) if request.verify_users else ()


def _takes_others(step: Change) -> bool:
    if any(each.root != step.address.root for each in step.depends_on):
        return True
    return step.address.is_root and step.action in {Action.DELETE, Action.FORGET}


def _prunes(plan: Plan) -> bool:
    """Tell whether a plan was made with --prune, as far as that made a difference."""
    deletes = (step for step in plan.steps if step.address.is_root and step.action is Action.DELETE)
    return not plan.retained and any(not step.stray for step in deletes)
