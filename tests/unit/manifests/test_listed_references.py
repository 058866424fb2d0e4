"""References in lists: each entry is replaced, named, and led back to the document that wrote it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lwdeploy.core.kind import Finding, Manifest, Rule
from lwdeploy.manifests.resolve import resolve
from tests.unit.manifests.conftest import BOT, Project
from tests.unit.manifests.fakes import TENANT, FakeKind, FakePictures, manifest_of, resolved

MENU = """\
apiVersion: lwdeploy/v1
kind: RichMenu
metadata: {name: main}
spec:
  image: {default: ./main.png, ja_JP: ./main.ja.png}
  layout: 2x1
  areas:
    - action: {type: uri, uri: https://x, label: First}
    - action: {type: uri, uri: https://y, label: Second}
"""
AREAS = [
    {"action": {"type": "uri", "uri": "https://x", "label": "First"}},
    {"action": {"type": "uri", "uri": "https://y", "label": "Second"}},
]
HOLDER = (
    BOT
    + """\
spec:
  menus:
    rich:
      menus:
        - name: inline
          image: ./inline.png
          areas:
            - action: {type: copy, copyText: z, label: Inline}
              bounds: {x: 0, y: 0, width: 2500, height: 1686}
        - ref: main
      default: main
"""
)


@pytest.fixture
def both(project: Project) -> Project:
    project.write("menus/main.yaml", MENU)
    project.write("bots/bot.yaml", HOLDER)
    return project


def test_an_entry_is_replaced_by_the_spec_of_the_document_with_its_name(both: Project) -> None:
    inline, referred = manifest_of(both).spec["menus"]["rich"]["menus"]
    assert inline["name"] == "inline"
    assert referred == {
        "name": "main",
        "image": {"default": "./main.png", "ja_JP": "./main.ja.png"},
        "layout": "2x1",
        "areas": AREAS,
    }


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("menus.rich.menus.1.areas.1.action.label", "menus/main.yaml:9:50"),
        ("menus.rich.menus.1.image.ja_JP", "menus/main.yaml:5:39"),
        ("menus.rich.menus.1.areas.7", "menus/main.yaml:7:3"),
        ("menus.rich.menus.1.size", "menus/main.yaml:4:1"),
        ("menus.rich.menus.1.name", "bots/bot.yaml:13:16"),
        ("menus.rich.menus.1", "bots/bot.yaml:13:11"),
        ("menus.rich.menus.0.name", "bots/bot.yaml:8:17"),
        ("menus.rich.menus.0.areas.0.action.label", "bots/bot.yaml:11:56"),
        ("menus.rich.default", "bots/bot.yaml:14:16"),
    ],
)
def test_a_place_in_an_entry_is_in_the_file_that_wrote_it(both: Project, path: str, place: str) -> None:
    assert str(manifest_of(both).at(path)) == place


def test_the_documents_behind_the_entries_are_not_changed(both: Project) -> None:
    loaded = both.load()
    resolve(loaded, tenant=TENANT, kinds=[FakeKind().kind], whole_project=True)
    documents = {each.kind: each for each in loaded.documents}
    assert documents["Bot"].spec["menus"]["rich"]["menus"][1] == {"ref": "main"}
    assert "name" not in documents["RichMenu"].spec


def labels(manifest: Manifest) -> Iterator[Finding]:
    for number, menu in enumerate(manifest.spec.get("menus", {}).get("rich", {}).get("menus", ())):
        for index, _ in enumerate(menu["areas"]):
            yield Finding(path=f"menus.rich.menus.{number}.areas.{index}.action.label", message="short")


LABELS = Rule(id="LW099", title="t", explain="e", check=labels)


def test_a_finding_about_an_entry_is_shown_with_the_line_that_wrote_it(both: Project) -> None:
    found = resolved(both, FakeKind(rules=(LABELS,))).diagnostics
    assert [(str(each.source), each.excerpt.strip()) for each in found] == [
        ("bots/bot.yaml:11:56", "- action: {type: copy, copyText: z, label: Inline}"),
        ("menus/main.yaml:8:50", "- action: {type: uri, uri: https://x, label: First}"),
        ("menus/main.yaml:9:50", "- action: {type: uri, uri: https://y, label: Second}"),
    ]


def test_findings_about_a_menu_of_many_bots_are_equal_so_that_they_can_be_told_once(project: Project) -> None:
    bots = [
        f"{BOT.replace('helpdesk', f'b{n}')}spec: {{menus: {{rich: {{menus: [{{ref: main}}]}}}}}}\n"
        for n in range(20)
    ]
    project.write("a.yaml", "---\n".join([MENU, *bots]))
    found = resolved(project, FakeKind(rules=(LABELS,))).diagnostics
    assert len(found) == 40
    assert len(set(found)) == 2


@pytest.mark.parametrize(
    ("menu", "silent"),
    [(MENU.replace("layout", "layuot"), True), (MENU.replace("main}", "other}"), False), (MENU, False)],
)
def test_a_bot_whose_entry_leads_to_nothing_sound_declares_nothing_and_hears_nothing_of_its_menus(
    project: Project, menu: str, *, silent: bool
) -> None:
    project.write("menus/main.yaml", menu)
    project.write("bots/bot.yaml", HOLDER)
    fake = FakeKind()
    found = resolved(project, fake, FakeKind(rules=(LABELS,))).diagnostics
    assert (fake.seen == [], found == ()) == (True, silent)


def unknown_users(manifest: Manifest) -> Iterator[Finding]:
    rich = manifest.spec.get("menus", {}).get("rich", {})
    known = {menu["name"] for menu in rich.get("menus", ())}
    for key in rich.get("users", {}):
        if key not in known:
            yield Finding(path=f"menus.rich.users.{key}", message="no such menu")
    if "botName" in manifest.spec:
        yield Finding(path="botName", message="seen")


def test_what_names_an_entry_that_leads_to_nothing_is_not_told_but_the_rest_of_the_bot_is(
    project: Project,
) -> None:
    project.write(
        "a.yaml",
        f"{BOT}spec: {{botName: x, menus: {{rich: {{menus: [{{ref: main}}], users: {{main: [taro]}}}}}}}}\n",
    )
    rule = Rule(id="LW099", title="t", explain="e", check=unknown_users)
    assert [each.message for each in resolved(project, FakeKind(rules=(rule,))).diagnostics] == ["seen"]


def test_a_mistake_deep_in_an_inline_menu_leaves_the_rest_of_the_bot_to_the_rules(both: Project) -> None:
    both.write("bots/bot.yaml", HOLDER.replace("copyText: z, ", "").replace("spec:", "spec:\n  botName: x"))
    rule = Rule(id="LW099", title="t", explain="e", check=unknown_users)
    assert [each.message for each in resolved(both, FakeKind(rules=(rule,))).diagnostics] == ["seen"]


def test_a_field_of_another_type_takes_only_itself_out_of_what_the_rules_see(both: Project) -> None:
    both.write("bots/bot.yaml", HOLDER.replace("copyText: z", "copyText: z, uri: https://z"))
    found = resolved(both, FakeKind(rules=(LABELS,))).diagnostics
    assert [str(each.source) for each in found] == ["menus/main.yaml:8:50", "menus/main.yaml:9:50"]


def test_a_picture_is_looked_for_beside_the_file_that_names_it(both: Project) -> None:
    pictures = FakePictures()
    manifest = manifest_of(both, pictures)
    for path in ("menus.rich.menus.1.image.default", "menus.rich.menus.1.image.ja_JP", "menus.rich.menus.0.image"):
        assert manifest.picture(path).digest == "sha256:1"
    assert pictures.seen == [
        ("./main.png", both.root / "menus"),
        ("./main.ja.png", both.root / "menus"),
        ("./inline.png", both.root / "bots"),
    ]


def test_a_font_is_looked_for_like_a_picture(both: Project) -> None:
    both.write(
        "menus/main.yaml", MENU.replace("{default: ./main.png, ja_JP: ./main.ja.png}", "{generate: {font: f}}")
    )
    pictures = FakePictures()
    manifest_of(both, pictures).picture("menus.rich.menus.1.image.generate.font")
    assert pictures.seen == [("f", both.root / "menus")]


def test_a_path_at_which_no_file_is_named_is_a_mistake_of_the_program(both: Project) -> None:
    with pytest.raises(LookupError):
        manifest_of(both, FakePictures()).picture("menus.rich.menus.1.image.ko_KR")


def test_recipes_are_judged_by_the_pictures_at_hand(both: Project) -> None:
    manifest = manifest_of(both, FakePictures())
    assert [manifest.trouble(each) for each in ({}, {"text": "#000000"})] == ["no colours", ""]


def test_without_pictures_a_manifest_says_that_none_can_be_read(both: Project) -> None:
    manifest = manifest_of(both)
    assert manifest.picture("menus.rich.menus.1.image.default").problem == "no pictures are at hand"
    assert manifest.trouble({}) == ""


def test_files_that_stand_behind_a_manifest_are_among_those_that_were_read(both: Project) -> None:
    fake = FakeKind(files={"menus/main.png": "sha256:2"})
    files = resolved(both, fake).desired.files
    assert set(files) == {"bots/bot.yaml", "menus/main.yaml", "menus/main.png"}
    assert files["menus/main.png"] == "sha256:2"
