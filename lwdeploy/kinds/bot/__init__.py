"""The bot itself: its texts, picture, persons in charge, policy and callback (reference 3.1)."""

from lwdeploy.core.kind import Kind
from lwdeploy.kinds.bot import adapter, consequences, rules, spec

__all__ = ["KIND"]

KIND = Kind(
    name="bot",
    word="bot",
    level=0,
    reads="getBot",
    marked=True,
    root=adapter.BotAdapter,
    declare=spec.declare,
    rules=rules.RULES,
    # Reference 3.1, read-back facts: photos may be re-hosted, logins come back as user ids, 0 means all.
    rewritten={"photoUrl": "applied", "pic": "observed", "policy.allowedDomains": "observed"},
    user_fields=("pic.primary", "pic.vice"),
    consequences=consequences.consequences,
    calls=spec.calls,
    seal=spec.seal,
    label=spec.label,
    wording=spec.WORDING,
)
