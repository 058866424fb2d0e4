"""Files of a bot (reference 3.6): bytes to an address that works once, bytes from where a redirect leads.

Such an address is a key: it is neither logged nor told, and whoever is asked there sees the token, so
`endpoints.objection` is asked first. What goes wrong on the way is mended by beginning anew and never by using
an address again: an upload that got lost leaves an attachment that nobody sees and that is gone after a day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

from lwdeploy.api import outgoing
from lwdeploy.api.auth import Tokens
from lwdeploy.api.call import Call, call
from lwdeploy.api.endpoints import objection
from lwdeploy.api.refusals import refused_call
from lwdeploy.api.replies import Reply, Trouble, understand
from lwdeploy.api.retry import Delivery, Retry
from lwdeploy.api.sending import Sender
from lwdeploy.api.timing import Timing
from lwdeploy.api.wire import Answer, Failure, Request, multipart
from lwdeploy.api.wording import pieces
from lwdeploy.core.errors import Rejected

__all__ = ["DOWNLOAD", "UPLOAD", "Files", "taken"]

UPLOAD = "uploadAttachment"
DOWNLOAD = "downloadAttachment"
"""The requests to the storage host, which have no operationId: so they are counted, paced and reported."""
PART = "Filedata"
"""Name of the one part (reference 3.6); clients that send `resourceName` too do so without documentation."""
ATTEMPTS = 3
"""Attachments that one upload makes at most: those that came to nothing cannot be deleted."""
REDIRECTS = 2


class Files:
    """Uploads and downloads of one client."""

    def __init__(self, *, endpoint: str, sender: Sender, tokens: Tokens, retry: Retry, timing: Timing) -> None:
        self._endpoint = endpoint
        self._sender = sender
        self._tokens = tokens
        self._uploads = Delivery(retry=replace(retry, attempts=min(retry.attempts, ATTEMPTS)), timing=timing)
        self._downloads = Delivery(retry=retry, timing=timing)

    def upload(self, *, bot_id: str, name: str, content: bytes, media_type: str) -> str:
        """Give the fileId under which the bytes can be bound for 24 hours; errors as `Client.upload` says.

        It is the fileId of createAttachment, the one that is documented and has a stated life. The storage host
        names one too (seen, not documented): should it be another one, binding is refused aloud either way.
        """
        errand = self._errand(call("createAttachment", json={"fileName": name}, botId=bot_id))
        form = multipart(PART, name=name, content=content, media_type=media_type)
        return str(self._value(errand, lambda: _upload(errand, *form), self._uploads))

    def download(self, first: Call) -> bytes:
        """Give the bytes of an attachment; errors as `Client.download` says."""
        if not first.safe:
            raise ValueError(f"{first.operation} is no download")
        errand = self._errand(first)
        return bytes(self._value(errand, lambda: _download(errand), self._downloads))

    def _errand(self, first: Call) -> _Errand:
        return _Errand(first, endpoint=self._endpoint, sender=self._sender, tokens=self._tokens)

    def _value(self, errand: _Errand, attempt: Callable[[], Reply | Trouble], delivery: Delivery) -> Any:
        reply = delivery.deliver(errand, attempt, hold=self._sender.hold)
        if reply.status >= 400:
            # Attachments are in `bot` and `bot.message`, not in `bot.read`, reads of them neither (reference 1.5).
            scope = "bot" if "bot" in self._tokens.scope.split() else "bot.message"
            raise refused_call(errand, reply, scope=scope, sent=errand.first.json, secrets=errand.secrets)
        return reply.value


class _Errand:
    """One upload or download on its way; what is told of it (as a `Subject`) names the request it is at."""

    safe = True
    """Begun anew, it changes nothing that anybody sees."""

    def __init__(self, first: Call, *, endpoint: str, sender: Sender, tokens: Tokens) -> None:
        self.first = first
        self.operation = first.operation
        self.secrets: set[str] = set()
        self._content = outgoing.encoded(first)
        self._endpoint = endpoint
        self._sender = sender
        self._tokens = tokens
        self._token = ""
        self._renewed = False

    def __str__(self) -> str:
        return str(replace(self.first, operation=self.operation))

    def begin(self) -> Answer | Failure:
        """Send the first request."""
        self.operation = self.first.operation
        self._token = self._tokens.token()
        self.secrets.add(self._token)
        request = outgoing.request(self.first, endpoint=self._endpoint, content=self._content, token=self._token)
        return self._sender.send(self.operation, request)

    def follow(
        self, operation: str, url: str, *, method: str = "GET", content_type: str = "", content: bytes = b""
    ) -> Answer | Failure:
        """Send a request to an address that an answer named; Rejected when no token may go there."""
        self.operation = operation
        self.secrets.update(pieces(url))
        problem = objection(url, endpoint=self._endpoint)
        if problem:
            raise self._no_token_there(problem)
        headers = outgoing.bearer(self._token) | {"Accept": "*/*"}
        if content_type:
            headers["Content-Type"] = content_type
        return self._sender.send(
            operation,
            Request(
                method=method,
                url=url,
                headers=headers,
                content=content,
                operation=operation,
                ids=self.first.params,
            ),
        )

    def location(self, answer: Answer | Failure, base: str = "") -> str:
        """Give the address to which a redirect leads; empty for what is none."""
        if not isinstance(answer, Answer) or answer.status not in _REDIRECTS:
            return ""
        location = answer.headers.get("location", "").strip()
        try:
            return location and urljoin(base or f"{self._endpoint}{self.first.target}", location)
        except ValueError:
            return location

    def settled(self, outcome: Reply | Trouble) -> Reply | Trouble:
        """Make trouble of a refusal that a new beginning may mend: an old token (once), an address used up."""
        if isinstance(outcome, Trouble):
            return outcome
        if outcome.status == 401 and not self._renewed:
            self._renewed = True
            self._tokens.renew(self._token)
            return Trouble(reason="HTTP 401, the token was no longer good", sent=True, status=401)
        if outcome.status in _GONE and self.operation != self.first.operation:
            return Trouble(reason=f"HTTP {outcome.status} at the address", sent=True, status=outcome.status)
        return outcome

    def _no_token_there(self, problem: str) -> Rejected:
        return Rejected(
            f"{self}: the address that {self.first.operation} named was not asked: {problem}.",
            operation=self.operation,
            advice="Nothing was sent there. Check that the endpoint is the service's, and that no proxy changes "
            "its answers.",
        )


_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})


def _upload(errand: _Errand, content_type: str, content: bytes) -> Reply | Trouble:
    """Make an attachment and send its bytes, once; the value of a 2xx is the fileId."""
    created = errand.settled(understand(errand.begin()))
    if isinstance(created, Trouble) or created.status >= 400:
        return created
    file_id, url = _text(created.value, "fileId"), _text(created.value, "uploadUrl")
    if not file_id or not url:
        return Trouble(reason="an answer without fileId or uploadUrl", sent=True, status=created.status)
    answer = errand.follow(UPLOAD, url, method="POST", content_type=content_type, content=content)
    stored = errand.settled(taken(answer))
    return stored if isinstance(stored, Trouble) or stored.status >= 400 else replace(stored, value=file_id)


def _download(errand: _Errand) -> Reply | Trouble:
    """Ask for a file and go where it is, once; the value of a 200 is its bytes."""
    answer, url = errand.begin(), ""
    for _ in range(REDIRECTS):
        url = errand.location(answer, url)
        if not url:
            break
        answer = errand.follow(DOWNLOAD, url)
    return errand.settled(_file(answer))


def taken(answer: Answer | Failure) -> Reply | Trouble:
    """Take any 2xx of an upload for a yes: what the storage host says besides is not documented.

    A page is a proxy's.
    """
    if not isinstance(answer, Answer) or not _is_success(answer) or answer.cut or _is_page(answer):
        return understand(answer)
    return Reply(status=answer.status, headers=answer.headers)


def _file(answer: Answer | Failure) -> Reply | Trouble:
    if not isinstance(answer, Answer) or not _is_success(answer):
        return understand(answer)
    problem = answer.cut
    if _is_page(answer):
        problem = "an HTML page instead of the file"
    elif answer.status != 200:
        problem = f"HTTP {answer.status} instead of the file"
    if problem:
        return Trouble(reason=problem, sent=True, status=answer.status)
    return Reply(status=200, headers=answer.headers, value=answer.body)


def _is_success(answer: Answer) -> bool:
    return 200 <= answer.status < 300


def _is_page(answer: Answer) -> bool:
    return answer.body[:64].lstrip().lower().startswith((b"<!doctype html", b"<html"))


def _text(value: Any, name: str) -> str:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, str) else ""
