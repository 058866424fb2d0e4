"""Prints docs/rules.md: every rule as `lwdeploy explain` tells it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from lwdeploy.commands.explain import Explained, all_rules

__all__ = ["page"]

_HEAD = """\
# Rules

Every finding of `lwdeploy validate` carries the id of a rule. `lwdeploy explain LW024` prints what stands here.
This page is generated: `make docs`.
"""


def page(rules: tuple[Explained, ...]) -> str:
    """Give the page."""
    return "\n".join(_lines(rules))


def _lines(rules: tuple[Explained, ...]) -> Iterator[str]:
    yield _HEAD
    yield "| rule | severity | what it is about |"
    yield "|---|---|---|"
    yield from (f"| [{rule.id}](#{rule.id.lower()}) | {rule.severity} | {_cell(rule.title)} |" for rule in rules)
    for rule in rules:
        yield f"\n## {rule.id}\n\n**{rule.title}** ({rule.severity})\n\n{rule.explain}"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(page(all_rules()))
