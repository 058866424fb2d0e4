"""What the record of a write is told of its end: what the client makes of the answer, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from lwdeploy.api.audited import Audited
from lwdeploy.api.wire import Answer, Failure, Request
from lwdeploy.core.audit import NoAudit
from tests.unit.api.conftest import Script

PAGE = b"<!DOCTYPE html><html></html>"


class Ends(NoAudit):
    """Keeps what it is told of the ends of writes."""

    def __init__(self) -> None:
        self.told: list[tuple[int, bool, bool]] = []

    def sending(self, operation: str, ids: Mapping[str, str]) -> int:
        del operation, ids
        return 7

    def answered(self, number: int, status: int, *, sent: bool = True, usable: bool = True) -> None:
        assert number == 7
        self.told.append((status, sent, usable))


@pytest.mark.parametrize(
    ("operation", "end", "told"),
    [
        ("patchBot", Answer(status=200, headers={}, body=b"{}"), (200, True, True)),
        ("patchBot", Answer(status=200, headers={}, body=PAGE), (200, True, False)),
        ("patchBot", Answer(status=404, headers={}, body=PAGE), (404, True, True)),
        ("patchBot", Failure(reason="cut", sent=True), (0, True, False)),
        ("patchBot", Failure(reason="nobody listens", sent=False), (0, False, False)),
        ("uploadAttachment", Answer(status=200, headers={}, body=b"stored"), (200, True, True)),
        ("uploadAttachment", Answer(status=200, headers={}, body=PAGE), (200, True, False)),
    ],
    ids=["yes", "a page", "no", "lost", "never left", "upload", "a page for an upload"],
)
def test_the_record_is_told_what_the_client_makes_of_an_answer(
    operation: str, end: Answer | Failure, told: tuple[int, bool, bool]
) -> None:
    ends, audited = Ends(), Audited(Script(end))
    audited.audit = ends
    request = Request(method="POST", url="https://t.example/x", operation=operation)
    assert audited.exchange(request) == end
    assert ends.told == [told]


def test_reads_are_not_recorded() -> None:
    ends, audited = Ends(), Audited(Script(Answer(status=200, headers={}, body=b"{}")))
    audited.audit = ends
    audited.exchange(Request(method="GET", url="https://t.example/x", operation="getBot"))
    assert ends.told == []
