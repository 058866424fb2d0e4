"""`lwdeploy preview`: what it writes and takes away, what it says, and when it writes nothing."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.support.life import slip, write_picture
from tests.support.project import Project, least
from tests.unit.pictures.made_fonts import ASCII, write_font

LABEL = {"default": "New", "ja_JP": "新規"}
SPOKEN = {"type": "message", "label": LABEL, "text": "new"}
LINK = {"type": "uri", "label": "Portal", "uri": "https://portal.example.com"}
PICTURES = ["helpdesk/main.default.png", "helpdesk/main.ja_JP.png", "payroll/slip.default.png"]
FILES = sorted([*PICTURES, "index.html"])
TENANT = {
    "endpoint": "https://tenant.example.com/v1.0",
    "tokenUrl": "https://tenant.example.com/token",
    "defaults": {"photoUrl": "https://static.example.com/bot.png"},
}


@pytest.fixture
def fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder with fonts on the machine; it is empty."""
    folder = tmp_path / "fonts"
    folder.mkdir()
    monkeypatch.setattr("lwdeploy.pictures.fonts.usual_folders", lambda: (folder,))
    return folder


@pytest.fixture
def lettered(fonts: Path) -> Path:
    """A machine whose only font has all characters that are drawn here."""
    return write_font(fonts / "made.ttf", ASCII + "新規旧")


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    """Two bots with a rich menu each and one without, for a tenant that nobody can reach."""
    project = Project(root=tmp_path / "shop")
    head = {"apiVersion": "lwdeploy/v1", "metadata": {"name": "shop"}}
    project.write(
        "lwdeploy.yaml",
        {**head, "kind": "Project", "spec": {"id": "7f3a91c2"}},
        {**head, "kind": "Tenant", "spec": TENANT},
    )
    helpdesk(project, SPOKEN, LINK)
    rich = {"menus": [slip(project)], "default": "slip"}
    project.bot("payroll", **least("Payroll", menus={"rich": rich}))
    project.bot("travel", **least("Travel", menus={"persistent": {"actions": [LINK]}}))
    return project


def helpdesk(project: Project, *actions: Mapping[str, Any], name: str = "Help Desk") -> None:
    """Declare a bot with the menu `main`, which has one area for each action."""
    areas = [{"action": dict(action)} for action in actions]
    menu = {"name": "main", "size": "compact", "layout": f"{len(areas)}x1", "areas": areas}
    menu["image"] = write_picture(project, "compact-main.png")
    project.bot("helpdesk", **least(name, menus={"rich": {"menus": [menu], "default": "main"}}))


def below(folder: Path) -> list[str]:
    """Give the names of all files below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


# --- what is written


@pytest.mark.usefixtures("lettered")
def test_every_menu_is_drawn_in_each_of_its_languages(shop: Project) -> None:
    """There is a page, and one picture of the menu's shape for each language that says something else."""
    ran = shop.run("preview")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.splitlines() == [
        *(f"wrote preview/{name}" for name in FILES),
        "Preview: preview/index.html (4 files, 0 unchanged)",
    ]
    assert below(shop.root / "preview") == FILES
    for name in PICTURES:
        with Image.open(shop.root / "preview" / name) as drawn:
            assert drawn.format == "PNG"
            assert drawn.width / drawn.height == pytest.approx(2500 / 843, rel=0.01)
    page = (shop.root / "preview" / "index.html").read_text(encoding="utf-8")
    assert all(name in page for name in ("Help Desk", "Payroll", "Travel", "新規"))


@pytest.mark.usefixtures("lettered")
def test_a_quiet_preview_says_only_how_it_ended(shop: Project) -> None:
    """The files one by one are progress."""
    assert shop.run("preview", "-q").err == "Preview: preview/index.html (4 files, 0 unchanged)\n"


@pytest.mark.usefixtures("lettered")
def test_the_areas_are_drawn_over_the_picture(shop: Project) -> None:
    """Languages differ in what is written over one picture, and the picture shines through."""
    shop.run("preview")
    drawn = [(shop.root / "preview" / name).read_bytes() for name in PICTURES[:2]]
    plain = (shop.root / "pictures" / "compact-main.png").read_bytes()
    assert len({*drawn, plain}) == 3
    with Image.open(io.BytesIO(plain)) as before, Image.open(io.BytesIO(drawn[0])) as after:
        colours = after.convert("RGB").getcolors(1 << 24) or []
        assert before.convert("RGB").getpixel((0, 0)) in {colour for _, colour in colours}
        assert len(colours) > 10


