"""Where settings come from: flag before environment before project, and a tenant made of the environment."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from lwdeploy.simulator import LocalTenant
from tests.support.console import names, writes
from tests.support.four import KEYS
from tests.support.project import DOMAINS, PROGRAM, Project, Run, least, settle


@pytest.mark.parametrize(
    ("variable", "value", "command", "code"),
    [
        ("LWDEPLOY_DETAILED_EXITCODE", "1", ("plan",), 2),
        ("LWDEPLOY_AUTO_APPROVE", "true", ("apply",), 0),
        ("LWDEPLOY_TENANT", "nowhere", ("plan",), 1),
        ("LWDEPLOY_TARGET", "bot/nobody", ("plan",), 1),
        ("LWDEPLOY_FILE", "nowhere.yaml", ("plan",), 3),
        ("LWDEPLOY_ALLOW", "delete=many", ("plan",), 1),
        ("LWDEPLOY_FORMAT", "yaml", ("plan",), 1),
        ("LWDEPLOY_LOCK_TIMEOUT", "-1", ("apply",), 1),
    ],
)
def test_every_flag_has_a_variable(
    four: Project, variable: str, value: str, command: tuple[str, ...], code: int
) -> None:
    """A variable stands for its flag."""
    plain, told = four.run(*command), four.run(*command, env={variable: value})
    assert told.code == code, told
    assert told != plain


def test_flags_that_shape_the_plan_from_the_environment(four: Project, tenant: LocalTenant) -> None:
    """LWDEPLOY_PRUNE and LWDEPLOY_ALLOW do what their flags do, several guards included."""
    four.apply()
    four.drop("payroll")
    four.drop("travel")
    refused = four.run("apply", "--auto-approve", env={"LWDEPLOY_PRUNE": "1"})
    assert refused.code == 4
    env = {"LWDEPLOY_PRUNE": "1", "LWDEPLOY_ALLOW": "delete=2 protect=1"}
    assert four.run("apply", "--auto-approve", env=env).code == 0
    assert names(tenant) == ["Cafeteria", "Helpdesk"]


def test_a_flag_beats_its_variable(four: Project, tenant: LocalTenant) -> None:
    """What is typed beats what is set."""
    env = {"LWDEPLOY_TENANT": "nowhere", "LWDEPLOY_FORMAT": "text", "LWDEPLOY_TARGET": "bot/nobody"}
    ran = four.run("plan", "-t", "acme", "--format", "json", "--target", "bot/payroll", env=env)
    assert ran.code == 0, ran
    assert ran.json["tenant"] == "acme"
    assert writes(tenant) == []


def test_a_variable_beats_the_project(four: Project, tenant: LocalTenant) -> None:
    """What is set beats what the project says: -t local has a tenant of its own."""
    ran = four.run("plan", env={"LWDEPLOY_TENANT": "local"})
    assert ran.code == 0, ran
    assert ran.out.startswith("Plan for tenant local")
    assert tenant.log() == ()


def test_the_project_beats_the_default(tmp_path: Path, tenant: LocalTenant) -> None:
    """A Tenant with prune: true prunes without a flag."""
    project = Project.found(tmp_path / "pruning", tenant, prune=True)
    for key in KEYS:
        project.bot(key, **least(key.title()))
    project.apply()
    project.drop("payroll")
    project.apply()
    assert names(tenant) == ["Cafeteria", "Helpdesk", "Travel"]


def _env_tenant(tenant: LocalTenant, tmp_path: Path, **env: str) -> Project:
    found = Project.found(tmp_path / "project", tenant)
    (found.root / "lwdeploy.yaml").unlink()
    ids = ",".join(f"{name}={number}" for name, number in DOMAINS.items())
    urls = {
        "LWDEPLOY_ENDPOINT": tenant.endpoint,
        "LWDEPLOY_TOKEN_URL": tenant.token_url,
        "LWDEPLOY_DOMAIN_IDS": ids,
    }
    project = Project(root=found.root, env={**found.env, **urls, **env})
    photo = "https://static.example.com/bot.png"
    project.bot("helpdesk", **least("Help Desk", photoUrl=photo, domains=[{"name": "tokyo", "visible": True}]))
    return project


def test_a_tenant_made_of_the_environment(tenant: LocalTenant, tmp_path: Path) -> None:
    """Without a Tenant document the LWDEPLOY_* variables are the tenant; a saved plan works with them too."""
    project = _env_tenant(tenant, tmp_path)
    assert project.run("plan", "--out", "plan.json").code == 0
    assert project.run("apply", "plan.json").code == 0
    assert names(tenant) == ["Help Desk"]
    project.expect_settled(tenant)


def test_credentials_in_every_form(tenant: LocalTenant, tmp_path: Path) -> None:
    """The private key may be PEM text, one line, or a file."""
    key = tmp_path / "key.pem"
    key.write_text(tenant.private_key, encoding="utf-8")
    for value in (tenant.private_key, tenant.private_key.replace("\n", "\\n"), str(key)):
        project = _env_tenant(tenant, tmp_path, LWDEPLOY_PRIVATE_KEY=value)
        assert project.run("plan").code == 0


def test_credentials_from_file_and_command(tenant: LocalTenant, tmp_path: Path) -> None:
    """A Tenant refers to a file or to a command for its credentials, and their values stay out of it."""
    auth = {
        "clientId": {"file": "id.txt"},
        "clientSecret": {"exec": ["cat", str(tmp_path / "secret.txt")]},
        "privateKey": {"file": "key.pem"},
    }
    project = Project.found(tmp_path / "project", tenant, auth=auth)
    (project.root / "id.txt").write_text(f"{tenant.client_id}\n", encoding="utf-8")
    (project.root / "key.pem").write_text(tenant.private_key, encoding="utf-8")
    (tmp_path / "secret.txt").write_text(f"{tenant.client_secret}\n", encoding="utf-8")
    project.bot("helpdesk", **least("Help Desk"))
    only = Project(root=project.root, env={"LWDEPLOY_SERVICE_ACCOUNT": project.env["LWDEPLOY_SERVICE_ACCOUNT"]})
    only.apply()
    assert names(tenant) == ["Help Desk"]


def test_init_makes_a_project_that_applies(tmp_path: Path) -> None:
    """The starter project validates, plans, applies and is then done, on the tenant that comes along."""
    project = Project(root=tmp_path)
    assert project.run("init").code == 0
    assert project.run("validate").code == 0
    assert project.run("plan", "--detailed-exitcode").code == 2
    applied = project.run("apply", "--auto-approve")
    assert applied.code == 0, applied
    assert applied.summary == "Apply: 3 done."
    assert project.run("plan", "--detailed-exitcode").code == 0
    again = project.run("init")
    assert again.code == 1
    assert "not overwritten" in again.err


def test_simulate_serves_a_tenant_for_other_processes(tmp_path: Path) -> None:
    """The credentials file of `lwdeploy simulate` is all that another process needs; it goes with the server."""
    project = Project(root=tmp_path)
    credentials, kept = tmp_path / "tenant.env", tmp_path / "tenant.sqlite3"
    flags = ("--credentials", str(credentials), "--data", str(kept))
    server = project.start("simulate", *flags)
    try:
        env = _read_credentials(credentials, server)
        project.bot("helpdesk", **least("Help Desk", photoUrl="https://static.example.com/bot.png"))
        applied = project.process("apply", "--auto-approve", env=env)
        assert applied.code == 0, applied
        assert project.process("plan", "--detailed-exitcode", env=env).code == 0
    finally:
        server.terminate()
        ended = settle(server)
    assert ended.code == 0, ended
    assert not credentials.exists()


def _read_credentials(path: Path, server: subprocess.Popen[str]) -> dict[str, str]:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert server.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: value.strip("'") for name, _, value in (line.partition("=") for line in lines)}


# --- streams -----------------------------------------------------------------------------------------------


def test_data_on_stdout_and_all_else_on_stderr(four: Project) -> None:
    """What a machine reads is alone on stdout, progress and notes are on stderr, and -q takes progress away."""
    planned = four.run("plan", "--format", "json")
    assert planned.json["format_version"] == 1
    assert planned.err == ""
    applied = four.run("apply", "--auto-approve", "--format", "json")
    assert applied.json["complete"]
    assert "[9/9] done: " in applied.err
    assert "Plan: 9 to add" in applied.err
    four.bot("payroll", **least("Payments"))
    quiet = four.run("-q", "apply", "--auto-approve")
    assert (quiet.code, quiet.err) == (0, "")


def test_verbose_names_every_call_and_no_content(four: Project) -> None:
    """-v logs operations with status and time on stderr."""
    ran = four.process("-v", "apply", "--auto-approve", "--format", "json")
    assert ran.code == 0
    assert ran.json["complete"]
    for operation in ("listBots", "createBot", "patchBot", "registerBotDomain", "setPersistentMenu"):
        assert f"lwdeploy.api {operation} 20" in ran.err
    logged = [line for line in ran.err.splitlines() if line.startswith("lwdeploy.")]
    assert len(logged) > 20
    assert not [line for line in logged if "Help" in line or "http" in line or "@" in line]


def test_a_reader_that_goes_away(four: Project) -> None:
    """A closed pipe ends the command quietly."""
    with four.start("plan", "--format", "json", stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read()
        code = process.wait(timeout=60)
    assert "Traceback" not in said
    assert "Exception ignored" not in said
    assert code in {0, 1}


def test_a_reader_that_goes_away_during_an_apply(four: Project, tenant: LocalTenant) -> None:
    """Whoever reads the report may leave: the apply is carried out and recorded all the same."""
    reading, writing = os.pipe()
    os.close(reading)
    process = four.start("apply", "--auto-approve", "--format", "json", stdout=writing)
    os.close(writing)
    ran: Run = Run(code=0, out="", err=process.communicate(timeout=90)[1])
    assert "Traceback" not in ran.err
    assert "Exception ignored" not in ran.err
    assert names(tenant) == sorted(key.title() for key in KEYS)
    four.expect_settled(tenant)


@pytest.mark.parametrize(
    "argv", [("--help",), ("plan", "--help"), ("state", "--help"), ("--version",)], ids=" ".join
)
def test_help_needs_no_project(tmp_path: Path, argv: tuple[str, ...]) -> None:
    """Help and version work anywhere."""
    ran = Project(root=tmp_path).run(*argv)
    assert ran.code == 0
    assert ran.out


def test_the_program_is_installed() -> None:
    """The command line is a program of its own beside the interpreter."""
    assert PROGRAM.exists()
