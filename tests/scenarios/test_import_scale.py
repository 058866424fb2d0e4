"""The import of a tenant that is full."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from lwdeploy.simulator import LocalTenant
from lwdeploy.simulator.users import identify
from tests.support.importing import imported, nowhere
from tests.support.ugly import ugly_tenant


def test_300_ugly_bots_are_imported_with_the_fewest_calls_and_then_there_is_nothing_to_do(
    tenant: LocalTenant, tmp_path: Path
) -> None:
    """Three pages of bots; of each the bot, registrations, menus; members and pictures where there are any."""
    ugly_tenant(tenant, 300)
    project = nowhere(tenant, tmp_path / "project")
    ran = imported(project, "--format", "json")
    assert ran.json["proven"]
    sent = Counter(entry.operation for entry in tenant.log() if entry.operation != "issueToken")
    bots = tenant.snapshot()["bots"]
    menus = [menu for bot in bots for menu in bot["richmenus"]]
    images = [menu["image"] for menu in menus if menu["image"]]
    files = sum(1 + len(image["i18nFileIds"]) for image in images)
    assert sent == {
        "listBots": 3,
        "getBot": 300,
        "listBotDomains": 300,
        "listBotDomainMembers": sum(each["allowToSelectedMember"] for bot in bots for each in bot["domains"]),
        "listRichmenus": 300,
        "getPersistentMenu": sum(not bot["richmenus"] for bot in bots),
        "getRichmenuImage": len(menus),
        "getUser": len(_people(bots)),
        "getAttachment": files,
        "downloadContent": files,
    }
    assert len(ran.json["bots"]) == len(list((project.root / "bots").glob("*.yaml"))) == 300


def _people(bots: list[dict[str, Any]]) -> set[str]:
    """Give everybody in charge and every member, by user id."""
    found = [each for bot in bots for role in ("administrators", "subadministrators") for each in bot[role]]
    found += [each for bot in bots for domain in bot["domains"] for each in domain["members"]]
    return {identify(each) for each in found}
