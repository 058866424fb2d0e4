"""A registration's spec: `visible`, `permission` and `members`. Pure; rules LW070 to LW079."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lwdeploy.core.diagnostics import Severity
from lwdeploy.core.kind import Declared, Finding, Manifest, Rule, Scene
from lwdeploy.core.live import LiveResource
from lwdeploy.core.people import NEITHER, canonical_user, is_user
from lwdeploy.core.types import Action, Change, Consequence, Resource, Spec
from lwdeploy.core.wording import Names, Wording

__all__ = [
    "ALL_USERS",
    "RULES",
    "WORDING",
    "calls",
    "consequences",
    "declare",
    "essential",
    "from_api",
    "precedes",
    "to_body",
    "to_manifest",
]

ALL_USERS = "All users"
"""What the members list answers when everybody may use the bot (reference 3.3)."""

_FIELDS = {"visible": "visible", "permission": "allowToSelectedMember"}


def declare(manifest: Manifest) -> Declared:
    """Make one resource of every entry of `spec.domains`."""
    entries = manifest.spec.get("domains")
    if entries is None:
        return Declared()
    made = (_resource(manifest, index, entry) for index, entry in enumerate(entries))
    return Declared(resources=tuple(made), in_scope=True)


def _resource(manifest: Manifest, index: int, entry: Mapping[str, Any]) -> Resource:
    name = entry["name"]
    domain_id = manifest.tenant.domains.get(str(name), name)
    spec = {key: entry[key] for key in ("permission", "visible") if key in entry}
    if "members" in entry:
        spec["members"] = sorted(map(canonical_user, entry["members"]))
    return Resource(
        address=manifest.address.child("bot_domain", "domain", str(name)),
        spec=dict(sorted(spec.items())),
        source=manifest.at(f"domains.{index}"),
        lifecycle=manifest.lifecycle,
        derived_id=str(domain_id),
    )


def from_api(row: Mapping[str, Any], *, members: Sequence[str] | None) -> Spec:
    """Give the spec of a row of the registrations list; `members` is None when they were not read."""
    permission = "selected" if row.get("allowToSelectedMember") else "all"
    spec: dict[str, Any] = {"permission": permission, "visible": bool(row.get("visible"))}
    if members is not None:
        spec["members"] = sorted(members)
    return dict(sorted(spec.items()))


def to_manifest(spec: Spec, *, domain_id: str, names: Names) -> dict[str, Any]:
    """Give the entry of `spec.domains` that declares a registration."""
    made: dict[str, Any] = {"name": names.domains.get(domain_id, int(domain_id))}
    made |= {name: spec[name] for name in ("visible", "permission") if name in spec}
    if "members" in spec:
        made["members"] = sorted(names.users.get(member, member) for member in spec["members"])
    return made


def essential(spec: Spec) -> Spec:
    """Give what a manifest has to say: members only where they are selected."""
    return {name: value for name, value in spec.items() if name != "members" or spec["permission"] == "selected"}


def to_body(spec: Spec, *, paths: Sequence[str]) -> dict[str, bool]:
    """Give the API body of the registration's own fields among `paths`."""
    body: dict[str, bool] = {}
    for path in paths:
        if path in _FIELDS:
            value = spec[path]
            body[_FIELDS[path]] = value == "selected" if path == "permission" else value
    return body


def calls(change: Change) -> Mapping[str, int]:
    """Give the writes that a change sends: one for the registration, one for each member that differs."""
    if change.action is Action.DELETE:
        return {"deleteBotDomain": 1}
    if change.action is Action.CREATE:
        return _counted({"registerBotDomain": 1, "addBotDomainMember": len(change.desired.get("members", ()))})
    members = next((diff for diff in change.diffs if diff.path == "members"), None)
    old, new = (set(members.old or ()), set(members.new)) if members else (set(), set())
    return _counted(
        {
            "patchBotDomain": int(any(diff.path in _FIELDS for diff in change.diffs)),
            "addBotDomainMember": len(new - old),
            "deleteBotDomainMember": len(old - new),
        }
    )


def precedes(change: Change, bot: Change) -> bool:
    """Tell whether a registration must let go of its selected members before the bot may join group rooms."""
    opens = any(diff.path == "policy.joinChatRoom" and diff.new for diff in bot.diffs)
    permission = next((diff.new for diff in change.diffs if diff.path == "permission"), None)
    return opens and (change.action is Action.DELETE or permission == "all")


def _counted(calls: dict[str, int]) -> dict[str, int]:
    return {operation: count for operation, count in calls.items() if count}


def consequences(change: Change, _scene: Scene) -> Iterator[Consequence]:
    """Foresee who loses the bot when a registration changes."""
    if change.action is Action.DELETE:
        yield Consequence(address=change.address, summary="nobody in the domain can use the bot any more")
    for diff in change.diffs if change.action is Action.UPDATE else ():
        if diff.path == "permission" and diff.new == "selected":
            yield Consequence(
                address=change.address, summary="everybody in the domain but the members loses the bot"
            )


