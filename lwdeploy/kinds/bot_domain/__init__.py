"""A bot's registration in a domain, with the members who may use it (reference 3.2, 3.3)."""

from lwdeploy.core.kind import Kind
from lwdeploy.kinds.bot_domain import adapter, spec

__all__ = ["KIND"]

KIND = Kind(
    name="bot_domain",
    word="domain",
    level=1,
    reads="listBotDomains",
    parent="bot",
    child=adapter.BotDomainAdapter,
    declare=spec.declare,
    rules=spec.RULES,
    rewritten={"members": "observed"},  # reference 2, item 4: logins come back as user ids
    user_fields=("members",),
    consequences=spec.consequences,
    calls=spec.calls,
    precedes=spec.precedes,
    wording=spec.WORDING,
    listed=True,
)
