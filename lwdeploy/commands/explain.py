"""`explain`: what a rule is about, and the list of all rules."""

from __future__ import annotations

from dataclasses import dataclass

from lwdeploy.core.errors import UserError
from lwdeploy.core.kind import Rule
from lwdeploy.kinds import KINDS
from lwdeploy.manifests.rules import RULES as MANIFEST_RULES
from lwdeploy.manifests.rules import ExplainedRule

__all__ = ["Explained", "all_rules", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One rule as a person wants to read it."""

    id: str
    title: str
    explain: str
    severity: str


def all_rules() -> tuple[Explained, ...]:
    """Give every rule of the project, by id."""
    rules: list[Rule | ExplainedRule] = [*MANIFEST_RULES, *(rule for kind in KINDS for rule in kind.rules)]
    found = [
        Explained(id=rule.id, title=rule.title, explain=rule.explain, severity=rule.severity.value)
        for rule in rules
    ]
    return tuple(sorted(found, key=lambda rule: rule.id))


def run(rule_id: str) -> Explained:
    """Give one rule; UserError when there is none of that id."""
    for rule in all_rules():
        if rule.id == rule_id.upper():
            return rule
    raise UserError(f"There is no rule {rule_id!r}", advice="`lwdeploy explain` lists all rules.")
