"""What validate finds in the pictures of rich menus, and where."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest
from PIL import Image

from tests.cli.test_rich_menus import declare
from tests.support.menu_pictures import picture
from tests.support.project import Project


def _drawn(size: tuple[int, int], form: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "#1F5F8B").save(target, form)
    return target.getvalue()


GOOD = picture("compact-slip.png")
WRONG: Mapping[str, tuple[str, bytes | None, str, str]] = {
    "not there": ("LW090", None, "menu.png cannot be used: there is no such file", "correct the name"),
    "empty": ("LW090", b"", "menu.png cannot be used: it is empty", "correct the name"),
    "truncated": ("LW090", GOOD[: len(GOOD) // 2], "menu.png cannot be used: ", "correct the name"),
    "no picture": ("LW091", b"hello", "menu.png is no picture", "save it as PNG or JPEG"),
    "a GIF by another name": ("LW091", _drawn((2500, 843), "GIF"), "menu.png is GIF", "save it as PNG or JPEG"),
    "the other size": (
        "LW092",
        picture("full-slip.png"),
        "menu.png has 2500x1686 pixels; size compact is 2500x843",
        "write size: full, or scale the picture to 2500x843 pixels",
    ),
    "one pixel": (
        "LW092",
        _drawn((2500, 844), "PNG"),
        "menu.png has 2500x844 pixels; size compact is 2500x843",
        "scale the picture to 2500x843 pixels",
    ),
    "too heavy": ("LW093", GOOD + bytes(1 << 20), "bytes; the service takes 1 MB", "save it with fewer colours"),
}


@pytest.mark.parametrize(("rule", "content", "told", "fix"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("language", ["", "ja_JP"])
def test_validate_finds_what_is_wrong_with_a_picture_and_where(
    project: Project, language: str, rule: str, content: bytes | None, told: str, fix: str
) -> None:
    """The place is that of the file's name in the manifest, the fix says what to do."""
    good = "../pictures/compact-slip.jpg"
    declare(project, image={"default": good, language: "../menu.png"} if language else "../menu.png")
    if content is not None:
        (project.root / "menu.png").write_bytes(content)
    ran = project.run("validate")
    assert ran.code == 3
    manifest = (project.root / "bots" / "payroll.yaml").read_text(encoding="utf-8").splitlines()
    [(row, line)] = [(row, line) for row, line in enumerate(manifest, 1) if "menu.png" in line]
    lines = (ran.out + ran.err).splitlines()
    [said] = [index for index, each in enumerate(lines) if "error[" in each]
    assert lines[said].startswith(f"bots/payroll.yaml:{row}:{line.index('../menu.png') + 1}: error[{rule}] ")
    assert told in lines[said]
    assert any(each.strip().startswith(f"fix: {fix}") for each in lines[said:])


def test_all_mistakes_in_pictures_are_told_at_once(project: Project) -> None:
    """One run finds them in all languages."""
    declare(project, image={"default": "../a.png", "ja_JP": "../b.png", "ko_KR": "../c.png"})
    ran = project.run("validate", "--format", "json")
    assert ran.code == 3
    assert [each["rule"] for each in ran.json["diagnostics"]] == ["LW090"] * 3


def test_the_menu_of_nobody_is_looked_at_too(project: Project) -> None:
    """Whoever writes the menu first, and the bot later, learns at once what is wrong with the picture."""
    area = {"action": {"type": "message", "label": "Slip", "text": "slip"}}
    project.write(
        "menus/slip.yaml",
        {
            "apiVersion": "lwdeploy/v1",
            "kind": "RichMenu",
            "metadata": {"name": "slip"},
            "spec": {"image": "menu.png", "layout": "1x1", "areas": [area]},
        },
    )
    ran = project.run("validate", "--format", "json")
    assert ran.code == 3
    [found] = ran.json["diagnostics"]
    assert (found["rule"], found["message"]) == (
        "LW090",
        "the picture menus/menu.png cannot be used: there is no such file",
    )
