"""Registrations of a bot in domains, and the users each one allows (reference sections 3.2 and 3.3)."""

from typing import Any

from lwdeploy.simulator.bots import read_bot
from lwdeploy.simulator.fields import boolean, record
from lwdeploy.simulator.operations import MANAGE, READ_BOT, Call, Operation
from lwdeploy.simulator.users import identify, user
from lwdeploy.simulator.wire import Answer, ApiError, invalid, missing

__all__ = ["OPERATIONS", "register_domain"]

_WRITE = record(optional={"visible": boolean, "allowToSelectedMember": boolean})
_MEMBER = record(required={"userId": user})
_EVERYONE = "All users"
_OLD_MEMBER_LIMIT = 150  # section 4; printed for API 1.0 only


def _domain_id(call: Call) -> int:
    domain_id = call.number("domainId")
    if domain_id not in call.tenant.domains:
        raise ApiError(400, "DOMAIN_NOT_BELONGING_TO_TENANT", "Invalid domain")
    return domain_id


def _registration(call: Call) -> tuple[int, int, dict[str, bool]]:
    bot_id, domain_id = call.bot_id(), _domain_id(call)
    row = call.store.row(
        "SELECT visible, selected FROM registrations WHERE bot_id = ? AND domain_id = ?", bot_id, domain_id
    )
    if row is None:
        raise missing("Bot registration in this domain")
    return bot_id, domain_id, {"visible": bool(row[0]), "allowToSelectedMember": bool(row[1])}


def _store(call: Call, domain_id: int, values: dict[str, bool]) -> dict[str, Any]:
    bot_id, bot = read_bot(call)
    if values["allowToSelectedMember"] and bot["enableGroupJoin"]:
        if call.reads("group-join-with-selected", "refused"):
            raise invalid("allowToSelectedMember", "is not possible for a bot that may join group rooms")
        values["allowToSelectedMember"] = call.reads("group-join-with-selected", "accepted")
    call.store.run(
        "INSERT INTO registrations VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET visible = excluded.visible, selected = excluded.selected",
        *(bot_id, domain_id, values["visible"], values["allowToSelectedMember"]),
    )
    return {"domainId": domain_id, **values}


def register_domain(call: Call) -> Answer:
    """Make the bot usable in a domain; unlike Admin, this tells no user about it."""
    bot_id, bot = read_bot(call)
    domain_id = _domain_id(call)
    if bot["allowDomains"] and domain_id not in bot["allowDomains"]:
        raise invalid("domainId", "is outside the allowDomains of the bot")
    written = call.body(_WRITE, optional=True)
    known = call.store.row("SELECT 1 FROM registrations WHERE bot_id = ? AND domain_id = ?", bot_id, domain_id)
    if known is not None and not call.reads("duplicate-registration", "accepted"):
        status = int(call.tenant.readings["duplicate-registration"])
        raise ApiError(status, "ALREADY_REGISTERED_BOT", "Bot already exists.")
    return Answer(
        status=201,
        content=_store(call, domain_id, {"visible": False, "allowToSelectedMember": False} | written),
    )


def _list_domains(call: Call) -> Answer:
    page, bot_id = call.page(), call.bot_id()
    rows = call.store.rows(
        "SELECT domain_id, visible, selected FROM registrations WHERE bot_id = ? AND domain_id > ?"
        " ORDER BY domain_id LIMIT ?",
        *(bot_id, page.after, page.probe),
    )
    shown = [
        (
            domain_id,
            {"domainId": domain_id, "visible": bool(visible), "allowToSelectedMember": bool(selected)},
        )
        for domain_id, visible, selected in rows
    ]
    return Answer(status=200, content=page.answer("domains", shown))


def _update_domain(call: Call) -> Answer:
    _, domain_id, before = _registration(call)
    base = before if call.reads("put-omission", "keep") else {"visible": False, "allowToSelectedMember": False}
    return Answer(status=200, content=_store(call, domain_id, base | call.body(_WRITE)))


def _patch_domain(call: Call) -> Answer:
    _, domain_id, before = _registration(call)
    return Answer(status=200, content=_store(call, domain_id, before | call.body(_WRITE)))


def _delete_domain(call: Call) -> Answer:
    bot_id, domain_id = call.bot_id(), _domain_id(call)
    cursor = call.store.run("DELETE FROM registrations WHERE bot_id = ? AND domain_id = ?", bot_id, domain_id)
    return Answer(status=204) if cursor.rowcount else call.gone("Bot registration in this domain")