@pytest.mark.usefixtures("lettered")
def test_a_second_preview_writes_nothing(shop: Project) -> None:
    """Equal projects give equal bytes, so that no file is touched."""
    shop.run("preview")
    times = {name: (shop.root / "preview" / name).stat().st_mtime_ns for name in below(shop.root / "preview")}
    again = shop.run("preview")
    assert (again.code, again.err) == (0, "Preview: preview/index.html (4 files, 4 unchanged)\n")
    assert {name: (shop.root / "preview" / name).stat().st_mtime_ns for name in times} == times


@pytest.mark.usefixtures("lettered")
def test_only_what_changed_is_written_and_said(shop: Project) -> None:
    """The text of one language concerns its picture and the page."""
    shop.run("preview")
    helpdesk(shop, {**SPOKEN, "label": {**LABEL, "ja_JP": "旧"}}, LINK)
    ran = shop.run("preview")
    assert ran.err.splitlines() == [
        "wrote preview/helpdesk/main.ja_JP.png",
        "wrote preview/index.html",
        "Preview: preview/index.html (4 files, 2 unchanged)",
    ]


@pytest.mark.usefixtures("lettered")
def test_pictures_of_menus_that_are_gone_are_removed(shop: Project) -> None:
    """A language, a menu, a bot: what is not declared any more is not shown any more."""
    shop.run("preview")
    helpdesk(shop, LINK)
    shop.drop("payroll")
    ran = shop.run("preview")
    assert ran.err.splitlines() == [
        "wrote preview/helpdesk/main.default.png",
        "wrote preview/index.html",
        "removed preview/helpdesk/main.ja_JP.png",
        "removed preview/payroll/slip.default.png",
        "Preview: preview/index.html (2 files, 0 unchanged)",
    ]
    assert below(shop.root / "preview") == ["helpdesk/main.default.png", "index.html"]
    shop.drop("helpdesk")
    assert shop.run("preview").code == 0
    assert below(shop.root / "preview") == ["index.html"]


@pytest.mark.usefixtures("lettered")
def test_markup_in_names_and_labels_stays_text(shop: Project) -> None:
    """Whoever opens the page runs nothing that a manifest says."""
    hostile = "<script>alert(1)</script>"
    area = {"type": "message", "label": "<img src=x>", "text": hostile}
    helpdesk(shop, area, LINK, name=hostile)
    assert shop.run("preview").code == 0
    page = (shop.root / "preview" / "index.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.usefixtures("lettered")
def test_warnings_are_said_and_hold_up_nothing(shop: Project) -> None:
    """An area without a label is drawn, and the warning names its place."""
    helpdesk(shop, {"type": "uri", "uri": "https://portal.example.com"}, LINK)
    ran = shop.run("preview")
    assert ran.code == 0
    assert "bots/helpdesk.yaml:" in ran.err
    assert "warning[LW105]" in ran.err
    assert (shop.root / "preview" / "helpdesk" / "main.default.png").is_file()


# --- what is chosen


@pytest.mark.usefixtures("lettered")
@pytest.mark.parametrize("chosen", [("--target", "bot/payroll"), ("-f", "bots/payroll.yaml")])
def test_a_part_of_the_project_is_previewed_alone(shop: Project, chosen: tuple[str, ...]) -> None:
    """The page shows the bots that were named and no other."""
    assert shop.run("preview", *chosen).code == 0
    assert below(shop.root / "preview") == ["index.html", "payroll/slip.default.png"]
    page = (shop.root / "preview" / "index.html").read_text(encoding="utf-8")
    assert "Payroll" in page
    assert "Help Desk" not in page


def test_a_target_that_nobody_declares_is_named(shop: Project) -> None:
    """The bots that there are are told."""
    ran = shop.run("preview", "--target", "bot/parking")
    assert ran.code == 1
    assert "No manifest declares bot/parking" in ran.err
    assert "bot/helpdesk, bot/payroll, bot/travel" in ran.err
    assert not (shop.root / "preview").exists()


@pytest.mark.usefixtures("lettered")
@pytest.mark.parametrize("place", ["made/site", "{elsewhere}/made/site"])
def test_the_folder_is_the_one_that_is_named(shop: Project, tmp_path: Path, place: str) -> None:
    """It is made with its parents, counted from where lwdeploy was started."""
    out = place.format(elsewhere=tmp_path)
    ran = shop.run("preview", "--out", out)
    assert ran.code == 0
    assert f"Preview: {out}/index.html (4 files, 0 unchanged)" in ran.err
    assert below(shop.root / out) == FILES
    assert not (shop.root / "preview").exists()


# --- when nothing is written


@pytest.mark.usefixtures("lettered")
@pytest.mark.parametrize("file", ["notes.txt", "index.html", "helpdesk/main.default.png"])
def test_a_folder_with_something_else_is_left_alone(shop: Project, file: str) -> None:
    """A page that lwdeploy did not make marks no preview either."""
    mine = shop.root / "preview" / file
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"<html>mine</html>")
    ran = shop.run("preview")
    assert ran.code == 1
    assert "The folder preview holds something else: nothing was written" in ran.err
    assert "--out FOLDER" in ran.err
    assert below(shop.root / "preview") == [file]
    assert mine.read_bytes() == b"<html>mine</html>"


