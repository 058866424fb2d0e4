"""Looking at files, and what is said about those that are wrong."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from lwdeploy.core.errors import UserError
from lwdeploy.core.picture import Picture, drawn, from_file
from lwdeploy.pictures.desk import Desk
from tests.unit.pictures.made_fonts import JAPANESE, write_font
from tests.unit.pictures.recipes import grid, pixels, recipe


def encoded(kind: str, *, size: tuple[int, int] = (2500, 1686), **options: object) -> bytes:
    stream = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(stream, kind, **options)
    return stream.getvalue()


def look(content: bytes, folder: Path, *, name: str = "main.png") -> Picture:
    (folder / name).write_bytes(content)
    return Desk(folder).look(name, folder=folder)


def png_that_claims(width: int, height: int) -> bytes:
    """Give a small PNG whose header promises another size."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"")),
        (b"IEND", b""),
    )
    body = b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


# --- what is fine


def test_a_picture_is_known_by_its_content(tmp_path: Path) -> None:
    """Name, digest, size, format, width and height are told at once."""
    content = encoded("PNG")
    assert look(content, tmp_path) == Picture(
        file="main.png",
        digest=f"sha256:{hashlib.sha256(content).hexdigest()}",
        size=len(content),
        format="PNG",
        width=2500,
        height=1686,
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP"])
def test_the_format_is_told_by_the_content_and_not_by_the_name(kind: str, tmp_path: Path) -> None:
    """A JPEG named .png is a JPEG."""
    seen = look(encoded(kind, size=(60, 40)), tmp_path, name="picture.png")
    assert (seen.format, seen.width, seen.height, seen.problem) == (kind, 60, 40, "")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "AVIF"),
        (b"%PDF-1.7\n", "PDF"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"II*\0....", "TIFF"),
        (b"8BPS....", "PSD"),
    ],
)
def test_a_format_that_no_menu_takes_is_named_all_the_same(content: bytes, kind: str, tmp_path: Path) -> None:
    """Whoever gives what a phone or a designer's program saved learns what it is."""
    assert look(content, tmp_path).format == kind


@pytest.mark.parametrize("content", [b"hello", b"BMW is no bitmap", b"\0" * 100])
def test_what_is_no_picture_has_no_format_and_no_problem(content: bytes, tmp_path: Path) -> None:
    """The digest of any file is told: fonts are looked at in the same way."""
    seen = look(content, tmp_path)
    assert (seen.format, seen.problem, seen.size) == ("", "", len(content))
    assert seen.digest.startswith("sha256:")


def test_a_picture_that_programs_show_differently_says_so(tmp_path: Path) -> None:
    """Neither is an error: what the service does with them is not known."""
    frames = [Image.new("RGB", (60, 40), each) for each in ("red", "blue")]
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    Image.new("CMYK", (60, 40)).save(tmp_path / "print.jpg")
    frames[0].save(tmp_path / "moving.png", save_all=True, append_images=frames[1:])
    frames[0].save(tmp_path / "turned.jpg", exif=exif)
    frames[0].save(tmp_path / "plain.png", exif=exif)
    exif[ExifTags.Base.Orientation] = 1
    frames[0].save(tmp_path / "plain.jpg", exif=exif)
    desk = Desk(tmp_path)
    assert {path.name: desk.look(path.name, folder=tmp_path).odd for path in tmp_path.iterdir()} == {
        "print.jpg": "its colours are meant for printing (CMYK)",
        "moving.png": "it is animated",
        "turned.jpg": "it says of itself that it is to be turned or mirrored (EXIF)",
        "plain.png": "",
        "plain.jpg": "",
    }


def test_an_unusual_picture_is_no_problem(tmp_path: Path) -> None:
    """Animation, a second picture inside, progressive order and something behind the end do no harm."""
    frames = [Image.new("RGB", (60, 40), each) for each in ("red", "blue")]
    saved = {}
    for name, kind in (("moving.png", "PNG"), ("two.jpg", "MPO")):
        frames[0].save(tmp_path / name, kind, save_all=True, append_images=frames[1:])
        saved[name] = (tmp_path / name).read_bytes()
    saved["progressive.jpg"] = encoded("JPEG", progressive=True)
    saved["behind.jpg"] = encoded("JPEG") + b"\xff\xda and more"
    seen = {name: look(content, tmp_path, name=name) for name, content in saved.items()}
    assert {name: each.format for name, each in seen.items()} == {
        "moving.png": "PNG",
        "two.jpg": "JPEG",
        "progressive.jpg": "JPEG",
        "behind.jpg": "JPEG",
    }


