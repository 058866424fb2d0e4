"""An S3 service for tests: moto's, on loopback, each test in a bucket of its own.

moto looks and then writes, so that two requests at once could both pass. S3 does both in one step; so does
this server, by letting one request in at a time.
"""

from __future__ import annotations

import http.client
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import make_server

__all__ = ["Service", "serving"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    port: int

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def make_bucket(self, name: str) -> None:
        assert self._ask("PUT", f"/{name}")[0] == 200

    def stored(self, path: str) -> bytes | None:
        """Give an object as it is stored, by `bucket/key`."""
        status, body = self._ask("GET", f"/{path}")
        return body if status == 200 else None

    def names(self, bucket: str) -> list[str]:
        """Give the keys of everything in a bucket."""
        return sorted(s3_backends["123456789012"]["aws"].buckets[bucket].keys)

    def place(self, path: str, content: bytes) -> None:
        """Put an object there past lwdeploy."""
        assert self._ask("PUT", f"/{path}", content)[0] == 200

    def place_many(self, bucket: str, keys: Iterable[str]) -> None:
        """Put many small objects there, faster than one request each would."""
        backend = s3_backends["123456789012"]["aws"]
        for key in keys:
            backend.put_object(bucket, key, b"x")

    def remove(self, path: str) -> None:
        """Take an object away past lwdeploy."""
        assert self._ask("DELETE", f"/{path}")[0] == 204

    def _ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/s3/aws4_request"}
            connection.request(method, path, body, signed)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@contextmanager
def serving() -> Iterator[Service]:
    """Run the service as long as the block lasts."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto = DomainDispatcherApplication(create_backend_app)
    one_at_a_time = threading.Lock()

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with one_at_a_time:
            return list(moto(environ, start_response))

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=MotoRequestHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Service(port=server.server_port)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
