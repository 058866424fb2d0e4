"""Rich menus as they are written: what is taken, and what is said about the words that people bring along."""

from __future__ import annotations

import pytest

from tests.unit.manifests.conftest import BOT, Project

RICH = "apiVersion: lwdeploy/v1\nkind: RichMenu\nmetadata: {name: main}\nspec: "
IMAGE = "image: ./main.png, layout: 1x1"
LINK = "{type: uri, uri: https://x}"
AREAS = f"areas: [{{action: {LINK}}}]"
NOT_IN_LINE_WORKS = "it belongs to LINE, LINE WORKS has no such thing; leave it out"
KEYS = "a rich menu's key is `metadata.name`, or `name` where it stands in a Bot; users see neither"
FILES = "write the name of the picture's file as `image` of a rich menu; lwdeploy uploads it"
TYPES = "write one of `postback`, `message`, `uri`, `copy`"
PERSISTENT_TYPES = "write one of `message`, `uri`, `copy`"
LAYOUTS = "write columns x rows (3x2), rows (1+2) or columns (1|2), each number from 1 to 20"


@pytest.mark.parametrize(
    "spec",
    [
        f"{{{IMAGE}, {AREAS}}}",
        f"{{size: compact, image: {{default: a.png, ja_JP: b.png, ko_KR: ''}}, {AREAS}}}",
        f"{{image: {{generate: {{}}}}, layout: 1+2, {AREAS}}}",
        f"{{image: {{generate: {{background: '#eeF1f4', colors: ['#000000'], font: f.ttf}}}}, {AREAS}}}",
        f"{{{IMAGE}, areas: [{{action: {{type: postback, data: x, displayText: {{default: a, zh_TW: b}}}}}}]}}",
        f"{{{IMAGE}, areas: [{{action: {{type: message, text: {{default: a}}, postback: b, label: c}}}}]}}",
        f"{{{IMAGE}, areas: [{{action: {{type: copy, copyText: x, label: {{default: a, ja_JP: ''}}}}}}]}}",
    ],
)
def test_a_rich_menu_may_say_as_much_or_as_little_as_it_likes(project: Project, spec: str) -> None:
    project.write("a.yaml", f"{RICH}{spec}\n")
    assert project.check() == []


@pytest.mark.parametrize(
    "rich",
    [
        "{menus: []}",
        "{menus: [{ref: main}, {name: night, image: a.png, areas: [{action: {type: copy, copyText: x}}]}]}",
        "{menus: [], default: '', users: {}}",
        "{menus: [{ref: main}], default: main, users: {main: [taro@example.com, jiro@example.com], night.2: []}}",
    ],
)
def test_a_bot_names_its_rich_menus_or_holds_them(project: Project, rich: str) -> None:
    project.write("main.yaml", f"{RICH}{{{IMAGE}, {AREAS}}}\n")
    project.write("a.yaml", f"{BOT}spec: {{menus: {{rich: {rich}}}, lifecycle: {{retainReplaced: true}}}}\n")
    assert project.check() == []


def test_the_coordinate_y_needs_no_quotes_and_a_pixel_over_the_edge_is_left_to_the_rules(project: Project) -> None:
    bounds = "{x: 1876, y: 0, width: 625, height: 843}"
    project.write("a.yaml", f"{RICH}{{image: a.png, areas: [{{action: {LINK}, bounds: {bounds}}}]}}\n")
    assert project.check() == []


@pytest.mark.parametrize("layout", ["3x2", "1x1", "20x1", "1+2", "2+1+3", "1|2", "2|10|1", "1" + "+1" * 19])
def test_a_layout_is_a_grid_or_rows_or_columns(project: Project, layout: str) -> None:
    project.write("a.yaml", f"{RICH}\n  image: a.png\n  layout: {layout}\n  {AREAS}\n")
    assert project.check() == []


@pytest.mark.parametrize(
    "layout", ["3", "3X2", "3 x 2", "'0x2'", "21x1", "2x21", "01x2", "1+", "|2", "1+2|3", "1x2x3", "1" + "+1" * 20]
)
def test_any_other_layout_is_answered_with_the_three_forms(project: Project, layout: str) -> None:
    assert project.one(f"{RICH}\n  image: a.png\n  layout: {layout}\n  {AREAS}\n").fix == LAYOUTS


