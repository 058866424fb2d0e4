"""Which font is taken for which texts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lwdeploy.core.errors import UserError
from lwdeploy.pictures.families import family_of
from lwdeploy.pictures.fonts import BUILT_IN, Fonts, characters, cleaned, opened, usual_folders
from tests.unit.pictures.made_fonts import ASCII, HANGUL, JAPANESE, write_collection, write_font, write_variable

CJK_FACES = [
    "Noto Sans CJK JP",
    "Noto Sans CJK KR",
    "Noto Sans CJK SC",
    "Noto Sans CJK TC",
    "Noto Sans Mono CJK JP",
]


@pytest.mark.parametrize(
    ("language", "family"),
    [
        ("ja_JP", "Noto Sans CJK JP"),
        ("ko_KR", "Noto Sans CJK KR"),
        ("zh_CN", "Noto Sans CJK SC"),
        ("zh_TW", "Noto Sans CJK TC"),
        ("default", "Noto Sans CJK JP"),
    ],
)
def test_a_collection_gives_the_face_of_the_language(language: str, family: str, tmp_path: Path) -> None:
    """Chinese characters have other forms in each country, so the language chooses the face."""
    write_collection(tmp_path / "NotoSansCJK-Bold.ttc", "新規", families=CJK_FACES[::-1])
    assert Fonts([tmp_path]).find(["新規"], language=language).family == family


@pytest.mark.parametrize(("text", "family"), [("ア新", "Made JP"), ("새新", "Made KR"), ("新", "Made JP")])
def test_the_characters_tell_the_language_of_a_default_text(text: str, family: str, tmp_path: Path) -> None:
    """A text without a language is Japanese by its kana, Korean by its hangul."""
    write_collection(tmp_path / "NotoSansCJK.ttc", "新ア새", families=["Made KR", "Made JP"])
    assert Fonts([tmp_path]).find([text], language="default").family == family


def test_a_font_that_lacks_one_character_is_not_taken(tmp_path: Path) -> None:
    """A less liked font that has everything wins over a better one that would draw a box."""
    write_font(tmp_path / "NotoSansJP-Bold.ttf", JAPANESE, family="Noto Sans JP")
    write_font(tmp_path / "ipag.ttf", JAPANESE + "鬱", family="IPAGothic")
    fonts = Fonts([tmp_path])
    assert fonts.find(["新規"], language="ja_JP").family == "Noto Sans JP"
    assert fonts.find(["新規", "鬱"], language="ja_JP").family == "IPAGothic"


def test_bold_is_preferred_and_slanted_or_fixed_width_is_not(tmp_path: Path) -> None:
    """A label is read at a glance: the bold upright face is the first choice."""
    for style in ("Regular", "Black", "Bold", "Thin", "Bold Italic"):
        write_font(tmp_path / f"NotoSans-{style.replace(' ', '')}.ttf", ASCII, family="Noto Sans", style=style)
    assert Fonts([tmp_path]).find(["Portal"]).style == "Bold"


def test_the_choice_does_not_depend_on_the_order_of_files(tmp_path: Path) -> None:
    """The same fonts give the same choice, however the folder lists them and whichever comes first."""
    for folder, names in (("one", ("b", "a", "c")), ("two", ("c", "a", "b"))):
        (tmp_path / folder).mkdir()
        for name in names:
            write_font(tmp_path / folder / f"{name}.ttf", JAPANESE, family="Unknown")
    chosen = [Fonts([tmp_path / folder]).find(["新規"]).file.name for folder in ("one", "two")]
    assert chosen == ["a.ttf", "a.ttf"]


def test_any_font_is_better_than_none_and_sans_better_than_serif(tmp_path: Path) -> None:
    """Where no well-known font has the characters another one is taken, a sans one first."""
    write_font(tmp_path / "a.ttf", JAPANESE, family="Some Serif")
    fonts = Fonts([tmp_path])
    assert fonts.find(["新規"]).family == "Some Serif"
    write_font(tmp_path / "z.ttf", JAPANESE, family="Some Gothic")
    assert Fonts([tmp_path]).find(["新規"]).family == "Some Gothic"


def test_a_font_in_a_folder_below_is_found(tmp_path: Path) -> None:
    """Machines keep fonts in folders of folders, and some folders are not there."""
    (tmp_path / "truetype" / "made").mkdir(parents=True)
    write_font(tmp_path / "truetype" / "made" / "X.TTF", JAPANESE)
    assert Fonts([tmp_path / "missing", tmp_path]).find(["新規"]).file.name == "X.TTF"


def test_plain_latin_never_lacks_a_font(tmp_path: Path) -> None:
    """Pillow's own font is the last resort, so English labels are drawn on a machine without any font."""
    assert Fonts([tmp_path]).find([ASCII, "it\u2019s"]) is BUILT_IN
    assert opened(BUILT_IN, 20).getlength("Portal") > 0


