"""A list is read to its last page, or it is an error that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from lwdeploy.api.call import Call, call
from lwdeploy.api.pages import collect
from lwdeploy.core.errors import Unavailable

if TYPE_CHECKING:
    from tests.unit.api.conftest import MakeAnswer, MakeRig

LIST = call("listBots")


def page(*ids: int, cursor: Any = None) -> dict[str, Any]:
    return {"bots": [{"botId": each} for each in ids], "responseMetaData": {"nextCursor": cursor}}


def read(*pages: Any, key: str = "bots") -> tuple[list[Any], list[Call]]:
    left, asked = list(pages), []

    def send(one: Call) -> Any:
        asked.append(one)
        return left.pop(0) if len(left) > 1 else left[0]

    return collect(send, LIST, key=key), asked


@pytest.mark.parametrize("end", [None, "", ...])
def test_the_last_page_is_told_by_null_empty_or_absent(end: Any) -> None:
    """All three readings of the reference end the list (reference 2.5)."""
    last = page(3, cursor=end)
    if end is ...:
        last["responseMetaData"] = {}
    entries, asked = read(page(1, 2, cursor="a+/="), last)
    assert [entry["botId"] for entry in entries] == [1, 2, 3]
    assert [dict(one.query) for one in asked] == [{"count": "100"}, {"count": "100", "cursor": "a+/="}]


def test_members_are_plain_texts() -> None:
    """The ids of a members list are its entries."""
    entries, _ = read({"members": ["u1", "u2"], "responseMetaData": {"nextCursor": None}}, key="members")
    assert entries == ["u1", "u2"]


def test_a_few_empty_pages_in_between_are_fine() -> None:
    """A cursor may lead over a hole."""
    entries, _ = read(page(1, cursor="a"), page(cursor="b"), page(2))
    assert len(entries) == 2


@pytest.mark.parametrize(
    "bad",
    [
        None,
        [],
        "text",
        {},
        {"bots": None, "responseMetaData": {"nextCursor": None}},
        {"bots": {}, "responseMetaData": {"nextCursor": None}},
        {"bots": [{"botId": 3}]},
        {"bots": [{"botId": 3}], "responseMetaData": None},
        {"bots": [{"botId": 3}], "responseMetaData": {"nextCursor": 5}},
        {"bots": [{"botId": 3}], "responseMetaData": {"nextCursor": False}},
        {"bots": [{"botId": 1}], "responseMetaData": {"nextCursor": None}},
        {"bots": [{"botId": "1"}], "responseMetaData": {"nextCursor": None}},
        {"bots": [{"botId": 3}, {"botId": 3}], "responseMetaData": {"nextCursor": None}},
        {"bots": [{"name": "x"}], "responseMetaData": {"nextCursor": None}},
        {"bots": [None], "responseMetaData": {"nextCursor": None}},
        {"bots": [{"botId": True}], "responseMetaData": {"nextCursor": None}},
        {"bots": [{"botId": 3}], "responseMetaData": {"nextCursor": "a"}},
    ],
)
def test_a_list_that_may_be_incomplete_is_no_list(bad: Any) -> None:
    """No metadata, no list, an entry twice or without id, a cursor again: nothing is concluded."""
    with pytest.raises(Unavailable, match="the list is incomplete") as caught:
        read(page(1, 2, cursor="a"), bad)
    assert caught.value.operation == "listBots"


def test_holes_do_not_add_up() -> None:
    """Only empty pages in a row are a sign of a circle."""
    pages = [page(*([number] if number % 2 else []), cursor=f"c{number}") for number in range(60)]
    entries, _ = read(*pages, page(99))
    assert len(entries) == 31


def test_a_cursor_that_comes_back_is_a_circle() -> None:
    """Even while the pages still show new entries."""
    with pytest.raises(Unavailable, match="circle"):
        read(*(page(number, cursor="ab"[number % 2]) for number in range(9)), page(99))


def test_endless_empty_pages_end() -> None:
    """New cursors for ever, and nothing on the pages."""
    count = iter(range(1000))

    def send(_: Call) -> Any:
        return page(cursor=f"c{next(count)}")

    with pytest.raises(Unavailable, match="incomplete"):
        collect(send, LIST, key="bots")
    assert next(count) < 20


def test_the_cursor_is_encoded_on_the_wire(rig: MakeRig, answer: MakeAnswer) -> None:
    """A cursor is opaque and may hold anything (reference 2.5)."""
    made = rig(answer(200, page(1, cursor="a+b/c=&count=1")), answer(200, page(2)))
    assert len(made.client.pages(LIST, key="bots")) == 2
    assert parse_qs(urlsplit(made.script.requests[1].url).query) == {
        "count": ["100"],
        "cursor": ["a+b/c=&count=1"],
    }
