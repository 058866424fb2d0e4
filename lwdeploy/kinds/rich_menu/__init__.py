"""A menu with a picture: size, areas and what they do, pictures by language (reference 3.5)."""

from lwdeploy.core.kind import Kind
from lwdeploy.kinds.rich_menu import adapter, consequences, rules, spec, wording

__all__ = ["KIND"]

KIND = Kind(
    name="rich_menu",
    word="rich-menu",
    level=2,
    removal=4,
    reads="listRichmenus",
    parent="bot",
    gives_way_to=("persistent_menu",),
    child=adapter.RichMenuAdapter,
    declare=spec.declare,
    rules=rules.RULES,
    rewritten={"image": "unseen"},  # reference 3.5: no list shows pictures, and ids of files may change
    consequences=consequences.consequences,
    calls=spec.calls,
    wording=wording.WORDING,
    most=1000,  # reference 4
)
