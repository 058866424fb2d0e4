"""Five applies at once from five checkouts: one makes the bots, the others wait and find their plans stale."""

from __future__ import annotations

import secrets
import threading
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime

import pytest

from lwdeploy.commands import apply as command
from lwdeploy.commands.recording import Recording
from lwdeploy.commands.request import Request
from lwdeploy.commands.resuming import Resume
from lwdeploy.core.diagnostics import Diagnostic
from lwdeploy.core.errors import LwdeployError
from lwdeploy.core.types import Outcome
from lwdeploy.planning.model import Plan
from lwdeploy.simulator import LocalTenant
from tests.support.console import writes
from tests.support.four import expect_whole
from tests.support.places import Place
from tests.support.project import Project

CROWD = 5


class Deaf:
    """A terminal that nobody sits at."""

    def reading(self, done: int, total: int) -> None:
        """Show nothing."""

    def diagnostics(self, found: tuple[Diagnostic, ...]) -> None:
        """Show nothing."""

    def plan(self, plan: Plan) -> None:
        """Show nothing."""

    def confirm(self, question: str, *, otherwise: str) -> bool:
        raise AssertionError(question + otherwise)

    def applying(self, total: int) -> AbstractContextManager[None]:
        del total
        return nullcontext()

    def outcome(self, outcome: Outcome) -> None:
        """Show nothing."""


def _apply(project: Project, start: threading.Barrier, codes: list[int]) -> None:
    request = Request(cwd=project.root, env=project.env, stdin=bytes, auto_approve=True)
    recording = Recording(
        resume=Resume(request=request, planfile=None),
        run=secrets.token_hex(8),
        now=lambda: datetime.now(UTC),
    )
    start.wait()
    try:
        applied = command.run(request, Deaf(), recording=recording)
    except LwdeployError as error:
        codes.append(error.exit_code)
    else:
        codes.append(0 if applied.report is not None and applied.report.complete else 7)


def test_of_five_applies_at_once_each_bot_is_made_once(
    place: Place, project: Project, tenant: LocalTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lwdeploy.state.remote.LOOK_EVERY", 0.2)
    place.publish(project.root)
    jobs = [Project(root=place.folder(f"job-{number}"), env=project.env) for number in range(CROWD)]
    for job in jobs:
        job.env.setdefault("PATH", "/usr/bin:/bin")
    start, codes = threading.Barrier(CROWD), list[int]()
    threads = [threading.Thread(target=_apply, args=(job, start, codes)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(codes) == CROWD
    assert 0 in codes
    assert set(codes) <= {0, 5}
    assert sorted(writes(tenant)) == ["createBot"] * 2 + ["patchBot"] * 2 + ["registerBotDomain"] * 2
    expect_whole(jobs[0], tenant, "helpdesk", "payroll")
