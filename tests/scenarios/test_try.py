from __future__ import annotations

from lwdeploy.simulator import LocalTenant
from tests.support.project import Project, least


def test_try(project: Project, tenant: LocalTenant) -> None:
    project.bot("a", **least("A", callback={"url": "https://x.example.com/a?token=CANARY"}))
    first = project.apply()
    print(first)
    project.expect_settled(tenant)
    print(project.ids(), tenant.log())
    print(project.process("plan"))
    raise AssertionError
