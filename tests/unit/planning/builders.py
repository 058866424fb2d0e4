"""Short spellings of the values that planning works on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lwdeploy.core.address import Address
from lwdeploy.core.diagnostics import SourceRef
from lwdeploy.core.live import Listed, Live, LiveResource, Seen
from lwdeploy.core.tenant import Guards, Limits
from lwdeploy.core.types import UNKNOWN, Desired, Lifecycle, Mark, Proof, Resource, Spec, State, StateEntry
from lwdeploy.kinds import kinds_by_name
from lwdeploy.planning.match import mark_key
from lwdeploy.planning.model import Plan
from lwdeploy.planning.plan import Terms, make_plan

KINDS = kinds_by_name()
IDENTITY = {"endpoint": "local", "serviceAccount": "bot@acme", "domainIds": [10000001, 10000002]}
HERE = SourceRef(file="bots.yaml", line=1, column=1)
MENU_ID = "persistentmenu"
TARO, TARO_ID = "taro@example.com", "5e1c0f7a-1111-4222-8333-444455556666"
JIRO, JIRO_ID = "jiro@example.com", "9b2d1e8c-1111-4222-8333-444455556666"


def bot_spec(name: str = "Help Desk", **over: Any) -> dict[str, Any]:
    """Give the spec of a bot; `over` replaces or adds groups."""
    return {"botName": {"default": name}, "description": {"default": f"About {name}"}, **over}


def bot(
    name: str = "helpdesk",
    spec: Spec | None = None,
    *,
    bind: str | None = None,
    renamed_from: str | None = None,
    protect: bool = False,
    ignore: tuple[str, ...] = (),
) -> Resource:
    """Give a bot as a manifest declares it, called `name` unless `spec` says otherwise."""
    return Resource(
        address=root(name),
        spec=bot_spec(name) if spec is None else spec,
        source=HERE,
        lifecycle=Lifecycle(protect=protect, ignore_changes=ignore),
        bind=bind,
        renamed_from=None if renamed_from is None else root(renamed_from),
    )


def registration(name: str = "helpdesk", domain: str = "osaka", spec: Spec | None = None) -> Resource:
    """Give a registration; its domain id follows from the domain's name."""
    return Resource(
        address=domain_of(name, domain),
        spec={"permission": "all", "visible": True} if spec is None else spec,
        source=HERE,
        derived_id=domain_id(domain),
    )


def menu(name: str = "helpdesk", label: str = "New") -> Resource:
    """Give a persistent menu of one button."""
    action = {"type": "message", "label": {"default": label}}
    return Resource(address=menu_of(name), spec={"actions": [action]}, source=HERE, derived_id=MENU_ID)


def rich_menu(
    name: str = "helpdesk",
    key: str = "main",
    *,
    label: str = "New",
    image: str = "sha256:a",
    retain: bool = False,
    protect: bool = False,
    ignore: tuple[str, ...] = (),
) -> Resource:
    """Give a rich menu of one area, with one picture."""
    return Resource(
        address=rich_menu_of(name, key),
        spec=rich_spec(label, image),
        source=HERE,
        lifecycle=Lifecycle(protect=protect, retain_replaced=retain, ignore_changes=ignore),
        pictures={image: {"file": f"{image}.png"}},
    )


def rich_spec(label: str = "New", image: str = "sha256:a") -> dict[str, Any]:
    return {**rich_shown(label), "image": {"default": image}}


def rich_shown(label: str = "New") -> dict[str, Any]:
    """Give what the list of rich menus shows of one: all but its picture."""
    action = {"type": "message", "label": {"default": label}, "text": {"default": label}}
    return {
        "areas": [{"action": action, "bounds": {"x": 0, "y": 0, "width": 2500, "height": 1686}}],
        "size": "full",
    }


def default_link(name: str = "helpdesk", key: str = "main") -> Resource:
    """Give the link from a bot to its default rich menu."""
    return _link(default_link_of(name), rich_menu_of(name, key), remote_id="default")


def user_link(user: str = TARO, name: str = "helpdesk", key: str = "main") -> Resource:
    """Give the link from a user to the rich menu that he sees."""
    return _link(user_link_of(user, name), rich_menu_of(name, key), remote_id=user)


def _link(address: Address, target: Address, *, remote_id: str) -> Resource:
    return Resource(
        address=address,
        spec={"richmenuId": UNKNOWN},
        source=HERE,
        derived_id=remote_id,
        refers={"richmenuId": target},
    )


def rich_menu_of(name: str = "helpdesk", key: str = "main") -> Address:
    return root(name).child("rich_menu", "rich-menu", key)