# --- allowed users ------------------------------------------------------------------------------


def _add_member(call: Call) -> Answer:
    bot_id, domain_id, registration = _registration(call)
    written = call.body(_MEMBER)["userId"]
    user_id = call.known_user(written)
    if not registration["allowToSelectedMember"] and call.reads("member-add-while-everyone", "refused"):
        raise invalid("userId", "cannot be added while all users are allowed")
    known = call.store.row(
        "SELECT 1 FROM members WHERE bot_id = ? AND domain_id = ? AND user_id = ?", bot_id, domain_id, user_id
    )
    if known is None:
        _require_room_for_member(call, bot_id, domain_id)
        call.store.run(
            "INSERT INTO members (bot_id, domain_id, user_id, written) VALUES (?, ?, ?, ?)",
            *(bot_id, domain_id, user_id, written),
        )
    elif not call.reads("duplicate-member", "accepted"):
        raise ApiError(
            int(call.tenant.readings["duplicate-member"]), "INVALID_PARAMETER", "userId is a member already"
        )
    shown = user_id if call.reads("user-ids", "uuid") else written
    return Answer(status=201, content={"userId": shown} if call.reads("member-add-answer", "echo") else None)


def _require_room_for_member(call: Call, bot_id: int, domain_id: int) -> None:
    held = call.store.count("SELECT count(*) FROM members WHERE bot_id = ? AND domain_id = ?", bot_id, domain_id)
    if call.reads("member-limit", "150") and held >= _OLD_MEMBER_LIMIT:
        raise ApiError(400, "EXCEEDED_LENGTH_LIMIT_OF_PARAM", f"Maximum members length is {_OLD_MEMBER_LIMIT}")


def _list_members(call: Call) -> Answer:
    page = call.page()
    bot_id, domain_id, registration = _registration(call)
    if not registration["allowToSelectedMember"]:
        everyone = [_EVERYONE] if call.reads("everyone-answer", "array") else _EVERYONE
        return Answer(status=200, content=page.answer("members", [], everyone))
    column = "user_id" if call.reads("user-ids", "uuid") else "written"
    rows = call.store.rows(
        f"SELECT seq, {column} FROM members WHERE bot_id = ? AND domain_id = ? AND seq > ?"  # noqa: S608 - one of two
        " ORDER BY seq LIMIT ?",
        *(bot_id, domain_id, page.after, page.probe),
    )
    return Answer(status=200, content=page.answer("members", [(row[0], row[1]) for row in rows]))


def _delete_member(call: Call) -> Answer:
    bot_id, domain_id, _ = _registration(call)
    user_id = identify(user(call.path["userId"], "userId", call.tenant.rules))
    cursor = call.store.run(
        "DELETE FROM members WHERE bot_id = ? AND domain_id = ? AND user_id = ?", bot_id, domain_id, user_id
    )
    return Answer(status=204) if cursor.rowcount else call.gone("Member")


_ALL = "/bots/{botId}/domains"
_ONE = "/bots/{botId}/domains/{domainId}"
_MEMBERS = "/bots/{botId}/domains/{domainId}/members"

OPERATIONS = (
    Operation(
        name="registerBotDomain",
        method="POST",
        path=_ONE,
        scopes=MANAGE,
        handle=register_domain,
        serialised=True,
    ),
    Operation(name="listBotDomains", method="GET", path=_ALL, scopes=READ_BOT, handle=_list_domains),
    Operation(
        name="updateBotDomain", method="PUT", path=_ONE, scopes=MANAGE, handle=_update_domain, serialised=True
    ),
    Operation(
        name="patchBotDomain", method="PATCH", path=_ONE, scopes=MANAGE, handle=_patch_domain, serialised=True
    ),
    Operation(
        name="deleteBotDomain",
        method="DELETE",
        path=_ONE,
        scopes=MANAGE,
        handle=_delete_domain,
        serialised=True,
    ),
    Operation(
        name="addBotDomainMember",
        method="POST",
        path=_MEMBERS,
        scopes=MANAGE,
        handle=_add_member,
        serialised=True,
    ),
    Operation(name="listBotDomainMembers", method="GET", path=_MEMBERS, scopes=READ_BOT, handle=_list_members),
    Operation(
        name="deleteBotDomainMember",
        method="DELETE",
        path=_MEMBERS + "/{userId}",
        scopes=MANAGE,
        handle=_delete_member,
        serialised=True,
    ),
)
