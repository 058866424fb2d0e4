"""A project that is planned and applied on a real local tenant over HTTP, without files or a command line."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

from lwdeploy.api.call import call
from lwdeploy.api.client import Client
from lwdeploy.api.credentials import Credentials
from lwdeploy.core.address import Address
from lwdeploy.core.diagnostics import SourceRef
from lwdeploy.core.kind import Access, Adapters, Finding, Manifest, TenantView, Verify
from lwdeploy.core.live import LiveResource
from lwdeploy.core.tenant import Auth, Guards, Limits
from lwdeploy.core.types import ApplyReport, Desired, Lifecycle, Resource, Spec, State
from lwdeploy.kinds import KINDS, kinds_by_name
from lwdeploy.live.read import RootReader, read
from lwdeploy.planning.model import Plan
from lwdeploy.planning.plan import Terms, make_plan
from lwdeploy.reconcile.apply import apply
from lwdeploy.reconcile.engine import Engine
from lwdeploy.simulator import LocalTenant, LogEntry
from lwdeploy.state.holder import Holder
from lwdeploy.state.memory import MemoryStore
from tests.support.haste import Haste
from tests.support.menu_pictures import content_of, picture_at

DOMAINS: Mapping[str, int] = {"tokyo": 10000001, "osaka": 10000002, "kyoto": 10000003}
PHOTO = "https://static.example.com/bot.png"
ADMIN, TARO, HANAKO = "admin@example.com", "taro@example.com", "hanako@example.com"
HOLDER = Holder(host="runner-7", pid=4711, user="taro", since="2026-01-05T09:00:00Z")

Bots = Mapping[str, Mapping[str, Any]]


def least(**over: Any) -> dict[str, Any]:
    """Give the manifest of a bot that declares as little as possible; `over` adds or replaces."""
    return {"botName": "Help Desk", "description": "Answers", "pic": {"primary": [ADMIN]}} | over


def manifest_of(
    spec: Mapping[str, Any],
    *,
    name: str = "helpdesk",
    ignore: tuple[str, ...] = (),
    photo: str | None = PHOTO,
    **guards: Any,
) -> Manifest:
    """Give a Bot manifest as the kinds see it."""
    return Manifest(
        address=Address.top("bot", name),
        spec=spec,
        tenant=TenantView(
            name="acme", domains=DOMAINS, defaults={"photoUrl": photo} if photo else {}, guards=guards
        ),
        at=lambda _path: SourceRef(file="bots.yaml", line=1, column=1),
        lifecycle=Lifecycle(
            ignore_changes=ignore, retain_replaced=spec.get("lifecycle", {}).get("retainReplaced", False)
        ),
        picture=lambda path: picture_at(spec, path),
    )


def desired_of(bots: Bots) -> Desired:
    """Give what Bot manifests declare, by key; every rule must accept them."""
    resources: list[Resource] = []
    scopes: set[tuple[Address, str]] = set()
    for name, spec in bots.items():
        manifest = manifest_of(spec, name=name)
        assert broken(manifest) == [], broken(manifest)
        for kind in KINDS:
            declared = kind.declare(manifest)
            resources += declared.resources
            if declared.in_scope:
                scopes.add((manifest.address, kind.name))
    return Desired(resources=tuple(sorted(resources, key=lambda each: each.address)), scopes=frozenset(scopes))


def broken(manifest: Manifest) -> list[tuple[str, Finding]]:
    """Give everything that the rules that are errors find."""
    rules = [rule for kind in KINDS for rule in kind.rules if rule.severity == "error"]
    return [(rule.id, finding) for rule in rules for finding in rule.check(manifest)]


def _no_sleep(_seconds: float) -> None:
    """Look again at once."""


class Deployment:
    """One project with its own state on one tenant."""

    def __init__(self, tenant: LocalTenant) -> None:
        self.tenant = tenant
        env = {
            "LWDEPLOY_CLIENT_ID": tenant.client_id,
            "LWDEPLOY_CLIENT_SECRET": tenant.client_secret,
            "LWDEPLOY_SERVICE_ACCOUNT": tenant.service_account,
            "LWDEPLOY_PRIVATE_KEY": tenant.private_key,
        }
        self._haste = Haste()
        self.client = Client.open(
            endpoint=tenant.endpoint,
            token_url=tenant.token_url,
            credentials=Credentials.read(Auth(), env=env),
            timing=self._haste.timing(),
        )
        self.project = "acme"
        self.verify()
        self._nonces = (f"n{number}" for number in itertools.count())
        self.store = MemoryStore()

    def verify(self, **wanted: bool) -> None:
        """From now on read what no list shows, too: images=True, users=True."""
        access = Access(client=self.client, project=self.project, verify=Verify(**wanted), content=content_of)
        self.adapters = Adapters.of(KINDS, access)
        self.reader = RootReader(adapters=self.adapters, kinds=kinds_by_name())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def begin(self, project: str = "acme") -> None:
        """Empty the tenant and forget everything."""
        self.tenant.clear_faults()
        self.project = project
        self.verify()
        for row in self.adapters.roots["bot"].listing():
            self.client.send(call("deleteBot", botId=row.remote_id))
        self.tenant.clear_log()
        self.store = MemoryStore()

    def plan(self, bots: Bots, **terms: Any) -> Plan:
        desired, state = desired_of(bots), self.store.read()
        with ThreadPoolExecutor(max_workers=2) as pool:
            live = read(
                desired=desired,
                state=state,
                reader=self.reader,
                project=self.project,
                pool=pool,
                progress=lambda _done, _total: None,
            )
        whole = {
            "tenant": "acme",
            "identity": {"endpoint": self.tenant.endpoint},
            "project": self.project,
            "backend": self.store.describe(),
            "limits": Limits(),
            "guards": Guards(max_deletes=100, max_delete_percent=100),
            "prune": True,
            "allowed": {"create": 100, "unmanaged": 100},
        }
        return make_plan(
            desired=desired, live=live, state=state, kinds=kinds_by_name(), terms=Terms(**{**whole, **terms})
        )

    def apply(self, plan: Plan) -> ApplyReport:
        timing = self._haste.timing()
        engine = Engine(
            adapters=self.adapters,
            kinds=kinds_by_name(),
            reader=self.reader,
            store=self.store,
            holder=HOLDER,
            clock=timing.clock,
            sleep=_no_sleep,
            nonce=lambda: next(self._nonces),
            lineage=lambda: "fresh",
            stopping=lambda: False,
            progress=lambda _outcome: None,
            lock_timeout=0,
            workers=2,
        )
        return apply(plan, engine=engine)

    def deploy(self, bots: Bots) -> Plan:
        """Plan and apply, and insist that all of it was done; the log then holds what the apply sent."""
        plan = self.plan(bots)
        assert plan.refusals == (), plan.refusals
        self.tenant.clear_log()
        report = self.apply(plan)
        assert report.complete, report
        return plan

    @property
    def state(self) -> State:
        state = self.store.read()
        assert state is not None
        return state

    def live(self, bots: Bots) -> Mapping[Address, LiveResource]:
        """Read back everything that is declared."""
        found: dict[Address, LiveResource] = {}
        desired = desired_of(bots)
        for root in {each.address.root for each in desired.resources}:
            wanted = {each.address: each for each in desired.resources if each.address.root == root}
            remote_id = self.state.entries[root].remote_id
            seen = self.reader.read_root(root, remote_id=remote_id, wanted=wanted, scopes=frozenset())
            found |= seen.resources
        return found

    # --- the log

    def written(self) -> list[LogEntry]:
        """Give the requests that wrote."""
        return [entry for entry in self.tenant.log() if entry.method != "GET" and entry.operation != "issueToken"]

    def counts(self) -> dict[str, int]:
        """Count the writes by operation, in the client's words, which has one for uploads that go elsewhere."""
        words = {"uploadContent": "uploadAttachment"}
        return dict(Counter(words.get(entry.operation, entry.operation) for entry in self.written()))

    def bodies(self) -> list[tuple[str, Any]]:
        """Give operation and body of every request that wrote."""
        return [(entry.operation, json.loads(entry.body) if entry.body else None) for entry in self.written()]


def without_users(spec: Spec, fields: tuple[str, ...]) -> dict[str, Any]:
    """Give a spec without its sets of users: they come back as user ids."""
    kept = {key: dict(value) if isinstance(value, dict) else value for key, value in spec.items()}
    for path in fields:
        group, _, leaf = path.partition(".")
        if not leaf:
            kept.pop(group, None)
        elif isinstance(kept.get(group), dict):
            kept[group].pop(leaf, None)
    return kept
