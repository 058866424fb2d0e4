"""How each kind's objects are written into a manifest; that they come back is in tests/property."""

from __future__ import annotations

from typing import Any

import pytest

from lwdeploy.core.wording import Names
from lwdeploy.kinds.bot import spec as bot
from lwdeploy.kinds.bot_domain import spec as bot_domain
from lwdeploy.kinds.rich_menu.layout import cells
from lwdeploy.kinds.rich_menu.wording import to_manifest

URL = "https://bots.example.com/a"
EVENTS = sorted(bot.DEFAULT_CHANNEL_EVENTS)


def callback_of(**shown: Any) -> Any:
    """Give what a manifest says of a callback that the tenant shows."""
    body = {"botName": "a", "administrators": ["x"], **shown}
    return bot.to_manifest(bot.essential(bot.from_api(body)), Names()).get("callback")


def test_a_bot_that_never_had_a_callback_says_nothing_of_it() -> None:
    assert callback_of() is None
    assert callback_of(enableCallback=False, callbackUrl="", callbackEvents=[], channelEvents=EVENTS) is None


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ({"enableCallback": True, "callbackUrl": URL}, {"url": URL, "messageTypes": []}),
        ({"callbackUrl": URL}, {"enabled": False, "url": URL, "messageTypes": []}),
        ({"callbackEvents": ["text"]}, {"enabled": False, "messageTypes": ["text"]}),
        ({"channelEvents": []}, {"enabled": False, "messageTypes": [], "events": []}),
        ({"enableCallback": True}, {"enabled": True, "messageTypes": []}),
    ],
)
def test_a_callback_is_on_without_a_word_where_it_has_an_address(shown: Any, said: Any) -> None:
    """And the events that every bot begins with are no news."""
    assert callback_of(**shown) == said


def test_a_domain_without_a_name_keeps_its_id_as_a_number() -> None:
    assert bot_domain.to_manifest({"visible": True}, domain_id="10000009", names=Names()) == {
        "name": 10000009,
        "visible": True,
    }


# --- rich menus


def written(bounds: list[dict[str, int]], *, size: str = "full", **image: str) -> dict[str, Any]:
    areas = [{"bounds": each, "action": {"type": "uri", "uri": "https://a.example"}} for each in bounds]
    return to_manifest({"size": size, "areas": areas, "image": image}, Names(pictures={"sha256:one": "one.png"}))


@pytest.mark.parametrize("size", ["full", "compact"])
@pytest.mark.parametrize("layout", ["1x1", "3x2", "1x3", "20x1", "1+2", "2+1+3", "1|2", "3|1|1"])
def test_areas_that_lie_in_a_layout_are_written_by_its_name(layout: str, size: str) -> None:
    menu = written(cells(layout, size=size), size=size)
    assert menu["layout"] == layout
    assert all(set(area) == {"action"} for area in menu["areas"])


def test_areas_that_lie_in_no_layout_keep_their_bounds() -> None:
    menu = written([{"x": 0, "y": 0, "width": 1251, "height": 1686}])
    assert "layout" not in menu
    assert menu["areas"][0]["bounds"] == {"x": 0, "y": 0, "width": 1251, "height": 1686}
    assert list(menu["areas"][0]["bounds"]) == ["x", "y", "width", "height"]


def test_areas_in_another_order_are_not_those_of_the_layout() -> None:
    """Which area is pressed depends on their order where they overlap, and labels are shown in it."""
    menu = written(cells("2x1", size="full")[::-1])
    assert [area["bounds"]["x"] for area in menu["areas"]] == [1250, 0]


def test_a_size_without_a_name_has_no_layouts() -> None:
    menu = written([{"x": 0, "y": 0, "width": 2500, "height": 1000}], size="2500x1000")
    assert menu["size"] == "2500x1000"
    assert "bounds" in menu["areas"][0]


def test_the_usual_size_goes_without_saying() -> None:
    assert "size" not in written(cells("1x1", size="full"))
    assert written(cells("1x1", size="compact"), size="compact")["size"] == "compact"


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ({"default": "sha256:one"}, "one.png"),
        ({"default": "sha256:one", "ja_JP": ""}, {"default": "one.png", "ja_JP": ""}),
        ({"default": "sha256:one", "ja_JP": "sha256:unknown"}, "one.png"),
        ({"default": "sha256:unknown", "ja_JP": "sha256:one"}, {"generate": {}}),
        ({}, {"generate": {}}),
    ],
)
def test_pictures_are_files_and_what_has_no_file_is_drawn(image: dict[str, str], said: Any) -> None:
    assert written(cells("1x1", size="full"), **image)["image"] == said
