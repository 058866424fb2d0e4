"""The OAuth endpoints: tokens for assertions, codes and refresh tokens; revocation (reference section 1)."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from lwdeploy.simulator.assertions import BadAssertionError, verified_claims
from lwdeploy.simulator.identity import Identity
from lwdeploy.simulator.operations import Tenant
from lwdeploy.simulator.tokens import Token, find_token, issue_token, revoke_tokens
from lwdeploy.simulator.wire import Answer, Request

__all__ = ["OAuth", "OAuthError"]

_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LONGEST_ASSERTION = 3600  # in whole seconds: a public client looks at its clock twice, for iat and for exp
_SKEW = 60
_CODE_SECONDS = 600
_REFRESH_SECONDS = 90 * 86400
_NO_STORE = (("Cache-Control", "no-store"),)


class OAuthError(Exception):
    """A refusal in the envelope of RFC 6749; the codes are inferred from it (section 1.6)."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.answer = Answer(
            status=status, content={"error": error, "error_description": description}, headers=_NO_STORE
        )


class OAuth:
    """The authorization server of a tenant; each public method answers an endpoint, in a transaction."""

    def __init__(self, tenant: Tenant, identity: Identity) -> None:
        pem = identity.private_key.encode()
        key = load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)  # ours; it is slow
        if not isinstance(key, RSAPrivateKey):
            raise TypeError("the private key of a service account is an RSA key")
        self._tenant = tenant
        self._identity = identity
        self._public_key = key.public_key()

    def token(self, request: Request) -> Answer:
        """Answer `POST /token` for each grant."""
        form = _form(request)
        grants: Mapping[str, Callable[[Mapping[str, str]], Answer]] = {
            _JWT_BEARER: self._by_assertion,
            "authorization_code": self._by_code,
            "refresh_token": self._by_refresh,
        }
        grant = grants.get(_fully_unquoted(_wanted(form, "grant_type")))
        if grant is None:
            raise OAuthError("unsupported_grant_type", "grant_type is not supported")
        self._require_client(form)
        return grant(form)

    def revoke(self, request: Request) -> Answer:
        """Answer `POST /revoke`."""
        form = _form(request)
        self._require_client(form)
        revoke_tokens(self._tenant, _wanted(form, "token"))
        return Answer(status=200, headers=_NO_STORE)

    def authorize(self, request: Request) -> Answer:
        """Answer `GET /authorize` as a user who consents at once: the first one of the directory."""
        query = request.parameters()
        if query.get("client_id") != self._identity.client_id:
            raise OAuthError("invalid_client", "client_id is not known", status=400)
        target = _wanted(query, "redirect_uri")
        if not urlsplit(target).scheme or not query.get("state"):
            raise OAuthError("invalid_request", "redirect_uri and state are required")
        if query.get("response_type") != "code":
            raise OAuthError("unsupported_response_type", "response_type has to be code")
        scopes = self._scopes(_wanted(query, "scope"))
        subject = self._tenant.store.rows("SELECT user_id FROM users ORDER BY login LIMIT 1")[0][0]
        code = issue_token(
            self._tenant, "code", subject=subject, scopes=scopes, seconds=_CODE_SECONDS, redirect_uri=target
        )
        more = urlencode({"code": code.value, "state": query["state"]})
        location = f"{target}{'&' if '?' in target else '?'}{more}"
        return Answer(status=302, headers=(("Location", location),))

    def _require_client(self, form: Mapping[str, str]) -> None:
        known = secrets.compare_digest(_wanted(form, "client_id").encode(), self._identity.client_id.encode())
        right = secrets.compare_digest(
            _wanted(form, "client_secret").encode(), self._identity.client_secret.encode()
        )
        if not (known and right):
            raise OAuthError("invalid_client", "client_id or client_secret is wrong", status=401)

    def _scopes(self, written: str) -> frozenset[str]:
        scopes = frozenset(written.replace(",", " ").split())
        unknown = sorted(scopes - set(self._tenant.settings.scopes))
        if unknown or not scopes:
            raise OAuthError("invalid_scope", f"scope is not granted to the app: {' '.join(unknown) or '(none)'}")
        return scopes

    # --- grants ----------------------------------------------------------------------------------

    def _by_assertion(self, form: Mapping[str, str]) -> Answer:
        subject = self._subject(_wanted(form, "assertion"))
        return self._granted(subject, self._scopes(_wanted(form, "scope")), refresh=True)

    def _subject(self, assertion: str) -> str:
        try:
            claims = verified_claims(assertion, self._public_key)
        except BadAssertionError as error:
            raise OAuthError("invalid_grant", f"assertion is not valid: {error}") from error
        if claims.get("iss") != self._identity.client_id:
            raise OAuthError("invalid_grant", "iss is not the client id")
        if claims.get("sub") != self._identity.service_account:
            raise OAuthError("invalid_grant", "sub is not the service account of the app")
        self._require_timely(_seconds(claims, "iat"), _seconds(claims, "exp"))
        return self._identity.service_account

    def _require_timely(self, issued: float, expires: float) -> None:
        now = self._tenant.clock.wall()
        if expires <= now:
            raise OAuthError("invalid_grant", "assertion has expired")
        if issued > now + _SKEW:
            raise OAuthError("invalid_grant", "assertion was issued in the future")
        if expires - issued >= _LONGEST_ASSERTION + 1 and self._tenant.readings["long-assertion"] == "refused":
            raise OAuthError("invalid_grant", "assertion is valid for more than 60 minutes")

    def _by_code(self, form: Mapping[str, str]) -> Answer:
        code = self._held(_wanted(form, "code"), "code")
        revoke_tokens(self._tenant, code.value)
        if form.get("redirect_uri", code.redirect_uri) != code.redirect_uri:
            raise OAuthError("invalid_grant", "redirect_uri is not the one of the code")
        return self._granted(code.subject, code.scopes, refresh=True)

    def _by_refresh(self, form: Mapping[str, str]) -> Answer:
        token = self._held(_wanted(form, "refresh_token"), "refresh")
        if self._tenant.settings.refresh_rotation:
            revoke_tokens(self._tenant, token.value)
        return self._granted(token.subject, token.scopes, refresh=self._tenant.settings.refresh_rotation)

    def _held(self, value: str, kind: str) -> Token:
        token = find_token(self._tenant, value, kind)
        if token is None:
            raise OAuthError("invalid_grant", f"{kind} is not known, used or expired")
        return token

    def _granted(self, subject: str, scopes: frozenset[str], *, refresh: bool) -> Answer:
        seconds = self._tenant.settings.token_seconds
        access = issue_token(self._tenant, "access", subject=subject, scopes=scopes, seconds=seconds)
        content: dict[str, Any] = {
            "access_token": access.value,
            "scope": " ".join(sorted(scopes)),
            "token_type": "Bearer",
            "expires_in": str(seconds) if self._tenant.readings["expires-in"] == "string" else seconds,
        }
        if refresh:
            again = issue_token(self._tenant, "refresh", subject=subject, scopes=scopes, seconds=_REFRESH_SECONDS)
            content["refresh_token"] = again.value
        return Answer(status=200, content=content, headers=_NO_STORE)


def _form(request: Request) -> Mapping[str, str]:
    try:
        fields = parse_qs(request.body.decode(), keep_blank_values=True, strict_parsing=bool(request.body))
    except ValueError as error:
        raise OAuthError("invalid_request", "body is not a form") from error
    repeated = sorted(name for name, values in fields.items() if len(values) > 1)
    if repeated:
        raise OAuthError("invalid_request", f"{repeated[0]} is there more than once")
    return {name: values[0] for name, values in fields.items()}


def _wanted(fields: Mapping[str, str], name: str) -> str:
    value = fields.get(name)
    if not value:
        raise OAuthError("invalid_request", f"{name} is required")
    return value


def _fully_unquoted(value: str) -> str:
    """Undo encodings on top of the form's own: official samples encode grant_type twice (section 1.2)."""
    while (plain := unquote(value)) != value:
        value = plain
    return value


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise OAuthError("invalid_grant", f"{name} must be a number")
    return value