def test_the_project_itself_is_no_folder_for_a_preview(shop: Project) -> None:
    """`--out .` would put a page among the manifests."""
    before = below(shop.root)
    ran = shop.run("preview", "--out", ".")
    assert ran.code == 1
    assert "holds something else: nothing was written" in ran.err
    assert below(shop.root) == before


@pytest.mark.usefixtures("lettered")
def test_what_somebody_put_beside_a_preview_stays(shop: Project) -> None:
    """Only pictures that a preview can have written are removed."""
    shop.run("preview")
    others = ["notes.txt", "photos/office.png", "helpdesk/before.png"]
    for name in others:
        path = shop.root / "preview" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"mine")
    ran = shop.run("preview")
    assert "removed" not in ran.err
    assert below(shop.root / "preview") == sorted([*FILES, *others])


def test_wrong_manifests_are_found_and_nothing_is_drawn(shop: Project) -> None:
    """All findings are told, each with its place, and the code is that of validate."""
    helpdesk(shop, {**SPOKEN, "label": "x" * 21}, LINK)
    (shop.root / "pictures" / "compact-slip.jpg").unlink()
    ran = shop.run("preview")
    assert (ran.code, ran.out) == (3, "")
    for file, told in (("helpdesk", "at most 20 are possible"), ("payroll", "there is no such file")):
        [said] = [line for line in ran.err.splitlines() if line.startswith(f"bots/{file}.yaml:")]
        assert told in said
    assert "2 errors" in ran.err
    assert not (shop.root / "preview").exists()


def test_a_folder_that_cannot_be_made_is_named(shop: Project, lettered: Path) -> None:
    """A file that is in the way is no traceback."""
    assert lettered.is_file()
    (shop.root / "taken").write_text("a file", encoding="utf-8")
    ran = shop.run("preview", "--out", "taken/preview")
    assert ran.code == 1
    assert ran.err.startswith("Error: The preview cannot be written to taken/preview: ")
    assert (shop.root / "taken").read_text(encoding="utf-8") == "a file"
    onto = shop.run("preview", "--out", "taken")
    assert onto.code == 1
    assert "taken" in onto.err


def test_without_a_font_for_the_labels_the_package_is_named(shop: Project, fonts: Path) -> None:
    """A machine without Japanese draws none of the pictures, and says what to install; Latin needs nothing."""
    assert below(fonts) == []
    ran = shop.run("preview")
    assert ran.code == 1
    assert "no font on this machine has the characters 新 規" in ran.err
    assert "apt-get install fonts-noto-cjk" in ran.err
    assert not (shop.root / "preview").exists()
    helpdesk(shop, {**SPOKEN, "label": "New"}, LINK)  # the font inside of Pillow is enough
    assert shop.run("preview").code == 0


def test_a_picture_to_be_drawn_needs_its_font_before_anything_is_sent(shop: Project, fonts: Path) -> None:
    """The finding of validate comes with the place of the image and the package."""
    assert below(fonts) == []
    menu = {"name": "main", "size": "compact", "layout": "1x1", "image": {"generate": {}}}
    rich = {"menus": [{**menu, "areas": [{"action": SPOKEN}]}], "default": "main"}
    shop.bot("helpdesk", **least("Help Desk", menus={"rich": rich}))
    for command in ("validate", "preview"):
        ran = shop.run(command)
        assert ran.code == 3
        assert "error[LW108] no font on this machine has the characters 新 規" in ran.out + ran.err
        assert "fonts-noto-cjk" in ran.out + ran.err
