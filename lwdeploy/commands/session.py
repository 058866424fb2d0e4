"""An open tenant: client, adapters, state, and what they are bound to."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lwdeploy.commands.request import Request
from lwdeploy.commands.stores import open_store
from lwdeploy.commands.workspace import Workspace
from lwdeploy.core.errors import Corrupt, LineageMismatch, Rejected, UserError
from lwdeploy.core.kind import Access, Adapters, Verify
from lwdeploy.core.picture import Source, recipe_digest
from lwdeploy.core.tenant import Tenant
from lwdeploy.core.types import State
from lwdeploy.kinds import KINDS, kinds_by_name
from lwdeploy.live.read import RootReader
from lwdeploy.pictures.desk import Desk
from lwdeploy.state.store import Store

if TYPE_CHECKING:
    from lwdeploy.api.client import Client

__all__ = ["IMAGE_SCOPE", "READERS", "Session", "open_session", "pool", "read_state"]

IMAGE_SCOPE = "bot.message"
UPLOAD = "uploadAttachment"
READERS = 8
"""Bots that are read or written at a time; the quota, not this, is what limits a large tenant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One tenant, open. `identity` is what its state is bound to.

    `widened` opens a second client of the same tenant, which asks for more scopes and ends with the session.
    """

    tenant: Tenant
    client: Client
    adapters: Adapters
    reader: RootReader
    store: Store
    identity: Mapping[str, Any]
    widened: Callable[[tuple[str, ...]], Client]


@contextmanager
def pool() -> Iterator[ThreadPoolExecutor]:
    """Give the threads that bots are read with; what was not begun is dropped when an error leaves."""
    executor = ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="read")
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


@contextmanager
def open_session(
    request: Request, tenant: Tenant, *, workspace: Workspace, write: bool, verify: Verify | None = None
) -> Iterator[Session]:
    """Open a tenant: start it when it is the local one, read its credentials otherwise. Sends nothing yet.

    Without `write` the client raises on everything but GET, and asks for the scope `bot.read` only; to verify
    pictures it needs `bot.message` besides (reference 1.5). What is verified is what the request says, unless
    `verify` is given.
    """
    from lwdeploy.api.client import Client  # noqa: PLC0415  slow to load, and not needed offline
    from lwdeploy.api.credentials import Credentials  # noqa: PLC0415

    with ExitStack() as stack:
        env, running = request.env, tenant
        if tenant.is_local:
            started = stack.enter_context(_local(tenant, root=workspace.root))
            env, running = started
        credentials = Credentials.read(running.auth, env=env)
        asked = verify or Verify(images=request.verify_images, users=request.verify_users)

        def opened(scopes: tuple[str, ...]) -> Client:
            return stack.enter_context(
                Client.open(
                    endpoint=running.endpoint,
                    token_url=running.token_url,
                    credentials=credentials,
                    limits=running.limits,
                    read_only=not write,
                    scopes=scopes,
                )
            )

        client = opened((IMAGE_SCOPE,) if asked.images and not write else ())
        access = Access(
            client=client,
            project=workspace.project,
            verify=asked,
            content=lambda digest, source: _content(workspace.pictures, digest, source),
        )
        adapters = Adapters.of(KINDS, access)
        yield Session(
            tenant=tenant,
            client=client,
            adapters=adapters,
            reader=RootReader(adapters=adapters, kinds=kinds_by_name()),
            store=stack.enter_context(open_store(request, tenant, root=workspace.root)),
            identity={
                "endpoint": tenant.endpoint,
                "serviceAccount": credentials.service_account,
                "domainIds": sorted(tenant.domains.values()),
            },
            widened=opened,
        )


def _content(desk: Desk, digest: str, source: Source) -> bytes:
    """Give the bytes of a picture, if they still are those that the plan means.

    A plan is a file that others can edit: what it names is sent nowhere but under its own digest.
    """
    try:
        content = desk.content(source)
    except UserError as error:
        raise Rejected(error.message, operation=UPLOAD, advice=error.advice) from error
    drawing = source.get("draw")
    seen = "sha256:" + hashlib.sha256(content).hexdigest() if drawing is None else recipe_digest(drawing)
    if digest != seen:
        told = f"The picture {source.get('file', 'that is drawn')} was changed after the plan was made"
        raise Rejected(told, operation=UPLOAD, advice="Plan again.")
    return content


@contextmanager
def _local(tenant: Tenant, *, root: Path) -> Iterator[tuple[Mapping[str, str], Tenant]]:
    """Serve the local tenant from `.lwdeploy/` as long as the block lasts."""
    try:
        from lwdeploy.simulator import DataFileError, Settings, start  # noqa: PLC0415  an extra: not everybody has it
    except ImportError as error:
        raise UserError(
            "The local tenant needs parts that are not installed",
            advice="Install them: pip install 'lwdeploy[local]'",
        ) from error

    data = root / ".lwdeploy" / f"{tenant.name}.sqlite3"
    data.parent.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        domains=tuple(sorted({*Settings().domains, *tenant.domains.values()})),
        plan=tenant.plan or "standard",
        bot_limit=tenant.limits.bots,
    )
    try:
        served = start(data=data, settings=settings)
    except DataFileError as error:
        raise UserError(str(error), advice="Wait for the other run, or name another tenant.") from error
    with served:
        env = {
            "LWDEPLOY_CLIENT_ID": served.client_id,
            "LWDEPLOY_CLIENT_SECRET": served.client_secret,
            "LWDEPLOY_SERVICE_ACCOUNT": served.service_account,
            "LWDEPLOY_PRIVATE_KEY": served.private_key,
        }
        # The local tenant tells its own limits, and by default has none: a plan's pace would only be waiting.
        limits = replace(tenant.limits, calls_per_minute=None)
        yield (
            env,
            replace(
                tenant,
                endpoint=served.endpoint,
                token_url=served.token_url,
                limits=limits,
                auth=type(tenant.auth)(),
            ),
        )


def read_state(session: Session) -> State | None:
    """Read the state and make sure that it belongs to this tenant.

    Raises LineageMismatch when it is bound to another service account, or to domains of which none is named
    now.
    """
    state = session.store.read()
    if state is None:
        return None
    foreign = sorted({address.kind for address in state.entries} - set(kinds_by_name()))
    if foreign:
        raise Corrupt(
            f"The state in {session.store.describe()} remembers kinds that this version does not know: "
            f"{', '.join(foreign)}",
            advice="Use the version of lwdeploy that wrote it, or a newer one.",
        )
    bound, here = state.tenant, session.identity
    other_account = bound.get("serviceAccount") not in {None, here["serviceAccount"]}
    known = set(bound.get("domainIds") or ())
    other_domains = bool(known) and bool(here["domainIds"]) and known.isdisjoint(here["domainIds"])
    if other_account or other_domains:
        raise LineageMismatch(
            f"The state in {session.store.describe()} belongs to another tenant: "
            f"service account {bound.get('serviceAccount')}, domains {sorted(known)}",
            advice="Name the right tenant with -t, or give this one a state of its own.",
        )
    return state
