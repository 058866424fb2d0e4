"""Which rich menu everybody sees who has none of his own (reference 3.5, default)."""

from lwdeploy.core.kind import Kind
from lwdeploy.kinds.default_rich_menu import adapter, spec

__all__ = ["KIND"]

KIND = Kind(
    name="default_rich_menu",
    word="default-rich-menu",
    level=2,
    removal=4,
    eager=True,
    parent="bot",
    gives_way_to=("persistent_menu",),
    refers_to="rich_menu",
    child=adapter.DefaultRichMenuAdapter,
    declare=spec.declare,
    rules=spec.RULES,
    calls=spec.calls,
    wording=spec.WORDING,
)
