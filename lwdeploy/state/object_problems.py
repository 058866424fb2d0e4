"""What obstore and S3 services say when something fails, in words that tell what to do.

obstore gives the status and the answer only as text; what cannot be read there counts as no answer, which is
the careful side. No address is quoted: those of requests for credentials may hold tokens.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lwdeploy.core.errors import StateError
from lwdeploy.state.object_credentials import NO_CREDENTIALS
from lwdeploy.state.swap import Unanswered

if TYPE_CHECKING:
    from lwdeploy.state.object_place import Where

__all__ = ["CONDITIONS", "PERMISSIONS", "explain", "is_absent", "unlike_s3"]

PERMISSIONS = (
    "It takes s3:GetObject and s3:PutObject on the objects and s3:ListBucket on the bucket; "
    "with a KMS key also kms:Decrypt and kms:GenerateDataKey."
)

_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>\s*(\w+)\s*</Code>")
_MESSAGE = re.compile(r"<Message>\s*([^<]*?)\s*</Message>")
_ADDRESS = re.compile(r"Error performing \w+ (\S+) in ")
_PREAMBLE = re.compile(r"^Generic S3 error: (Error performing (\w+ )?\w+ \S+ in \S+ - )?")
_REASON = re.compile(r'(?:message|error): "([^"]+)"')
_LONGEST = 300

_PASSING = frozenset({"RequestTimeout", "OperationAborted", "ConditionalRequestConflict", "SlowDown"})

CONDITIONS = (
    "Keep the state in a service that honours If-Match and If-None-Match on PUT (Amazon S3, MinIO, "
    "Cloudflare R2, Ceph), or in another backend: without them two runs would overwrite each other."
)

_OF_KEYS = ("the AWS credentials are not taken for {where}: {said}", NO_CREDENTIALS)
_OF_REGION = (
    "the bucket of {where} is not in the region {where.region}: {said}",
    "Set `region` in the Tenant to the region of the bucket.",
)
_OF_SERVICE = ("what answers for {where} is not an S3 service", "Correct `endpoint` in the Tenant.")
_SAID = {
    "NoSuchBucket": (
        "there is no bucket for {where}",
        "Create it, or correct `bucket` and `endpoint` in the Tenant.",
    ),
    "NotImplemented": ("{where} does not know conditional puts: {said}", CONDITIONS),
    "RequestTimeTooSkewed": (
        "the clocks of this machine and of the service differ too much for {where}",
        "Set this machine's clock (NTP) and run again.",
    ),
    "InvalidAccessKeyId": _OF_KEYS,
    "SignatureDoesNotMatch": _OF_KEYS,
    "InvalidToken": _OF_KEYS,
    "ExpiredToken": _OF_KEYS,
    "TokenRefreshRequired": _OF_KEYS,
    "AuthorizationHeaderMalformed": _OF_REGION,
    "PermanentRedirect": _OF_REGION,
    "IllegalLocationConstraintException": _OF_REGION,
    "401": _OF_KEYS,
    "403": ("access to {where} is denied: {said}", PERMISSIONS),
    "404": _OF_SERVICE,
}
"""What to say of a code of S3, or else of a status; the advice beside it."""

_OTHERWISE = ("{where} refuses: {said}", "Correct the Tenant, or ask who runs that service.")


def is_absent(error: Exception) -> bool:
    """Whether the service itself says that there is no such object: any other 404 proves nothing."""
    return isinstance(error, FileNotFoundError) and _code(_text(error)) == "NoSuchKey"


def unlike_s3(where: Where) -> StateError:
    """Tell of an answer that no S3 service gives."""
    return _worded(_OF_SERVICE, where)


def explain(error: Exception, where: Where) -> StateError:
    """Turn what obstore raised into a StateError; Unanswered when nobody can tell what came of the request."""
    text = _text(error)
    if _is_about_credentials(text, where):
        return StateError(f"no AWS credentials for {where}: {_reason(error)}", advice=NO_CREDENTIALS)
    status, code = _status(text), _code(text)
    if status == 0 and "redirect" in text:
        return _worded(_OF_REGION, where, said="it sends us elsewhere")
    if status == 0 or (status >= 500 and code != "NotImplemented") or status in {408, 429} or code in _PASSING:
        return _unanswered(error, where, status, code)
    found = _MESSAGE.search(text)
    said = f"{code or status} ({_printable(found[1])})" if found else code or str(status)
    return _worded(_SAID.get(code) or _SAID.get(str(status)) or _OTHERWISE, where, said=said)


def _worded(words: tuple[str, str], where: Where, said: str = "") -> StateError:
    message, advice = words
    return StateError(message.format(where=where, said=said), advice=advice)


def _unanswered(error: Exception, where: Where, status: int, code: str) -> Unanswered:
    if status:
        return Unanswered(f"{where} answers {status} {code}".rstrip(), advice="Try again in a moment.")
    unsent = "kind: Connect," in str(error)
    reason = _reason(error)
    return Unanswered(
        f"{where.endpoint} cannot be reached: {reason}" if unsent else f"{where} gave no answer: {reason}",
        advice="Check the network, `endpoint` and `region`, and try again.",
        sent=not unsent,
    )


def _is_about_credentials(text: str, where: Where) -> bool:
    """Whether the request that failed was not one of ours but one for credentials, made on the way."""
    address = _ADDRESS.search(text)
    if address is not None:
        return not address[1].startswith(f"{where.endpoint}/{where.bucket}")
    return any(
        each in text
        for each in ("credential provider", "token file", "Missing SecretAccessKey", "Missing AccessKeyId")
    )


def _text(error: Exception) -> str:
    return str(error).partition("\n\nDebug source")[0]


def _status(text: str) -> int:
    found = _STATUS.search(text)
    return int(found[1]) if found else 0


def _code(text: str) -> str:
    found = _CODE.search(text)
    return found[1] if found else ""


def _reason(error: Exception) -> str:
    """Give the innermost words of a failure, without any address."""
    whole = str(error)
    if "InvalidCertificate" in whole:
        return "its certificate is not trusted here"
    if "TimedOut" in whole or "kind: Timeout" in whole:
        return "it took too long"
    found = _REASON.search(whole)
    return _printable(found[1] if found else _PREAMBLE.sub("", _text(error)))


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text[:_LONGEST])
