"""A tenant says where and how to deploy, and names its credentials without holding them."""

from __future__ import annotations

from dataclasses import fields

import pytest

from lwdeploy.core.secret import SecretRef
from lwdeploy.core.tenant import LOCAL, Auth, Tenant


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        (SecretRef(env="LWDEPLOY_CLIENT_ID"), "environment variable LWDEPLOY_CLIENT_ID"),
        (SecretRef(file="key.pem"), "file key.pem"),
        (SecretRef(exec=("vault", "kv", "get", "-field=s3cret")), "command vault"),
    ],
)
def test_a_secret_is_named_by_its_place_and_a_command_without_its_arguments(ref: SecretRef, words: str) -> None:
    assert str(ref) == words


def test_credentials_come_from_the_environment_unless_told_otherwise() -> None:
    refs = [getattr(Auth(), each.name) for each in fields(Auth)]
    assert all(ref.env.startswith("LWDEPLOY_") for ref in refs)
    assert len({ref.env for ref in refs}) == 4


def test_only_the_local_endpoint_is_local() -> None:
    assert Tenant(name="a", endpoint=LOCAL).is_local
    assert not Tenant(name="a", endpoint="https://www.worksapis.com/v1.0").is_local