def test_a_name_is_relative_to_the_manifest_and_told_relative_to_the_caller(tmp_path: Path) -> None:
    """A manifest names files from its own folder, messages name them from where the program was started."""
    folder = tmp_path / "bots" / "help"
    folder.mkdir(parents=True)
    (tmp_path / "main.png").write_bytes(encoded("PNG", size=(60, 40)))
    desk = Desk(tmp_path / "bots")
    assert desk.look("../../main.png", folder=folder).file == "../main.png"
    assert desk.look(str(tmp_path / "main.png"), folder=folder).width == 60
    assert desk.content(from_file("../main.png")) == (tmp_path / "main.png").read_bytes()


def test_a_font_may_be_larger_than_a_picture(tmp_path: Path) -> None:
    """Fonts with all of Chinese, Japanese and Korean have more than 16 MiB, and their digest is needed."""
    content = b"ttcf" + b"\0" * (17 << 20)
    seen = look(content, tmp_path, name="NotoSansCJK.ttc")
    assert (seen.problem, seen.format, seen.size) == ("", "", len(content))
    assert seen.digest == f"sha256:{hashlib.sha256(content).hexdigest()}"


# --- what is wrong


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("share", [0.999, 0.9, 0.5, 0.1, 0.01])
def test_a_picture_that_was_cut_off_is_found(kind: str, share: float, tmp_path: Path) -> None:
    """A copy that did not come through to the end is never taken for a whole picture."""
    content = encoded(kind)
    seen = look(content[: int(len(content) * share)], tmp_path)
    assert "cut off" in seen.problem
    assert (seen.digest, seen.format, seen.width) == ("", "", 0)


def test_each_missing_end_of_a_picture_is_found(tmp_path: Path) -> None:
    """One byte less than the whole is enough to be told."""
    for kind in ("PNG", "JPEG"):
        content = encoded(kind, size=(60, 40))
        for missing in range(1, len(content) - 12):
            assert look(content[:-missing], tmp_path).problem, (kind, missing)
            (tmp_path / "main.png").unlink()


def test_a_cut_jpeg_with_a_preview_inside_is_found(tmp_path: Path) -> None:
    """The end of the preview that cameras put into a file is not taken for the end of the picture."""
    preview, content = encoded("JPEG", size=(16, 16)), encoded("JPEG")
    with_preview = content[:2] + b"\xff\xe1" + struct.pack(">H", len(preview) + 2) + preview + content[2:]
    assert look(with_preview, tmp_path).problem == ""
    assert "cut off" in look(with_preview[:-100], tmp_path, name="cut.jpg").problem


def test_a_damaged_png_is_found(tmp_path: Path) -> None:
    """A byte that changed on the way is told by the checksums."""
    content = bytearray(encoded("PNG"))
    content[len(content) // 2] ^= 0x41
    assert look(bytes(content), tmp_path).problem == (
        "it begins like a PNG but is damaged or cut off; save or copy it again"
    )


def test_a_picture_that_unfolds_to_gigabytes_is_refused(tmp_path: Path) -> None:
    """A small file with a huge promise is not unfolded, and its warnings are not seen."""
    assert "more pixels than any menu" in look(png_that_claims(60_000, 60_000), tmp_path).problem
    seen = look(png_that_claims(10_000, 10_000), tmp_path, name="large.png")
    assert (seen.width, seen.problem) == (10_000, "")


def test_no_bytes_make_looking_raise(tmp_path: Path) -> None:
    """Whatever is in a file, there is an answer about it."""
    for kind in ("PNG", "JPEG", "GIF", "WEBP", "BMP"):
        content = encoded(kind, size=(16, 16))
        for at in range(len(content)):
            changed = bytearray(content)
            changed[at] ^= 0xFF
            assert isinstance(look(bytes(changed), tmp_path, name="any"), Picture)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    """Its size is told, and that is all that is known."""
    with (tmp_path / "large.png").open("wb") as stream:
        stream.truncate((16 << 20) + 1)
    seen = Desk(tmp_path).look("large.png", folder=tmp_path)
    assert seen == Picture(
        file="large.png", size=(16 << 20) + 1, problem="it has 16.0 MiB, and nothing above 16 MiB is read"
    )
    with pytest.raises(UserError, match=r"^large\.png cannot be read: it has 16\.0 MiB"):
        Desk(tmp_path).content(from_file("large.png"))


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("missing.png", "there is no such file"),
        ("text/main.png", "there is no such file"),
        ("folder", "it is a folder"),
        ("", "it is a folder"),
        ("pipe", "it is no ordinary file"),
        ("empty.png", "it is empty"),
        ("loop", "too many levels of symbolic links"),
        ("x" * 300, "file name too long"),
        ("a\0b.png", "no file's name can have a NUL character"),
        ("\ud800.png", "no file can have this name"),
    ],
    ids=lambda each: ascii(each)[:20],
)
def test_what_cannot_be_read_says_why(name: str, problem: str, tmp_path: Path) -> None:
    """Each reason is told in plain words, both when looking and when the bytes are needed."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("no folder", encoding="utf-8")
    (tmp_path / "empty.png").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    desk = Desk(tmp_path)
    assert desk.look(name, folder=tmp_path).problem == problem
    if "\0" not in name:
        with pytest.raises(UserError, match=f"cannot be read: {problem}"):
            desk.content(from_file(name))


def test_an_address_is_no_name_of_a_file(tmp_path: Path) -> None:
    """Other platforms take addresses; here the bytes are uploaded, so nothing is looked for under such a name."""
    seen = Desk(tmp_path).look("HTTPS://a.example.com/b.png", folder=tmp_path)
    assert seen.file == "HTTPS://a.example.com/b.png"
    assert seen.problem == "it is an address, and files are uploaded; download it first"


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permissions are named as the reason; the superuser is not stopped by them, so the refusal is made up."""

    def refuse(_path: Path, *_args: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "main.png").write_bytes(b"x")
    monkeypatch.setattr(Path, "open", refuse)
    assert Desk(tmp_path).look("main.png", folder=tmp_path).problem == "permission to read it is denied"