def test_the_last_resort_draws_all_that_it_is_taken_for() -> None:
    """None of the characters that Pillow's own font is taken for is drawn as the box for a missing one."""
    font = opened(BUILT_IN, 40)
    missing = bytes(font.getmask("\uffff"))
    signs = ASCII.replace(" ", "") + "\u2018\u2019\u201c\u201d"
    assert [each for each in signs if bytes(font.getmask(each)) == missing] == []


def test_a_given_font_is_the_only_one_that_counts(tmp_path: Path) -> None:
    """Whoever names a font gets that one or an error, never another one."""
    write_font(tmp_path / "NotoSansJP-Bold.ttf", JAPANESE, family="Noto Sans JP")
    own = write_font(tmp_path / "own.ttf", "新規", family="Own")
    fonts = Fonts([tmp_path])
    assert fonts.find(["新規"], file=own).family == "Own"
    with pytest.raises(UserError) as caught:
        fonts.find(["新規申請"], file=own)
    assert caught.value.message == "the font own.ttf does not have the characters 申 請"
    assert caught.value.advice == "Give a font that has them, or leave `font` out to have one found."


def test_a_given_file_that_is_no_font_is_named(tmp_path: Path) -> None:
    """A picture or a missing file given as a font is told by its name."""
    (tmp_path / "own.ttf").write_text("no font", encoding="utf-8")
    with pytest.raises(UserError, match=r"^own\.ttf is no TrueType or OpenType font, or cannot be read"):
        Fonts([tmp_path]).find(["A"], file=tmp_path / "own.ttf")


def test_a_font_that_the_drawing_library_refuses_is_passed_over(tmp_path: Path) -> None:
    """A font whose map can be read but which cannot be drawn with is as good as none."""
    broken = write_font(tmp_path / "NotoSansJP-Bold.ttf", JAPANESE, family="Noto Sans JP")
    broken.write_bytes(broken.read_bytes().replace(b"head", b"HEAD", 1))
    write_font(tmp_path / "other.ttf", JAPANESE, family="Other")
    assert Fonts([tmp_path]).find(["新規"]).family == "Other"


@pytest.mark.parametrize(
    ("text", "characters_told", "package"),
    [
        (
            "新規 ticket",
            "新 規",
            "apt-get install fonts-noto-cjk; Alpine: apk add font-noto-cjk; macOS and Windows",
        ),
        ("새", "새", "apt-get install fonts-noto-cjk"),
        ("Café", "é", "apt-get install fonts-noto-core"),
        ("🎫 ticket", "🎫", "Leave them out of the labels, or name"),
        ("あいうえおかきくけこさしす", "あ い う え お か き く け こ and 3 more", "fonts-noto-cjk"),
    ],
)
def test_without_a_font_the_characters_and_the_package_are_named(
    text: str, characters_told: str, package: str, tmp_path: Path
) -> None:
    """A person learns which characters cannot be drawn and what to install or to write in the manifest."""
    with pytest.raises(UserError) as caught:
        Fonts([tmp_path]).find([text])
    assert caught.value.message == f"no font on this machine has the characters {characters_told}"
    assert package in caught.value.advice
    assert caught.value.advice.endswith("name a font file that has them with `font:` below `image.generate`.")


