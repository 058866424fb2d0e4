"""Which bucket, which folder in it, and where: what the Tenant says, checked and filled in."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from lwdeploy.core.errors import StateError
from lwdeploy.state.object_credentials import find_region

__all__ = ["ObjectPlace", "Where", "where"]

_BUCKET = re.compile(r"[A-Za-z0-9._-]{1,255}")
_REGION = re.compile(r"[A-Za-z0-9-]+")
_SEGMENT = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9!_.*'()-]+")  # characters that no service and no proxy rewrites


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectPlace:
    """What the Tenant says. Without an endpoint AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL and then AWS itself count.

    Plain http is for loopback, unless `allow_http`.
    """

    bucket: str
    prefix: str = ""
    region: str = ""
    endpoint: str = ""
    allow_http: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A bucket and a folder in it; `named` tells that the endpoint is not simply that of AWS."""

    bucket: str
    prefix: str
    region: str
    endpoint: str
    named: bool

    def __str__(self) -> str:
        path = f"s3://{self.bucket}/{self.prefix}".rstrip("/")
        return f"{path} at {self.endpoint}" if self.named else path


def where(place: ObjectPlace, environ: Mapping[str, str]) -> Where:
    """Check a place and fill in what the environment says. Raises StateError."""
    if not _BUCKET.fullmatch(place.bucket):
        raise StateError(f"{place.bucket!r} is not the name of a bucket", advice="Correct `bucket` in the Tenant.")
    prefix = place.prefix.strip("/")
    if prefix and not all(_SEGMENT.fullmatch(each) for each in prefix.split("/")):
        raise StateError(
            f"the prefix {place.prefix!r} has characters that not every service keeps as they are",
            advice="Use letters, digits and `-_.!*'()` between slashes.",
        )
    region = place.region or find_region(environ) or "us-east-1"
    if not _REGION.fullmatch(region):
        raise StateError(f"{region!r} is not a region", advice="Correct `region` in the Tenant, or AWS_REGION.")
    named = place.endpoint or environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL") or ""
    if named:
        _check_endpoint(named, allow_http=place.allow_http)
    endpoint = named.rstrip("/") or _endpoint_of_aws(region)
    return Where(bucket=place.bucket, prefix=prefix, region=region, endpoint=endpoint, named=bool(named))


def _endpoint_of_aws(region: str) -> str:
    return f"https://s3.{region}.amazonaws.com" + (".cn" if region.startswith("cn-") else "")


def _check_endpoint(endpoint: str, *, allow_http: bool) -> None:
    if not _is_address(endpoint):
        raise StateError(
            "the endpoint of the object store is not an address like https://s3.example.com",
            advice="Correct `endpoint` in the Tenant, or AWS_ENDPOINT_URL. Credentials do not belong there.",
        )
    parts = urlsplit(endpoint)
    if parts.scheme == "http" and not allow_http and not _is_loopback(parts.hostname or ""):
        raise StateError(
            f"the endpoint {endpoint} is not encrypted: others could read the state and change it",
            advice="Use https, or say `allowHttp: true` beside it if nobody else is in that network.",
        )


def _is_address(endpoint: str) -> bool:
    try:
        parts = urlsplit(endpoint)
        usual = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
    return usual and "@" not in parts.netloc and not parts.query and not parts.fragment and endpoint.isprintable()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
