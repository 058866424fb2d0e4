"""Nothing is applied without a word: a flag, a saved plan, or a person who types yes."""

from __future__ import annotations

import signal

import pytest

from lwdeploy.simulator import LocalTenant
from tests.support.console import names, writes
from tests.support.four import KEYS, expect_whole
from tests.support.project import Project
from tests.support.terminal import Terminal


def test_without_a_terminal_the_flag_is_named(four: Project, tenant: LocalTenant) -> None:
    """Where nobody can be asked, apply refuses and says which flag would do."""
    for ran in (four.run("apply"), four.process("apply")):
        assert ran.code == 1
        assert "--auto-approve" in ran.err
        assert "lwdeploy plan --out" in ran.err
    assert writes(tenant) == []


def test_without_a_terminal_nothing_to_do_is_no_question(four: Project) -> None:
    """An apply without changes needs nobody's approval."""
    four.apply()
    assert four.run("apply").code == 0


def test_a_person_says_yes(four: Project, tenant: LocalTenant) -> None:
    """On a terminal the plan is shown, the question asked, and yes carries it out."""
    with Terminal(four, "apply") as terminal:
        terminal.wait_for("Only 'yes' is taken.")
        assert "Plan: 9 to add" in terminal.seen
        assert "Apply these 9 changes to tenant acme?" in terminal.seen
        assert writes(tenant) == []
        terminal.type("yes")
        assert terminal.end() == 0
        assert "Apply: 9 done." in terminal.seen
    expect_whole(four, tenant, *KEYS)


@pytest.mark.parametrize("answer", ["no", "y", "", "YES", "yes please"])
def test_a_person_says_anything_else(four: Project, tenant: LocalTenant, answer: str) -> None:
    """Only the whole word yes is a yes."""
    with Terminal(four, "apply") as terminal:
        terminal.wait_for("Only 'yes' is taken.")
        terminal.type(answer)
        assert terminal.end() == 1
        assert "Nothing was changed." in terminal.seen
    assert writes(tenant) == []


def test_a_person_presses_ctrl_c_at_the_question(four: Project, tenant: LocalTenant) -> None:
    """Ctrl-C at the question is a no: exit 130, and nothing was changed."""
    with Terminal(four, "apply") as terminal:
        terminal.wait_for("Only 'yes' is taken.")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.process.wait(timeout=20) == 130
    assert names(tenant) == []


def test_colours_only_where_they_are_wanted(four: Project) -> None:
    """A terminal gets colours, unless NO_COLOR or --no-color says otherwise."""
    with Terminal(four, "plan") as coloured:
        assert coloured.end() == 0
    with Terminal(four, "plan", env={"NO_COLOR": "1"}) as plain, Terminal(four, "--no-color", "plan") as told:
        assert (plain.end(), told.end()) == (0, 0)
    assert "\x1b[32m" in coloured.seen
    assert "\x1b[32m" not in plain.seen
    assert "\x1b[32m" not in told.seen
    assert "\x1b" not in four.process("plan").out
