"""The register of rules, as `lwdeploy explain` shows it."""

from __future__ import annotations

import re
from pathlib import Path

from lwdeploy.manifests import rules
from lwdeploy.manifests.rules import RULES


def test_ids_are_in_order_and_within_the_range_of_the_manifests() -> None:
    ids = [rule.id for rule in RULES]
    assert ids == sorted(set(ids))
    assert all("LW001" <= each <= "LW039" for each in ids)


def test_every_rule_is_explained_in_two_to_five_sentences() -> None:
    for rule in RULES:
        assert rule.title
        assert not rule.title.endswith(".")
        assert 2 <= len(re.findall(r"\.( |$)", rule.explain)) <= 5, rule.id


def test_every_id_in_the_code_is_registered_and_every_registered_one_is_in_the_code() -> None:
    folder = Path(rules.__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py") if path.name != "rules.py")
    assert set(re.findall(r'"(LW\d{3})"', code)) == {rule.id for rule in RULES}