@pytest.mark.parametrize(
    ("field", "fix"),
    [
        ("richmenuName: Main", KEYS),
        ("name: main", "the name of the document is `metadata.name`"),
        ("chatBarText: Menu", NOT_IN_LINE_WORKS),
        ("selected: true", NOT_IN_LINE_WORKS),
        ("richMenuAliasId: x", NOT_IN_LINE_WORKS),
        ("fileId: jp1.1", FILES),
        ("resourceId: '1'", FILES),
        (
            "i18nFileIds: []",
            "write the names of the pictures' files as `image: {default: …, ja_JP: …}` of a rich menu",
        ),
        ("richmenuId: '1'", "the service gives the id, and lwdeploy remembers it; leave it out"),
        ("defaultRichmenuId: '1'", "write the menu's key as `spec.menus.rich.default` of the Bot"),
        ("actions: []", "did you mean `areas`?"),
        ("imageUrl: https://x", "did you mean `image`?"),
        ("i18nLabels: []", "did you mean `spec.areas.*.action.label`?"),
    ],
)
def test_a_word_of_the_api_or_of_line_in_a_rich_menu_is_answered(project: Project, field: str, fix: str) -> None:
    found = project.one(f"{RICH}{{{IMAGE}, {AREAS}, {field}}}\n")
    assert (found.rule, found.fix) == ("LW019", fix)


@pytest.mark.parametrize(
    ("field", "fix"),
    [
        ("x: 0", "did you mean `spec.areas.*.bounds.x`?"),
        ("text: x", "did you mean `spec.areas.*.action.text`?"),
        ("actions: []", "did you mean `action`?"),
        ("bound: {}", "did you mean `bounds`?"),
    ],
)
def test_what_stands_beside_an_action_is_sent_where_it_belongs(project: Project, field: str, fix: str) -> None:
    assert project.one(f"{RICH}{{{IMAGE}, areas: [{{action: {LINK}, {field}}}]}}\n").fix == fix


@pytest.mark.parametrize(
    ("action", "fix"),
    [
        ("type: datetimepicker", f"it belongs to LINE; {TYPES}"),
        ("type: richmenuswitch", f"it belongs to LINE; {TYPES}"),
        ("type: cameraRoll", f"it is for messages, not for menus; {TYPES}"),
        ("type: url", "did you mean `uri`?"),
        ("type: text", "did you mean `message`?"),
        ("type: clipboard", "write `type: copy` and put the text into `copyText`"),
        ('type: "postback ", data: x', "did you mean `postback`?"),
        ("type: message, text: x, data: y1", "the data of a `message` is its `postback`"),
        ("type: message, text: x, displayText: y1", "what a `message` shows is its `text`"),
        ("type: postback, data: x, text: y1", "what a `postback` shows is its `displayText`"),
        ("type: postback, data: x, postback: y1", "the data of a `postback` is its `data`"),
        ("type: copy, copyText: x, text: y1", "what a `copy` copies is its `copyText`"),
        ("type: uri, uri: https://x, text: y1", "leave it out, or change the type"),
        ('type: message, text: x, "postback ": y1', "did you mean `postback` (without the blank)?"),
        ("type: uri, uri: https://x, linkUri: https://y", "did you mean `uri`?"),
        ("type: uri, uri: https://x, url: https://y", "did you mean `uri`?"),
        ("type: uri, uri: https://x, altUri: {}", NOT_IN_LINE_WORKS),
        ("type: uri, uri: https://x, label: {default: x, jp: z}", "did you mean `ja_JP`?"),
        ("type: uri, uri: https://x, label: {default: x, ko: z}", "did you mean `ko_KR`?"),
        ("type: uri, uri: https://x, label: {default: x, en: z}", "did you mean `en_US`?"),
        ("type: copy, copyText: x, clipboardText: y1", "did you mean `copyText`?"),
        ("type: uri, uri: https://x, i18nLabels: []", "did you mean `label`?"),
        ("type: message, text: x, i18nTexts: []", "did you mean `text`?"),
        ("type: postback, data: x, i18nDisplayTexts: []", "did you mean `displayText`?"),
        (
            "type: uri, uri: https://x, label: {default: x, label: z}",
            "leave it out; the fields here are `default`, `ja_JP`, `ko_KR`, `en_US`, `zh_CN`, `zh_TW`",
        ),
        ("type: postback, label: x", "add `data`"),
        ("label: x", "add `type`, for example `type: postback`"),
        ("type: message, label: x", "add `text`"),
        ("type: uri, uri: https://x, label: [{label: x}]", "for example {default: New ticket, ja_JP: 新規}"),
    ],
)
def test_an_action_that_is_nearly_right_is_put_right(project: Project, action: str, fix: str) -> None:
    assert project.one(f"{RICH}{{{IMAGE}, areas: [{{action: {{{action}}}}}]}}\n").fix == fix


@pytest.mark.parametrize(
    ("field", "fix"),
    [
        ("w: 1", "did you mean `width`?"),
        ("h: 1", "did you mean `height`?"),
        ("left: 0", "did you mean `x`?"),
        ("top: 0", "did you mean `y`?"),
        ("right: 1", "write the distance from `x` to it as `width`"),
        ("bottom: 1", "write the distance from `y` to it as `height`"),
    ],
)
def test_the_sides_of_a_box_in_other_words_are_put_right(project: Project, field: str, fix: str) -> None:
    bounds = f"{{x: 0, y: 0, width: 1, height: 1, {field}}}"
    assert project.one(f"{RICH}{{image: a.png, areas: [{{action: {LINK}, bounds: {bounds}}}]}}\n").fix == fix


