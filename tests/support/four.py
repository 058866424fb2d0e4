"""Four bots, and what must be true of them whatever happened to the run that made them."""

from __future__ import annotations

import re

from lwdeploy.simulator import LocalTenant
from tests.support.console import names
from tests.support.project import Project, least

__all__ = ["KEYS", "MARKED", "expect_whole", "write_four"]

KEYS = ("helpdesk", "payroll", "travel", "cafeteria")
MENU = {"persistent": {"actions": [{"type": "message", "label": "Help", "text": "help"}]}}
MARKED = re.compile(r"lwdeploy \S+ \S+ \S+")


def write_four(project: Project) -> Project:
    """Write four bots: all registered, two for selected members, one with a menu."""
    for key in KEYS:
        members = {"permission": "selected", "members": ["taro@example.com"]} if key in KEYS[:2] else {}
        menus = {"menus": MENU} if key == "travel" else {}
        project.bot(key, **least(key.title(), domains=[{"name": "tokyo", "visible": True, **members}], **menus))
    return project


def expect_whole(project: Project, tenant: LocalTenant, *keys: str, unmanaged: tuple[str, ...] = ()) -> None:
    """Insist that every bot is there once under its name, remembered, and complete; and nothing beside them."""
    found, wanted = names(tenant), sorted([*(key.title() for key in keys), *unmanaged])
    assert found == wanted, (found, wanted)
    assert not any(MARKED.fullmatch(name) for name in names(tenant))
    by_id = {str(bot["botId"]): bot["botName"] for bot in tenant.snapshot()["bots"]}
    remembered = {address: each for address, each in project.ids().items() if address.count("/") == 1}
    assert {address: by_id[each] for address, each in remembered.items()} == {
        f"bot/{key}": key.title() for key in keys
    }
    project.expect_settled(tenant)