def default_link_of(name: str = "helpdesk") -> Address:
    return root(name).child("default_rich_menu", "default-rich-menu")


def user_link_of(user: str = TARO, name: str = "helpdesk") -> Address:
    return root(name).child("user_rich_menu", "rich-menu-user", user)


def root(name: str = "helpdesk") -> Address:
    return Address.top("bot", name)


def domain_of(name: str = "helpdesk", domain: str = "osaka") -> Address:
    return root(name).child("bot_domain", "domain", domain)


def menu_of(name: str = "helpdesk") -> Address:
    return root(name).child("persistent_menu", "persistent-menu")


def domain_id(domain: str) -> str:
    return {"head-office": "10000001", "osaka": "10000002", "kyoto": "10000003"}[domain]


def entry(
    remote_id: str = "7",
    spec: Spec | None = None,
    *,
    protect: bool = False,
    observed: Spec | None = None,
    fixed: bool = False,
) -> StateEntry:
    """Give the entry of an object that was applied and is as it was applied, unless `observed` says otherwise."""
    shown = {} if spec is None else spec
    seen = shown if observed is None else observed
    return StateEntry(remote_id=remote_id, applied=shown, observed=seen, protect=protect, fixed=fixed)


def state_of(entries: Mapping[Address, StateEntry] | None = None, **over: Any) -> State:
    return State(lineage="7f3a91c2", serial=4, tenant=IDENTITY, project="acme", entries=entries or {}, **over)


def row(remote_id: str, name: str = "somebody's") -> Listed:
    return Listed(kind="bot", remote_id=remote_id, name=name)


def marked(name: str, nonce: str = "n1", *, project: str = "acme") -> str:
    """Give the name that a bot carries while it is being created."""
    return str(Mark(project=project, key=mark_key(root(name)), nonce=nonce))


def found(resource: Resource, remote_id: str, spec: Spec | None = None, **facts: Any) -> LiveResource:
    """Give the live side of a resource; as it is declared unless `spec` says otherwise."""
    return LiveResource(
        kind=resource.address.kind,
        remote_id=remote_id,
        spec=resource.spec if spec is None else spec,
        address=resource.address,
        facts=facts,
    )


def desired_of(*resources: Resource, scopes: Iterable[tuple[Address, str]] = (), whole: bool = True) -> Desired:
    return Desired(resources=resources, scopes=frozenset(scopes), whole_project=whole)


def live_of(
    *resources: LiveResource,
    listed: Iterable[Listed] | None = None,
    proofs: Mapping[Address, Proof] | None = None,
    strays: tuple[Listed, ...] = (),
    missing: Iterable[Address] = (),
    below: Mapping[Address, Seen] | None = None,
) -> Live:
    """Give a picture of the tenant; its list holds exactly the bots among `resources` unless `listed` is given.

    What is `below` a bot is added to what of `resources` belongs to it.
    """
    found_at = {each.address: each for each in resources if each.address is not None}
    seen = {each: _seen_of(each, found_at) | (below or {}).get(each, Seen()) for each in found_at if each.is_root}
    also = {address: live for each in seen.values() for address, live in each.resources.items()}
    bots = [each for each in resources if each.kind == "bot"]
    rows = [row(each.remote_id, each.spec.get("botName", {}).get("default", "")) for each in bots]
    known = {address: Proof.STATE for address in found_at if address.is_root}
    return Live(
        listed=tuple(rows if listed is None else listed),
        resources=found_at | also,
        proofs=known if proofs is None else proofs,
        strays=strays,
        missing=frozenset(missing),
        below=seen,
    )


def _seen_of(root: Address, found_at: Mapping[Address, LiveResource]) -> Seen:
    """Give what belongs to one bot; its facts are those of the bot itself, as when it is read."""
    mine = {address: each for address, each in found_at.items() if address.root == root}
    return Seen(resources=mine, facts={"bot": found_at[root].facts})


def terms_of(**over: Any) -> Terms:
    """Give terms under which no guard but those about identity says no."""
    generous = Guards(max_deletes=100, max_delete_percent=100)
    whole = {
        "tenant": "production",
        "identity": IDENTITY,
        "project": "acme",
        "backend": "memory",
        "limits": Limits(),
        "guards": generous,
    }
    return Terms(**{**whole, **over})


def plan_of(desired: Desired, live: Live | None = None, state: State | None = None, **terms: Any) -> Plan:
    """Plan with the kinds of the project."""
    return make_plan(
        desired=desired,
        live=live_of() if live is None else live,
        state=state,
        kinds=KINDS,
        terms=terms_of(**terms),
    )
