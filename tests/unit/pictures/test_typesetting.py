"""Where lines end, and how large they are. Every character is as wide as it is high here."""

from __future__ import annotations

import pytest

from lwdeploy.pictures.typesetting import Box, Label, set_all, wrapped


def label(text: str, *, width: float, height: float = 1000, largest: float = 100) -> Label:
    return Label(text, box=Box(width=width, height=height, largest=largest), length=lambda _sign: 1.0)


def lines_of(text: str, *, width: float, comfortable: float = 100) -> tuple[str, ...]:
    one = label(text, width=width)
    return one.lines(one.size(comfortable=comfortable))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("New", ("New",)),
        ("New ticket", ("New", "ticket")),
        ("Open the portal", ("Open", "the", "portal")),
        ("新規 申請", ("新規 申請",)),
        ("勤怠打刻システム", ("勤怠打刻", "システム")),
        ("ポータルを開く", ("ポータルを", "開く")),
        ("よくある質問と回答", ("よくある", "質問と回答")),
        ("VPN接続方法", ("VPN", "接続方法")),
        ("self-service", ("self-", "service")),
        ("", ("",)),
    ],
    ids=str,
)
def test_lines_end_where_a_reader_would_end_them(text: str, lines: tuple[str, ...]) -> None:
    """A line ends at blanks and hyphens or between scripts; a particle stays with its word."""
    assert lines_of(text, width=500) == lines


def test_no_line_begins_or_ends_with_a_sign_that_may_not_stand_there() -> None:
    """Small kana, long marks and closing signs never begin a line, opening ones never end it."""
    for text in ("チケットチケットチケット", "データーデーター", "申請（申請）申請", "確認、確認。確認"):  # noqa: RUF001
        lines = lines_of(text, width=200)
        assert len(lines) > 1
        assert not [each for each in lines[1:] if each[0] in "ッー）、。"]  # noqa: RUF001
        assert not [each for each in lines[:-1] if each[-1] == "（"]  # noqa: RUF001


def test_an_accent_stays_with_its_letter() -> None:
    """A combining sign that no composed letter exists for is never parted from what it stands on."""
    lines = lines_of("a" + "q\u0323" * 4, width=60)
    assert len(lines) > 1
    assert not [each for each in lines if each[0] == "\u0323"]


def test_a_latin_or_korean_word_is_broken_only_when_it_would_be_too_small() -> None:
    """Long words make the text smaller first, and are broken when nobody could read them any more."""
    assert lines_of("Internationalization", width=1300) == ("Internationalization",)
    assert len(lines_of("Internationalization", width=1000)) > 1
    assert lines_of("고객센터에전화해서", width=600) == ("고객센터에전화해서",)


def test_one_line_is_taken_where_more_lines_win_little() -> None:
    """A label stays in one line when breaking it would hardly make it larger."""
    assert lines_of("New one", width=620) == ("New one",)
    assert lines_of("New one", width=500) == ("New", "one")


def test_there_are_at_most_three_lines() -> None:
    """However many words there are, a label is a block and no column."""
    assert len(lines_of("a b c d e f g h i j", width=300)) == 3


def test_lines_are_about_equally_long() -> None:
    """A label in two lines does not leave one word alone when it can be shared out."""
    assert lines_of("aa bb cc dd", width=600) == ("aa bb", "cc dd")


def test_the_height_of_the_box_counts_as_well() -> None:
    """In a low box a text stands in fewer and smaller lines."""
    low = label("aa bb", width=300, height=60)
    assert low.size(comfortable=50) == 60
    assert low.lines(60) == ("aa bb",)


def test_all_labels_share_the_size_of_the_longest() -> None:
    """One size is chosen at which every label fits."""
    chosen = set_all([label("a", width=900), label("aaaaaaaaaa", width=900)], comfortable=80)
    assert chosen == [(90.0, ("a",)), (90.0, ("aaaaaaaaaa",))]


def test_labels_without_room_are_small_together_and_spoil_no_other() -> None:
    """Two sizes at most: one for those that can be read, one for those that never could be."""
    labels = [label("aaaa", width=1000), label("aaaa", width=40), label("aaaaaaaa", width=40), label("", width=1)]
    sizes = [size for size, _lines in set_all(labels, comfortable=80)]
    assert sizes[0] == 100
    assert sizes[1] == sizes[2] < 20


def test_no_labels_are_no_mistake() -> None:
    """A picture whose areas have no labels is drawn without letters."""
    assert set_all([], comfortable=80) == []
    assert set_all([label("", width=100)], comfortable=80)[0][1] == ("",)


@pytest.mark.parametrize(
    ("text", "most", "lines"),
    [
        ("uri portal", 2, ("uri", "portal")),
        ("message new", 2, ("message", "new")),
        ("abcdefghijklmnop", 2, ("abcdefgh", "ijklmnop")),
        ("abcdefghijklmnopq", 2, ("abcdefgh", "ijklm...")),
        ("abc def ghi", 1, ("abc d...",)),
        ("申請、確認、新規開", 2, ("申請、確認、", "新規開")),
        ("go to the portal", 3, ("go to", "the", "portal")),
        ("uri portal.example", 3, ("uri port", "al.examp", "le")),
        ("abcdefgh ij", 2, ("abcdefgh", "ij")),
        ("", 2, ()),
        ("a\nb", 2, ("a b",)),
    ],
)
def test_a_text_is_wrapped_to_a_room_and_marked_where_it_is_cut(
    text: str, most: int, lines: tuple[str, ...]
) -> None:
    """What does not fit into the lines ends with the mark, and lines end at blanks where that leaves them full."""
    assert wrapped(text, room=8, most=most, length=len, mark="...") == lines


def test_a_room_too_small_for_one_character_ends_all_the_same() -> None:
    """Each line takes a character at least, so wrapping always ends."""
    assert wrapped("abc", room=0, most=3, length=len, mark="...") == ("a", "b", "c")