def test_only_what_the_nearest_font_lacks_is_named(tmp_path: Path) -> None:
    """With a font for all but one character, that one character is what the message is about."""
    write_font(tmp_path / "NotoSansJP-Bold.ttf", JAPANESE + ASCII, family="Noto Sans JP")
    with pytest.raises(UserError, match=r"has the characters 🎫\n"):
        Fonts([tmp_path]).find(["新規 ticket 🎫"])


def test_what_shows_nothing_needs_no_font() -> None:
    """Blanks, line breaks, joiners and selectors of forms are no characters that a font must have."""
    assert cleaned(" new\n\tticket\u200b\ufe0f \U000e0100") == "new ticket "
    assert characters(["b a", "か\u3099"]) == "abが"


def test_a_variable_font_is_drawn_in_bold(tmp_path: Path) -> None:
    """The default of many variable fonts is the thinnest weight, which nobody could read."""
    file = write_variable(tmp_path / "NotoSansJP[wght].ttf", JAPANESE)
    face = Fonts([tmp_path]).find(["新規"], language="ja_JP")
    assert face.file == file
    left, _top, right, _bottom = opened(face, 100).getmask("新").getbbox()
    assert right - left == 80


def test_the_nearest_font_is_enough_where_a_sign_may_be_left_out(tmp_path: Path) -> None:
    """For a preview an emoji that no font has does not matter, but a missing script does."""
    write_font(tmp_path / "NotoSansJP-Bold.ttf", JAPANESE + ASCII, family="Noto Sans JP")
    fonts = Fonts([tmp_path])
    assert fonts.nearest(["新規 🎫", "a"], language="ja_JP").family == "Noto Sans JP"
    assert Fonts([]).nearest(["🎫"]) is BUILT_IN
    with pytest.raises(UserError, match="has the characters 새") as refused:
        fonts.nearest(["新規 🎫 새"], language="ja_JP")
    assert "fonts-noto-cjk" in refused.value.advice
    assert "image.generate" not in refused.value.advice  # a preview takes no font of the manifest


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("NotoSansCJK-Bold.ttc", "notosanscjk"),
        ("NotoSansCJKjp-Regular.otf", "notosanscjk"),
        ("NotoSansJP[wght].ttf", "notosansjp"),
        ("NotoSans-Bold.ttf", "notosans"),
        ("NotoSansArabic-Bold.ttf", ""),
        ("YuGothB.ttc", "yugoth"),
        ("msyhbd.ttc", "msyh"),
        ("malgunbd.ttf", "malgun"),
        ("ヒラギノ角ゴシック W6.ttc", "ヒラギノ角ゴシック"),
        ("DejaVuSans-Bold.ttf", "dejavusans"),
        ("DejaVuSansMono-Bold.ttf", ""),
        ("arialbd.ttf", "arial"),
        ("ariali.ttf", ""),
    ],
)
def test_well_known_fonts_are_told_by_the_names_of_their_files(name: str, family: str) -> None:
    """The names that Linux, macOS and Windows give the files lead to the family, other fonts' names do not."""
    assert family_of(Path(name)) == family


@pytest.mark.parametrize(
    ("platform", "folder"),
    [("linux", "/usr/share/fonts"), ("darwin", "/System/Library/Fonts"), ("win32", "Fonts")],
)
def test_fonts_are_searched_where_the_system_keeps_them(
    platform: str, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each system has its own folders, and a person's own fonts come before them."""
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setenv("HOME", "/home/taro")
    monkeypatch.setenv("WINDIR", "/windows")
    monkeypatch.setenv("LOCALAPPDATA", "/home/taro/local")
    folders = [each.as_posix() for each in usual_folders()]
    assert folders[0].startswith("/home/taro")
    assert folders[-1].endswith(folder)


def test_one_shelf_reads_each_file_once(tmp_path: Path) -> None:
    """A project with hundreds of drawn menus does not read the machine's fonts hundreds of times."""
    file = write_font(tmp_path / "NotoSansJP-Bold.ttf", JAPANESE, family="Noto Sans JP")
    fonts = Fonts([tmp_path])
    first = fonts.find(["新"])
    os.utime(file, (0, 0))
    write_font(tmp_path / "ipag.ttf", HANGUL, family="IPAGothic")
    assert fonts.find(["規"]) is first
