"""For each kind: examples to create, and one step for each field that may change.

A new kind takes part in the contract suite once it has an entry here.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.kinds.samples.bots import BOT
from tests.kinds.samples.form import Samples
from tests.kinds.samples.links import DEFAULT_RICH_MENU, USER_RICH_MENU
from tests.kinds.samples.persistent_menus import PERSISTENT_MENU
from tests.kinds.samples.registrations import BOT_DOMAIN
from tests.kinds.samples.rich_menus import RICH_MENU

__all__ = ["SAMPLES"]

SAMPLES: Mapping[str, Samples] = {
    "bot": BOT,
    "bot_domain": BOT_DOMAIN,
    "persistent_menu": PERSISTENT_MENU,
    "rich_menu": RICH_MENU,
    "default_rich_menu": DEFAULT_RICH_MENU,
    "user_rich_menu": USER_RICH_MENU,
}