def test_a_name_on_another_drive_stays_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no way from here to the file, its whole name is told."""

    def no_way(_path: object, _start: object) -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr("os.path.relpath", no_way)
    assert Desk(tmp_path).look("main.png", folder=tmp_path).file == (tmp_path / "main.png").as_posix()


# --- remembering and drawing


def test_a_file_is_looked_at_once(tmp_path: Path) -> None:
    """All parts of a run see the same file, even if it changes meanwhile; another desk looks again."""
    (tmp_path / "main.png").write_bytes(encoded("PNG", size=(60, 40)))
    desk = Desk(tmp_path)
    first = desk.look("main.png", folder=tmp_path)
    (tmp_path / "main.png").write_bytes(encoded("PNG", size=(30, 20)))
    assert desk.look("../" + tmp_path.name + "/main.png", folder=tmp_path) is first
    assert Desk(tmp_path).look("main.png", folder=tmp_path).width == 30


def test_many_threads_may_look_at_once(tmp_path: Path) -> None:
    """A desk is shared by the workers of a run."""
    for number in range(20):
        (tmp_path / f"{number}.png").write_bytes(encoded("PNG", size=(60 + number, 40)))
    desk = Desk(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(lambda number: desk.look(f"{number % 20}.png", folder=tmp_path), range(200)))
    assert [each.width for each in seen] == [60 + number % 20 for number in range(200)]


def test_a_recipe_is_drawn(tmp_path: Path) -> None:
    """The content of a drawn picture is the picture, once drawn for all who ask."""
    desk = Desk(tmp_path, font_folders=[])
    wanted = drawn(recipe(grid(2, 1), ["Portal", "Status"]))
    assert pixels(desk.content(wanted)).size == (2500, 1686)
    assert desk.content(dict(wanted)) is desk.content(wanted)


def test_a_recipe_that_cannot_be_drawn_is_told_before(tmp_path: Path) -> None:
    """The trouble names the characters and, on a line of its own, the remedy; with a font there is none."""
    wanted = recipe(grid(1, 1), ["新規"], language="ja_JP")
    trouble = Desk(tmp_path, font_folders=[]).trouble(wanted)
    assert trouble.startswith("no font on this machine has the characters 新 規\nInstall a font")
    assert trouble.count("\n") == 1
    write_font(tmp_path / "NotoSansJP.ttf", JAPANESE)
    assert Desk(tmp_path, font_folders=[tmp_path]).trouble(wanted) == ""
    with pytest.raises(UserError, match="no font on this machine"):
        Desk(tmp_path, font_folders=[]).content(drawn(wanted))


def test_a_recipe_that_is_incomplete_is_a_trouble(tmp_path: Path) -> None:
    """What draws nothing says so beforehand, without a blank or a full stop too many."""
    assert Desk(tmp_path).trouble({"width": 2500}) == "a picture cannot be drawn: its recipe has no 'height'"


def test_pillow_is_loaded_only_for_a_real_picture(tmp_path: Path) -> None:
    """A project without pictures does not pay for the drawing library, nor does a missing file."""
    program = (
        "import sys; from pathlib import Path; from lwdeploy.pictures.desk import Desk; "
        "desk = Desk(Path.cwd()); desk.look('missing.png', folder=Path.cwd()); print('PIL' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
