"""A tenant report in the form of `schemas/tenant-report.schema.json`."""

from __future__ import annotations

from typing import Any

from lwdeploy.planning.attention import attention
from lwdeploy.planning.tenant_report import BotShown, Person, ShownStatus, TenantReport

__all__ = ["FORMAT_VERSION", "tenant_json"]

FORMAT_VERSION = 1


def tenant_json(report: TenantReport) -> dict[str, Any]:
    """Give a report as data; equal reports give equal data."""
    return {
        "format_version": FORMAT_VERSION,
        "tenant": report.tenant,
        "project": report.project,
        "quota": {"bots": len(report.bots), "limit": report.limit},
        "counts": {
            "preparing": report.count(ShownStatus.PREPARING),
            "public": report.count(ShownStatus.PUBLIC),
            "managed": report.managed,
        },
        "directory": {"checked": not report.unchecked, "reason": report.unchecked},
        "notes": list(report.notes),
        "attention": [
            {
                "finding": each.word,
                "title": each.title,
                "advice": each.advice,
                "bots": [bot.bot_id for bot in each.bots],
            }
            for each in attention(report)
        ],
        "hosts": [{"host": host, "bots": [bot.bot_id for bot in bots]} for host, bots in report.hosts.items()],
        "bots": [_bot(bot) for bot in report.bots],
    }


def _bot(bot: BotShown) -> dict[str, Any]:
    return {
        "bot_id": bot.bot_id,
        "name": dict(bot.name),
        "description": dict(bot.description),
        "status": {"shown": bot.status.value, "derived": True},
        "managed": {
            "address": bot.owner.address or None,
            "proof": bot.owner.proof or None,
            "other_projects": list(bot.owner.projects),
            "interrupted": bot.owner.interrupted,
        },
        "pic": {"primary": [_person(each) for each in bot.primary], "vice": [_person(each) for each in bot.vice]},
        "policy": {
            "join_rooms": bot.join_rooms,
            "allowed_domains": None if bot.allowed_domains is None else list(bot.allowed_domains),
        },
        "callback": {
            "enabled": bot.callback.enabled,
            "url": bot.callback.url,
            "query_hidden": bot.callback.query_hidden,
            "host": bot.callback.host,
            "message_types": list(bot.callback.message_types),
            "events": list(bot.callback.events),
        },
        "domains": [
            {"domain_id": each.domain_id, "name": each.name, "visible": each.visible, "members": each.members}
            for each in bot.registrations
        ],
        "unseen": bot.unseen,
        "menus": {
            "persistent": [dict(label) for label in bot.persistent],
            "rich": [
                {
                    "richmenu_id": each.remote_id,
                    "name": each.name,
                    "default": each.default,
                    "areas": each.areas,
                    "languages": list(each.languages),
                    "project": each.project or None,
                }
                for each in bot.rich
            ],
        },
    }


def _person(person: Person) -> dict[str, Any]:
    return {"user_id": person.user_id, "login": person.login, "name": person.name, "left": person.left}
