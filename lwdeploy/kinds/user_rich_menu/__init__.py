"""The rich menu that one user sees instead of the default one (reference 3.5, per user)."""

from lwdeploy.core.kind import Kind
from lwdeploy.kinds.user_rich_menu import adapter, spec

__all__ = ["KIND"]

KIND = Kind(
    name="user_rich_menu",
    word="rich-menu-user",
    level=3,
    parent="bot",
    gives_way_to=("persistent_menu",),
    refers_to="rich_menu",
    child=adapter.UserRichMenuAdapter,
    declare=spec.declare,
    rules=spec.RULES,
    rewritten={spec.FIELD: "unseen"},  # reference 3.5: no call lists to whom a menu was given
    calls=spec.calls,
    wording=spec.WORDING,
    lenient=True,  # one who has left the company must not hold up what everybody else sees
)
