"""Which manifests count: --target, -f with files, folders, globs, standard input; and what prune may do then."""

from __future__ import annotations

import pytest
import yaml

from lwdeploy.simulator import LocalTenant
from tests.support.console import names, writes
from tests.support.four import KEYS, expect_whole
from tests.support.project import Project, least


def test_a_target_is_one_bot_with_all_that_hangs_on_it(four: Project, tenant: LocalTenant) -> None:
    """--target narrows plan and apply to the bots it names, in any spelling of their addresses."""
    planned = four.run("plan", "--target", "bot/travel", "--format", "json").json
    assert {each["address"].split("/")[1] for each in planned["changes"]} == {"travel"}
    assert planned["summary"]["add"] == 3
    four.apply("--target", "bot/travel/persistent-menu", "--target", "bot/payroll")
    assert names(tenant) == ["Payroll", "Travel"]
    assert four.run("plan", "--target", "bot/travel", "--detailed-exitcode").code == 0
    four.apply()
    expect_whole(four, tenant, *KEYS)


def test_a_target_never_prunes(four: Project, tenant: LocalTenant) -> None:
    """--prune with --target is refused, and a bot outside the target is not retained but unmentioned."""
    four.apply()
    four.drop("cafeteria")
    tenant.clear_log()
    ran = four.run("apply", "--auto-approve", "--prune", "--target", "bot/payroll")
    assert ran.code == 1
    assert "--prune works only on the whole project" in ran.err
    assert tenant.log() == ()
    assert four.run("plan", "--target", "bot/payroll").code == 0


FILES = {
    "a file": ("-f", "bots/payroll.yaml"),
    "a glob": ("-f", "bots/pay*.yaml"),
    "two files": ("-f", "bots/payroll.yaml", "-f", "lwdeploy.yaml"),
}


@pytest.mark.parametrize("flags", FILES.values(), ids=FILES)
def test_a_part_of_the_project(four: Project, tenant: LocalTenant, flags: tuple[str, ...]) -> None:
    """-f below the root works with the project's tenant, and never prunes."""
    four.apply(*flags)
    assert names(tenant) == ["Payroll"]
    refused = four.run("apply", "--auto-approve", "--prune", *flags)
    assert refused.code == 1
    assert "--prune works only on the whole project" in refused.err
    assert names(tenant) == ["Payroll"]


def test_a_folder_below_the_root(four: Project, tenant: LocalTenant) -> None:
    """-f FOLDER below the root is a part of the project too."""
    four.apply("-f", "bots")
    assert len(names(tenant)) == len(KEYS)
    assert four.run("plan", "-f", "bots", "--prune").code == 1
    expect_whole(four, tenant, *KEYS)


@pytest.mark.parametrize("flags", [("-f", "."), ("-f", "lwdeploy.yaml", "-f", ".")], ids=" ".join)
def test_the_root_is_the_whole_project(four: Project, tenant: LocalTenant, flags: tuple[str, ...]) -> None:
    """-f with the root folder may prune."""
    four.apply(*flags)
    four.drop("cafeteria")
    four.apply("--prune", *flags)
    expect_whole(four, tenant, "helpdesk", "payroll", "travel")


def test_standard_input(four: Project, tenant: LocalTenant) -> None:
    """-f - reads manifests from standard input, as kustomize writes them."""
    documents = [
        document
        for path in sorted(four.root.rglob("*.yaml"))
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
    ]
    stdin = yaml.safe_dump_all(documents).encode()
    applied = four.run("apply", "--auto-approve", "-f", "-", stdin=stdin)
    assert applied.code == 0, applied
    assert len(names(tenant)) == len(KEYS)
    assert four.run("plan", "-f", "-", "--detailed-exitcode", stdin=stdin).code == 0


def test_standard_input_with_an_error(four: Project) -> None:
    """A finding in standard input has a line too."""
    ran = four.run(
        "plan", "-f", "-", stdin=b"apiVersion: lwdeploy/v1\nkind: Bot\nmetadata: {name: x}\nspec: {colour: red}\n"
    )
    assert ran.code == 3
    assert "<stdin>:4:" in ran.err + ran.out


@pytest.mark.parametrize("path", ["nowhere.yaml", "nowhere/", "nowhere/*.yaml"])
def test_a_path_that_is_not_there(four: Project, tenant: LocalTenant, path: str) -> None:
    """A path without a manifest is an error: it must not look like an empty project."""
    ran = four.run("apply", "--auto-approve", "-f", path)
    assert ran.code in {1, 3}, ran
    assert "nowhere" in ran.err + ran.out
    assert writes(tenant) == []


def test_from_a_folder_inside_the_project(four: Project, tenant: LocalTenant) -> None:
    """Run inside the project, lwdeploy finds its root and takes all of it."""
    inner = Project(root=four.root / "bots", env=four.env)
    assert inner.run("apply", "--auto-approve").code == 0
    expect_whole(four, tenant, *KEYS)


def test_several_tenants_and_none_named(four: Project, tenant: LocalTenant) -> None:
    """With two tenants and no default, -t has to say which; with a wrong name the right ones are listed."""
    second = list(yaml.safe_load_all((four.root / "lwdeploy.yaml").read_text(encoding="utf-8")))[1]
    second["metadata"]["name"] = "staging"
    four.write("staging.yaml", second)
    unnamed = four.run("plan")
    assert unnamed.code == 1
    assert "acme, staging" in unnamed.err
    assert "-t" in unnamed.err
    wrong = four.run("plan", "-t", "production")
    assert wrong.code == 1
    assert "acme, staging" in wrong.err
    assert tenant.log() == ()
    assert four.run("apply", "--auto-approve", "-t", "staging").code == 0
    assert names(tenant) == sorted(key.title() for key in KEYS)
    four.bot("payroll", **least("Payroll"))