def _words(objects: Sequence[LiveResource], names: Names) -> Mapping[str, Any]:
    entries = [to_manifest(each.spec, domain_id=each.remote_id, names=names) for each in objects]
    return {"domains": entries} if entries else {}


WORDING = Wording(to_manifest=_words, essential=essential, units=("domains.*",))


def _names(manifest: Manifest) -> Iterator[tuple[int, Any]]:
    yield from enumerate(entry.get("name") for entry in manifest.spec.get("domains") or ())


def _unknown(manifest: Manifest) -> Iterator[Finding]:
    for index, name in _names(manifest):
        if isinstance(name, str) and name not in manifest.tenant.domains:
            known = ", ".join(sorted(manifest.tenant.domains)) or "none"
            yield Finding(
                path=f"domains.{index}.name",
                message=f"the tenant {manifest.tenant.name!r} names no domain {name!r} (it names: {known})",
                fix="add it to the Tenant's domains, or correct the name",
            )


def _id_of(manifest: Manifest, name: Any) -> Any:
    return manifest.tenant.domains.get(str(name), name)


def _twice(manifest: Manifest) -> Iterator[Finding]:
    seen: set[Any] = set()
    for index, name in _names(manifest):
        domain = _id_of(manifest, name)
        if domain in seen:
            message = f"the bot is registered in the domain {name!r} twice"
            yield Finding(path=f"domains.{index}.name", message=message, fix="keep one entry for each domain")
        seen.add(domain)


def _outside(manifest: Manifest) -> Iterator[Finding]:
    allowed = manifest.spec.get("policy", {}).get("allowedDomains", "all")
    ids = None if allowed == "all" else {_id_of(manifest, name) for name in allowed}
    for index, name in _names(manifest):
        if ids is not None and _id_of(manifest, name) not in ids:
            message = f"the domain {name!r} is not among the policy's allowedDomains"
            fix = "add it to allowedDomains, or leave the registration out"
            yield Finding(path=f"domains.{index}.name", message=message, fix=fix)


def _members_of_all(manifest: Manifest) -> Iterator[Finding]:
    for index, entry in enumerate(manifest.spec.get("domains") or ()):
        if "members" in entry and entry.get("permission") != "selected":
            yield Finding(
                path=f"domains.{index}.members",
                message="members have a meaning only where permission is `selected`",
                fix="add permission: selected, or leave the members out",
            )


def _group_join(manifest: Manifest) -> Iterator[Finding]:
    if not manifest.spec.get("policy", {}).get("joinChatRoom"):
        return
    for index, entry in enumerate(manifest.spec.get("domains") or ()):
        if entry.get("permission") == "selected":
            yield Finding(
                path=f"domains.{index}.permission",
                message="a bot that may join group rooms cannot be limited to selected members",
                fix="set policy.joinChatRoom: false, or permission: all",
            )


def _nobody(manifest: Manifest) -> Iterator[Finding]:
    for index, entry in enumerate(manifest.spec.get("domains") or ()):
        if entry.get("permission") == "selected" and entry.get("members") == []:
            message = "permission is `selected` and the list of members is empty: nobody can use the bot"
            yield Finding(path=f"domains.{index}.members", message=message, fix="name at least one member")


def _ill_formed(manifest: Manifest) -> Iterator[Finding]:
    for index, entry in enumerate(manifest.spec.get("domains") or ()):
        for place, member in enumerate(entry.get("members") or ()):
            if not is_user(member):
                message = f"{member!r} {NEITHER}"
                fix = "write the login id or the user id"
                yield Finding(path=f"domains.{index}.members.{place}", message=message, fix=fix)


RULES: tuple[Rule, ...] = (
    Rule(
        id="LW070",
        title="a domain that the tenant does not name",
        explain="Registrations use the names that the Tenant document gives to domain ids.",
        check=_unknown,
    ),
    Rule(
        id="LW071",
        title="a domain stands twice",
        explain="A bot has one registration in a domain, so one entry says all of it.",
        check=_twice,
    ),
    Rule(
        id="LW072",
        title="a registration outside the allowed domains",
        explain="The service takes a registration only in a domain of policy.allowedDomains.",
        check=_outside,
    ),
    Rule(
        id="LW073",
        title="members without `permission: selected`",
        explain="The list of members limits who may use the bot; with permission `all` everybody may.",
        check=_members_of_all,
    ),
    Rule(
        id="LW074",
        title="selected members on a bot that may join group rooms",
        explain="The admin console refuses this pair, and what the API does with it is unknown.",
        check=_group_join,
    ),
    Rule(
        id="LW075",
        title="nobody may use the bot",
        explain="An empty list of selected members locks everybody out. It is taken, but rarely meant.",
        check=_nobody,
        severity=Severity.WARNING,
    ),
    Rule(
        id="LW076",
        title="a member is neither a login nor a user id",
        explain="Members are given as login ids (name@domain) or as user ids (UUID).",
        check=_ill_formed,
    ),
)
