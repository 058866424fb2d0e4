"""What the object backend says when the service, the keys or the network are not as they should be."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lwdeploy.core.errors import StateError
from lwdeploy.state.object import ObjectBlobs
from lwdeploy.state.object_place import ObjectPlace
from tests.unit.state.object.conftest import SECRET, opened
from tests.unit.state.object.proxy import Answer, Proxy, error_page, proxying
from tests.unit.state.object.service import Service

if TYPE_CHECKING:
    from tests.unit.state.conftest import FakeTime

ATTEMPTS: dict[str, Callable[[ObjectBlobs], object]] = {
    "get": lambda blobs: blobs.get("x"),
    "put": lambda blobs: blobs.put("x", b"1", expected=None),
    "swap": lambda blobs: blobs.put("x", b"1", expected='"e"'),
    "delete": lambda blobs: blobs.delete("x", expected='"e"'),
    "names": lambda blobs: blobs.names(""),
}

SAID = [
    (
        error_page(403, "AccessDenied", "User: x"),
        "access to s3://.* is denied: AccessDenied",
        "s3:Pu",
    ),
    (error_page(403, "InvalidAccessKeyId"), "credentials are not taken", "AWS_ACCESS_KEY_ID"),
    (error_page(403, "SignatureDoesNotMatch"), "credentials are not taken", "AWS_ACCESS_KEY_ID"),
    (error_page(400, "ExpiredToken"), "credentials are not taken", "AWS_ACCESS_KEY_ID"),
    (Answer(status=401), "credentials are not taken.*401", "AWS_ACCESS_KEY_ID"),
    (error_page(403, "RequestTimeTooSkewed"), "the clocks of this machine and of the service", "NTP"),
    (error_page(404, "NoSuchBucket"), "there is no bucket for s3://", "Create it"),
    (Answer(status=404, body=b"<html>Not Found</html>"), "is not an S3 service", "`endpoint`"),
    (error_page(301, "PermanentRedirect"), "is not in the region us-east-1", "`region`"),
    (
        error_page(400, "AuthorizationHeaderMalformed", "expecting 'eu'"),
        "region .*expecting 'eu'",
        "`reg",
    ),
    (error_page(400, "Strange\x1b", "line one\nline two"), "refuses: 400 .line one line two", "Tenant"),
    (error_page(507, "Full"), "answers 507 Full", "Try again"),
    (Answer(status=200, body=b"<html>Sign in</html>"), "is not an S3 service|gave no answer", "`endpoint`"),
]


@pytest.fixture
def proxy(service: Service) -> Iterator[Proxy]:
    with proxying(service.port) as started:
        yield started


@pytest.fixture
def blobs(proxy: Proxy, bucket: str, time: FakeTime) -> ObjectBlobs:
    return opened(ObjectPlace(bucket=bucket, endpoint=proxy.endpoint), time)


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize(("answer", "words", "advice"), SAID, ids=[f"{i}" for i in range(len(SAID))])
def test_what_the_service_says_is_told_with_what_to_do(
    blobs: ObjectBlobs, proxy: Proxy, attempt: str, answer: Answer, words: str, advice: str
) -> None:
    for method in ("GET", "PUT"):
        proxy.faults[method, 0] = lambda _: answer
    with pytest.raises(StateError, match=words) as raised:
        ATTEMPTS[attempt](blobs)
    assert advice in raised.value.advice
    assert raised.value.message.isprintable()
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_bucket_that_is_missing_is_never_an_empty_place(service: Service, time: FakeTime, attempt: str) -> None:
    blobs = opened(ObjectPlace(bucket="no-such-bucket", endpoint=service.endpoint), time)
    with pytest.raises(StateError, match="there is no bucket for s3://no-such-bucket at http"):
        ATTEMPTS[attempt](blobs)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_an_endpoint_where_nobody_answers_is_named_with_the_reason(time: FakeTime, attempt: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{taken.getsockname()[1]}"
        blobs = opened(ObjectPlace(bucket="bots", endpoint=endpoint), time)
        with pytest.raises(StateError, match=f"{endpoint} cannot be reached: Connection refused") as raised:
            ATTEMPTS[attempt](blobs)
    assert "may have been stored" not in raised.value.message
    assert len(time.slept) == 4


def test_an_answer_without_an_etag_is_not_taken_for_a_blob(blobs: ObjectBlobs, proxy: Proxy) -> None:
    proxy.faults["GET", 0] = lambda _: Answer(status=200, body=b"{}")
    with pytest.raises(StateError, match="is not an S3 service"):
        blobs.get("x")


def test_a_put_that_is_answered_without_a_version_is_not_taken_for_stored(
    blobs: ObjectBlobs, proxy: Proxy
) -> None:
    blobs.put("warm", b"up", expected=None)
    proxy.faults["PUT", 0] = lambda _: Answer(status=200, headers=(("ETag", ""),))
    with pytest.raises(StateError, match="is not an S3 service"):
        blobs.put("x", b"1", expected=None)


def test_a_certificate_that_is_not_trusted_is_told(time: FakeTime, tmp_path: Path) -> None:
    with _strange_tls(tmp_path) as port:
        blobs = opened(ObjectPlace(bucket="bots", endpoint=f"https://127.0.0.1:{port}"), time)
        with pytest.raises(StateError, match="cannot be reached: its certificate is not trusted here"):
            blobs.get("x")


@contextmanager
def _strange_tls(folder: Path) -> Iterator[int]:
    """Shake hands with a certificate that nobody signed, again and again."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "strange")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(
        Encoding.PEM
    )
    (folder / "both.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_shake_hands, args=(listener, context), daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def _shake_hands(listener: socket.socket, context: ssl.SSLContext) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            with client, suppress(ssl.SSLError):
                context.wrap_socket(client, server_side=True).close()
