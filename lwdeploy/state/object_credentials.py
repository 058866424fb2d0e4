"""AWS credentials and region as the SDKs find them; what obstore does not know by itself is added here.

obstore finds the environment, web identity, containers (ECS, EKS) and instances (IMDSv2). Profiles are looked
up here, after the environment and before containers: static keys by ourselves, sign-in, roles and programs
through boto3 where it is installed.
"""

from __future__ import annotations

import configparser
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lwdeploy.core.errors import StateError

if TYPE_CHECKING:
    from obstore.store import S3Config, S3Credential, S3CredentialProvider

__all__ = ["NO_CREDENTIALS", "Credentials", "Keys", "find_credentials", "find_region"]

_SAID_BY_ENVIRONMENT = ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE")
_CONTAINERS = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")
_FOR_BOTO3 = ("sso_session", "sso_start_url", "role_arn", "credential_process", "login_session")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Keys that were given; the environment does not add to them, not even a session token."""

    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)

    def credentials(self) -> Credentials:
        """Give them as obstore is to be told: a provider, since it mixes keys alone with the environment."""
        return Credentials(keys={}, provider=self._provide)

    def _provide(self) -> S3Credential:
        return {
            "access_key_id": self.access_key_id,
            "secret_access_key": self.secret_access_key,
            "token": self.session_token,
            "expires_at": None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What obstore is to be told: keys, or who gives them, or neither when it finds them itself."""

    keys: S3Config = field(repr=False)
    provider: S3CredentialProvider | None = None


def find_region(environ: Mapping[str, str]) -> str:
    """Give the region that the environment or the profile names, or nothing."""
    said = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    return said or _profile(environ.get("AWS_PROFILE") or "default", environ).get("region", "")


def find_credentials(environ: Mapping[str, str]) -> Credentials:
    """Look for credentials without any request. Raises StateError where none can be found."""
    name = environ.get("AWS_PROFILE", "")
    profile = _profile(name or "default", environ)
    if any(environ.get(each) for each in _SAID_BY_ENVIRONMENT):
        return Credentials(keys={})
    if profile.get("aws_access_key_id"):
        return Credentials(keys=_static(profile))
    if any(each in profile for each in _FOR_BOTO3):
        return Credentials(keys={}, provider=_boto3(name or "default"))
    if name:
        raise StateError(
            f"there are no AWS credentials in the profile {name!r}, which AWS_PROFILE names",
            advice="Correct AWS_PROFILE, or put keys into that profile (`aws configure`).",
        )
    if environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true" and not any(map(environ.get, _CONTAINERS)):
        raise StateError("there are no AWS credentials", advice=NO_CREDENTIALS)
    return Credentials(keys={})


NO_CREDENTIALS = (
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give the job a role "
    "(web identity, container or instance)."
)


def _static(profile: Mapping[str, str]) -> S3Config:
    keys: S3Config = {
        "access_key_id": profile["aws_access_key_id"],
        "secret_access_key": profile.get("aws_secret_access_key", ""),
    }
    if profile.get("aws_session_token"):
        keys["session_token"] = profile["aws_session_token"]
    return keys


def _boto3(name: str) -> S3CredentialProvider:
    try:
        from obstore.auth.boto3 import Boto3CredentialProvider  # noqa: PLC0415 - boto3 is not a part of the extra

        return Boto3CredentialProvider()
    except ImportError as error:
        raise StateError(
            f"the AWS profile {name!r} needs a sign-in, a role or a program, which takes boto3",
            advice='Run `pip install boto3`, or `eval "$(aws configure export-credentials --format env)"`.',
        ) from error
    except Exception as error:
        raise StateError(
            f"the AWS profile {name!r} gives no credentials: {error}",
            advice="Sign in again (`aws sso login`), or correct the profile.",
        ) from error


def _profile(name: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Merge what the two files say about a profile; the credentials file wins, as in the SDKs."""
    folder = Path(environ.get("HOME", "/nonexistent"), ".aws")
    config = Path(environ.get("AWS_CONFIG_FILE") or folder / "config")
    shared = Path(environ.get("AWS_SHARED_CREDENTIALS_FILE") or folder / "credentials")
    in_config = name if name == "default" else f"profile {name}"
    return _section(config, in_config) | _section(shared, name)


def _section(path: Path, name: str) -> dict[str, str]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        # The parser's own message quotes lines of a file that holds secrets.
        raise StateError(f"the AWS file {path} cannot be read as one", advice="Correct that file.") from None
    return dict(parser[name]) if parser.has_section(name) else {}
