"""`show` without a plan: the whole tenant as it is. Sends GET only, and needs neither manifests nor a state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from lwdeploy.commands.directory import SCOPE, look_up
from lwdeploy.commands.request import Request
from lwdeploy.commands.session import Session, open_session, pool, read_state
from lwdeploy.commands.tenant_bots import Knowledge, bot_of, people_of
from lwdeploy.commands.workspace import Workspace, choose_tenant, open_workspace
from lwdeploy.core.errors import StateError, UserError
from lwdeploy.core.kind import Verify
from lwdeploy.core.tenant import Limits, Tenant
from lwdeploy.core.types import State
from lwdeploy.kinds import kinds_by_name
from lwdeploy.live.census import Counted, census
from lwdeploy.planning.estimate import seconds_of
from lwdeploy.planning.tenant_report import Directory, TenantReport

__all__ = ["Watcher", "run", "save", "telling"]

_EACH = ("getBot", "listBotDomains", "listRichmenus", "getPersistentMenu")
"""The calls that most bots cost one of."""


class Watcher(Protocol):
    """Whoever is told how the reading goes."""

    def reading(self, done: int, total: int) -> None:
        """Tell how many bots have been read."""
        ...

    def expecting(self, total: int, seconds: float) -> None:
        """Tell how long it will take to read so many bots, as far as the quota decides it."""
        ...


def run(request: Request, watcher: Watcher) -> TenantReport:
    """Read every bot of the tenant, and look those in charge up in the directory where that is allowed.

    Findings in manifests stop nothing: they are asked for names only. Raises UserError without a tenant, and any
    RemoteError of a read, but for those of the directory.
    """
    workspace = open_workspace(request)
    tenant = choose_tenant(request, workspace)
    verify = Verify(members=True)
    with (
        open_session(request, tenant, workspace=workspace, write=False, verify=verify) as session,
        pool() as readers,
    ):
        state, notes = _remembered(session)
        told = telling(watcher, limits=tenant.limits)
        counted = census(adapters=session.adapters, kinds=kinds_by_name(), pool=readers, progress=told)
        people = people_of(counted)
        directory = look_up(session.widened((SCOPE,)), people, pool=readers) if people else Directory()
    known = _known(workspace, tenant, state)
    return _report(counted, tenant=tenant, known=known, directory=directory, notes=notes)


def telling(watcher: Watcher, *, limits: Limits) -> Callable[[int, int], None]:
    """Give the progress of a census: what is left follows from the quota, whatever the pace has been so far."""

    def told(done: int, total: int) -> None:
        if done == 1:
            watcher.expecting(total, seconds_of(dict.fromkeys(_EACH, total), limits=limits))
        watcher.reading(done, total)

    return told


def _remembered(session: Session) -> tuple[State | None, tuple[str, ...]]:
    """Give the state; one that cannot be used is said to be so, and is no reason to show nothing."""
    try:
        return read_state(session), ()
    except StateError as error:
        return None, (f"What is managed is not known: {error.message}",)


def _known(workspace: Workspace, tenant: Tenant, state: State | None) -> Knowledge:
    documents = [each for each in workspace.loaded.documents if each.kind == "Bot" and each.name]
    bound = {str(each.spec["botId"]): each.name for each in documents if "botId" in each.spec}
    return Knowledge(
        project=workspace.project,
        state=state,
        domains={str(number): name for name, number in sorted(tenant.domains.items(), reverse=True)},
        bound=bound,
        keys=frozenset(each.name for each in documents),
    )


def _report(
    counted: tuple[Counted, ...],
    *,
    tenant: Tenant,
    known: Knowledge,
    directory: Directory,
    notes: tuple[str, ...],
) -> TenantReport:
    logins = known.logins()
    bots = [bot_of(each, known=known, logins=logins, directory=directory) for each in counted]
    return TenantReport(
        tenant=tenant.name,
        project=known.project,
        limit=tenant.limits.warn_bots or tenant.limits.bots,
        bots=tuple(sorted(bots, key=lambda bot: (len(bot.bot_id), bot.bot_id))),
        unchecked=directory.unchecked,
        notes=notes,
    )


def save(text: str, path: Path) -> None:
    """Write a report, whole or not at all. Raises UserError where it cannot be written."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
        temporary.replace(path)
    except OSError as error:
        raise UserError(f"The report cannot be written to {path}: {error.strerror}") from error