@pytest.mark.parametrize(
    ("size", "fix"),
    [
        ("{width: 2500, height: 843}", "write one of `full`, `compact`"),
        ("2500x843", "write `size: compact`"),
        ("2500x1686", "write `size: full`"),
        ("half", "write one of `full`, `compact`"),
    ],
)
def test_a_size_in_pixels_is_answered_with_its_name_and_once(project: Project, size: str, fix: str) -> None:
    assert project.one(f"{RICH}{{size: {size}, {IMAGE}, {AREAS}}}\n").fix == fix


@pytest.mark.parametrize(
    ("image", "message", "fix"),
    [
        (
            "{generate: {}, default: a}",
            "`default` does not go with `generate`",
            "leave it out, or take `generate` out",
        ),
        ("{ja_JP: a}", "the field `default` is missing in `spec.image`", "add `default`"),
        (
            "{generate: {text: white}}",
            "`spec.image.generate.text` does not have the right form: `white`",
            'write a colour as "#1F5F8B", in quotes',
        ),
        (
            "{generate: {colors: '#1F5F8B'}}",
            "`spec.image.generate.colors` must be a list, it is the text `#1F5F8B`",
            'write a list: ["#1F5F8B"]',
        ),
        (
            "{generate: {background: }}",
            "`spec.image.generate.background` is empty, it must be a text",
            'write a colour as "#1F5F8B", in quotes, or leave the line out',
        ),
        (
            "{generate: }",
            "`spec.image.generate` is empty, it must be a mapping (`key: value` lines)",
            "give it a value (`{}` is one), or leave the line out: what is absent stays as it is",
        ),
    ],
)
def test_a_picture_is_a_file_or_is_drawn(project: Project, image: str, message: str, fix: str) -> None:
    found = project.one(f"{RICH}{{image: {image}, layout: 1x1, {AREAS}}}\n")
    assert (found.message, found.fix) == (message, fix)


@pytest.mark.parametrize(
    ("spec", "fix"),
    [
        ("{areas: []}", "did you mean `spec.menus.rich.menus.*.areas`?"),
        ("{users: {}}", "did you mean `spec.menus.rich.users`?"),
        ("{imageUrl: https://x}", "did you mean `photoUrl`?"),
        ("{menus: {richMenus: []}}", "did you mean `rich`?"),
        ("{menus: {rich: {menus: [], ref: main}}}", "did you mean `spec.menus.rich.menus.*.ref`?"),
        ("{menus: {rich: {menus: [main]}}}", "for example {ref: main}"),
        ("{menus: {rich: {menus: [], users: {main: taro}}}}", "write a list: [taro]"),
        ("{menus: {persistent: {actions: [], areas: []}}}", "did you mean `actions`?"),
        (
            "{menus: {persistent: {actions: [{type: postback, label: x}]}}}",
            "write `type: message` and put the data into `postback`",
        ),
        (
            "{menus: {persistent: {actions: [{type: datetimepicker, label: x}]}}}",
            f"it belongs to LINE; {PERSISTENT_TYPES}",
        ),
        (
            "{menus: {persistent: {actions: [{type: message, label: x, data: z}]}}}",
            "did you mean `postback`?",
        ),
    ],
)
def test_a_bot_with_two_sorts_of_menus_is_answered_for_the_sort_at_hand(
    project: Project, spec: str, fix: str
) -> None:
    assert project.one(f"{BOT}spec: {spec}\n").fix == fix


def test_the_same_menu_twice_is_told_at_the_second_place_as_it_is_written(project: Project) -> None:
    project.write("main.yaml", f"{RICH}{{{IMAGE}, {AREAS}}}\n")
    found = project.one(f"{BOT}spec:\n  menus: {{rich: {{menus: [{{ref: main}}, {{ref: main}}]}}}}\n")
    assert str(found.source) == "bots.yaml:5:39"
    assert found.message == "`spec.menus.rich.menus.1` stands in the list already: `{ref: main}`"


def test_a_menu_that_does_not_exist_is_named_with_its_place_in_the_list(project: Project) -> None:
    project.write("main.yaml", f"{RICH}{{{IMAGE}, {AREAS}}}\n")
    found = project.one(f"{BOT}spec:\n  menus: {{rich: {{menus: [{{ref: main}}, {{ref: mian}}]}}}}\n")
    assert str(found.source) == "bots.yaml:5:45"
    assert found.message == "`spec.menus.rich.menus.1.ref` points to the RichMenu `mian`, which does not exist"
    assert found.fix == "did you mean `main`?"
