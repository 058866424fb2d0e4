"""The fixed menu of up to four buttons under a bot's input field (reference 3.4)."""

from lwdeploy.core.kind import Kind
from lwdeploy.kinds.persistent_menu import adapter, spec

__all__ = ["KIND"]

KIND = Kind(
    name="persistent_menu",
    word="persistent-menu",
    level=5,
    after=("rich_menu",),
    gives_way_to=("rich_menu",),
    reads="getPersistentMenu",
    parent="bot",
    child=adapter.PersistentMenuAdapter,
    declare=spec.declare,
    rules=spec.RULES,
    consequences=spec.consequences,
    calls=spec.calls,
    wording=spec.WORDING,
)
