"""From bytes to documents: encodings, several documents in a file, places, limits."""

from __future__ import annotations

import codecs

import pytest

from lwdeploy.core.canonical import digest
from lwdeploy.core.diagnostics import SourceRef
from lwdeploy.manifests import compose, reading
from tests.unit.manifests.conftest import BOT, Project


def test_every_value_has_its_place_and_a_missing_one_that_of_the_nearest_above(project: Project) -> None:
    text = BOT + "spec:\n  botName: Desk\n  domains:\n    - name: osaka\n      members: [taro, 'jiro']\n  menus:\n"
    project.write("a.yaml", text)
    document = project.load().documents[0]

    def at(path: str) -> tuple[int, int]:
        place = document.at(("spec", *path.split(".")))
        return place.line, place.column

    assert at("botName") == (5, 12)
    assert at("domains") == (6, 3)  # a list is said to be at its key
    assert at("domains.0") == (7, 7)
    assert at("domains.0.members.1") == (8, 23)
    assert at("menus") == (9, 3)  # nothing to point at: the key
    assert at("domains.5.name") == (6, 3)
    assert document.at(("metadata", "name")) == SourceRef(file="a.yaml", line=3, column=18)


def test_columns_count_characters_and_line_ends_of_windows_count_once(project: Project) -> None:
    project.write("a.yaml", (BOT + "spec: {description: ヘルプ, botName: no}\n").replace("\n", "\r\n"))
    found = project.load().diagnostics
    assert [(str(each.source), each.excerpt) for each in found] == [
        ("a.yaml:4:35", "spec: {description: ヘルプ, botName: no}")
    ]


def test_a_byte_order_mark_of_utf_8_is_taken_and_does_not_move_the_columns(project: Project) -> None:
    project.write("a.yaml", codecs.BOM_UTF8 + b"apiVersion: lwdeploy/v9\nkind: Bot\n")
    assert str(project.load().diagnostics[0].source) == "a.yaml:1:13"


@pytest.mark.parametrize("name", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "shift_jis", "cp949"])
def test_another_encoding_is_named_as_what_it_is_not(project: Project, name: str) -> None:
    marks = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    project.write("a.yaml", marks.get(name, b"") + (BOT + "spec: {description: 東京}\n").encode(name))
    found = project.load().diagnostics
    assert [each.rule for each in found] == ["LW005"]
    assert "not UTF-8" in found[0].message


def test_the_first_byte_that_is_not_utf_8_is_named_with_its_line(project: Project) -> None:
    project.write("a.yaml", codecs.BOM_UTF8 + "a: x\nb: 東\xff".encode("latin-1", "ignore") + b"\xff\n")
    found = project.load().diagnostics[0]
    assert found.message.startswith("the file is not UTF-8: byte 11 (0xff)")
    assert (found.source.line, found.source.column) == (2, 4)


def test_a_broken_document_hides_neither_those_before_nor_those_after_it(project: Project) -> None:
    parts = [BOT + "spec: {botName: no}\n", BOT + "spec: [\n", "kind: [}\n", BOT + "spec: {botName: off}\n"]
    project.write("a.yaml", "---\n".join(parts))
    found = project.load().diagnostics
    assert [(each.rule, each.source.line) for each in found] == [
        ("LW009", 4),
        ("LW007", 9),
        ("LW007", 11),
        ("LW009", 16),
    ]


def test_a_reference_to_a_broken_document_is_not_called_dangling(project: Project) -> None:
    project.write(
        "pic.yaml", "apiVersion: lwdeploy/v1\nkind: PersonInCharge\nmetadata: {name: it-desk}\nspec: {primary: [\n"
    )
    project.write("bot.yaml", BOT + "spec: {pic: {ref: it-desk}}\n")
    assert [(each.rule, each.source.file) for each in project.check()] == [("LW007", "pic.yaml")]


def test_documents_of_other_tools_are_counted_and_not_judged(project: Project) -> None:
    others = [
        "apiVersion: v1\nkind: ConfigMap\ndata: {a: no, a: 012, <<: *x}\n",
        "apiVersion: apps/v1\nkind: Deployment\nspec: {{ .Values.spec }}\n",
        "on: push\njobs: {}\n",
        "- hosts: all\n",
    ]
    project.write("a.yaml", "---\n".join([*others, BOT + "spec: {}\n"]))
    loaded = project.load()
    assert (loaded.skipped, len(loaded.documents), loaded.diagnostics) == (4, 1, ())


