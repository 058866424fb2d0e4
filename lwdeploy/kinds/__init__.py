"""The resource kinds, one folder each. Adding a kind adds its folder and its name to `KINDS`."""

from lwdeploy.core.kind import Kind
from lwdeploy.kinds.bot import KIND as BOT
from lwdeploy.kinds.bot_domain import KIND as BOT_DOMAIN
from lwdeploy.kinds.default_rich_menu import KIND as DEFAULT_RICH_MENU
from lwdeploy.kinds.persistent_menu import KIND as PERSISTENT_MENU
from lwdeploy.kinds.rich_menu import KIND as RICH_MENU
from lwdeploy.kinds.user_rich_menu import KIND as USER_RICH_MENU

__all__ = ["KINDS", "kinds_by_name"]

KINDS: tuple[Kind, ...] = (BOT, BOT_DOMAIN, RICH_MENU, DEFAULT_RICH_MENU, USER_RICH_MENU, PERSISTENT_MENU)


def kinds_by_name() -> dict[str, Kind]:
    """Give the kinds by the name that addresses, plans and state use."""
    return {kind.name: kind for kind in KINDS}
