"""Every file in `tests/bad_manifests` is named for its fault and says in its first line what is found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lwdeploy.core.diagnostics import Severity
from lwdeploy.manifests.load import load
from lwdeploy.manifests.rules import RULES
from lwdeploy.manifests.validate import validate

FOLDER = Path(__file__).parents[2] / "bad_manifests"
NAMES = sorted(path.name for path in FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_manifest_gives_exactly_the_findings_that_it_promises(name: str) -> None:
    header = (FOLDER / name).read_bytes().split(b"\n", 1)[0].decode()
    loaded = load([name], root=FOLDER, stdin=bytes)
    found = sorted([*loaded.diagnostics, *validate(loaded.documents)], key=lambda each: each.sort_key)
    told = [f"{each.source.line}:{each.source.column} {each.rule}" for each in found]
    assert header == f"# expect: {', '.join(told)}"


@pytest.mark.parametrize("name", NAMES)
def test_every_finding_names_its_file_says_what_to_do_and_can_be_printed(name: str) -> None:
    loaded = load([name], root=FOLDER, stdin=bytes)
    for finding in (*loaded.diagnostics, *validate(loaded.documents)):
        assert finding.source.file == name
        assert finding.message
        assert finding.fix
        assert finding.severity is Severity.ERROR
        assert not re.search(r"[\x00-\x1f\x7f]", finding.message + finding.fix + finding.excerpt)


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("credential")])
def test_a_credential_is_in_no_part_of_a_finding(name: str) -> None:
    loaded = load([name], root=FOLDER, stdin=bytes)
    findings = (*loaded.diagnostics, *validate(loaded.documents))
    assert findings
    assert "hunter2" not in str(findings)


def test_the_bad_manifests_show_nearly_every_rule() -> None:
    text = b"".join((FOLDER / name).read_bytes().split(b"\n", 1)[0] for name in NAMES).decode()
    elsewhere = {"LW001", "LW002"}  # these are about paths, not about what a file holds
    assert {rule.id for rule in RULES} - set(re.findall(r"LW\d{3}", text)) == elsewhere
