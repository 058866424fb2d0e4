"""Short spellings of a tenant as a report shows it."""

from __future__ import annotations

from typing import Any

from lwdeploy.planning.tenant_report import (
    BotShown,
    CallbackShown,
    MenuShown,
    Ownership,
    Person,
    RegistrationShown,
    TenantReport,
)

TARO = Person(user_id="u-1", login="taro@example.com", name="Yamada Taro", left=False)
GONE = Person(user_id="u-2", left=True)
TOKYO = RegistrationShown(domain_id="10000001", name="tokyo", visible=True)


def shown(bot_id: str = "1", name: str = "Help Desk", **over: Any) -> BotShown:
    """Give a bot with which nothing is wrong; `over` replaces or adds fields."""
    sound = {"primary": (TARO,), "vice": (TARO,), "registrations": (TOKYO,)}
    return BotShown(bot_id=bot_id, name={"default": name}, **(sound | over))


def full(text: str = "Help Desk", *, bot_id: str = "7") -> BotShown:
    """Give a bot with everything, in which every text is this one."""
    return shown(
        bot_id,
        text,
        description={"default": text, "ja_JP": text},
        owner=Ownership(address="bot/helpdesk", proof="botId", projects=(text,)),
        primary=(TARO, GONE, Person(user_id=text, login=text, name=text)),
        vice=(GONE,),
        join_rooms=True,
        allowed_domains=(text, "osaka"),
        callback=CallbackShown(
            enabled=True,
            url="https://bots.example.com/a",
            query_hidden=True,
            host=text,
            message_types=("text",),
            events=("message",),
        ),
        registrations=tuple(
            RegistrationShown(domain_id=str(each), name=text, visible=bool(each % 2), members=each)
            for each in range(5)
        ),
        rich=(
            MenuShown(remote_id="40001", name=text, areas=2, languages=("ja_JP",), default=True),
            MenuShown(remote_id="40002", name="", areas=1, project=text),
        ),
    )


def report(*bots: BotShown, **over: Any) -> TenantReport:
    """Give a report of these bots, in a tenant that takes 300."""
    return TenantReport(**dict[str, Any](tenant="acme", project="7f3a91c2", limit=300, bots=bots) | over)