def test_empty_documents_comments_and_directives_are_nothing(project: Project) -> None:
    project.write("a.yaml", f"%YAML 1.2\n---\n# nothing\n---\n{BOT}spec: {{}}\n---\n...\n---\n")
    loaded = project.load()
    assert (loaded.skipped, len(loaded.documents), loaded.diagnostics) == (0, 1, ())


def test_only_files_with_documents_of_ours_have_a_digest(project: Project) -> None:
    project.write("a.yaml", BOT + "spec: {}\n")
    project.write("b.yaml", "apiVersion: v1\nkind: ConfigMap\n")
    first = project.load().files
    assert list(first) == ["a.yaml"]
    assert len(first["a.yaml"]) == len(digest(None))
    project.write("a.yaml", BOT + "spec: {} # changed\n")
    assert project.load().files != first


def test_aliases_are_followed(project: Project) -> None:
    project.write("a.yaml", BOT + "spec:\n  pic: {primary: &who [taro], vice: *who}\n")
    assert project.check() == []
    assert project.load().documents[0].spec["pic"] == {"primary": ["taro"], "vice": ["taro"]}


def test_values_in_quotes_are_text_and_plain_ones_are_what_they_look_like(project: Project) -> None:
    values = {"'no'": "no", '"012"': "012", "12": 12, "-3": -3, "0": 0, "0.8": 0.8, "true": True, "null": None}
    values |= {"1.2.3": "1.2.3", "2026-11": "2026-11", "nothing": "nothing", "-": None, "a b": "a b", "-x": "-x"}
    del values["-"]
    entries = ", ".join(values)
    project.write("a.yaml", BOT + f"spec: [{entries}]\n")
    loaded = project.load()
    assert loaded.diagnostics == ()
    assert loaded.documents[0].data["spec"] == list(values.values())


@pytest.mark.parametrize(
    "word",
    [
        *[
            "yes",
            "No",
            "ON",
            "off",
            "n",
            "TRUE",
            "Null",
            "~",
            "=",
            "+1",
            "01",
            "-012",
            "0b1",
            "1:30:00",
            "1_0",
            ".5",
            "5.",
            "1e3",
            "-.inf",
            ".NaN",
            "2026-1-2",
        ],
        *["2026-11-22T10:00:00Z", "9" * 19, "1.0000000000000000001"],
    ],
)
def test_words_that_yaml_readers_read_differently_are_refused(project: Project, word: str) -> None:
    project.write("a.yaml", BOT + f"spec: {{x: {word}}}\n")
    assert [each.rule for each in project.load().diagnostics] == ["LW009"]


def test_findings_of_one_document_end_at_a_limit(project: Project) -> None:
    project.write("a.yaml", BOT + f"spec: [{'no, ' * 500}]\n")
    assert len(project.load().diagnostics) == reading.MAX_FINDINGS
    project.write("a.yaml", BOT + f"spec: {{domains: [{'x, ' * 500}]}}\n")
    assert len(project.check()) == reading.MAX_FINDINGS


def test_documents_of_one_file_end_at_a_limit(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_DOCUMENTS", 2)
    project.write("a.yaml", "---\n".join(BOT.replace("helpdesk", name) + "spec: {}\n" for name in "abc"))
    found = project.load().diagnostics
    assert [(each.rule, each.source.line) for each in found] == [("LW004", 10)]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1_000_000,
        "{a: " * 250_000,
        "- " * 500_000,
        "? " * 500_000,
        "a: &a [" + "x, " * 300_000 + "]",
        "\n".join(f"k{number}: no" for number in range(90_000)),
        "---\n[\n" * 150_000,
        BOT + "spec: {pic: {primary: [" + "a, 1, " * 150_000 + "]}}\n",
        BOT + "spec: {domains: [" + "x, " * 300_000 + "]}\n",
        BOT + "spec: {botName: " + "x" * 1_000_000 + "}\n",
    ],
)
def test_a_hostile_megabyte_is_answered(project: Project, text: str) -> None:
    project.write("a.yaml", text)
    assert project.check()


def test_the_same_files_give_the_same_result(project: Project) -> None:
    for name in "cab":
        project.write(f"{name}.yaml", BOT + "spec: {botname: x, zz: 1, botName: no}\n")
    assert project.check() == project.check()
    assert [each.source.file for each in project.check()] == sorted(each.source.file for each in project.check())


def test_depth_is_counted_in_collections(project: Project) -> None:
    depth = compose.MAX_DEPTH - 1
    project.write("a.yaml", BOT + f"spec: {'[' * depth}{']' * depth}\n")
    assert project.load().diagnostics == ()
