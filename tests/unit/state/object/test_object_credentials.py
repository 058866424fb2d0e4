"""Where the object backend finds keys, and what it says when it finds none."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lwdeploy.core.errors import StateError
from lwdeploy.state.object import ObjectBlobs
from lwdeploy.state.object_credentials import Keys, find_credentials, find_region
from lwdeploy.state.object_place import ObjectPlace
from tests.unit.state.object.conftest import SECRET, opened
from tests.unit.state.object.proxy import Answer, Proxy, proxying
from tests.unit.state.object.service import Service

if TYPE_CHECKING:
    from tests.unit.state.conftest import FakeTime


@pytest.fixture
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "home" / ".aws"
    made.mkdir(parents=True)
    return made


@pytest.fixture
def proxy(service: Service) -> Iterator[Proxy]:
    with proxying(service.port) as started:
        yield started


@pytest.fixture
def blobs(proxy: Proxy, bucket: str, time: FakeTime) -> ObjectBlobs:
    return opened(ObjectPlace(bucket=bucket, endpoint=proxy.endpoint), time)


def _keys(name: str) -> str:
    return f"aws_access_key_id = {name}\naws_secret_access_key = {SECRET}\n"


def _signed_by(proxy: Proxy) -> str:
    return proxy.headers[-1]["authorization"].partition("Credential=")[2].partition("/")[0]


def test_keys_of_the_environment_go_before_those_of_a_profile(
    blobs: ObjectBlobs, proxy: Proxy, folder: Path
) -> None:
    (folder / "credentials").write_text(f"[default]\n{_keys('profiled')}", encoding="utf-8")
    blobs.get("x")
    assert _signed_by(proxy) == "AKIAEXAMPLE"


@pytest.mark.parametrize("token", [None, "t0ken"])
def test_keys_that_were_given_are_not_mixed_with_those_of_the_environment(
    proxy: Proxy, bucket: str, time: FakeTime, monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of another account")
    keys = Keys(access_key_id="given", secret_access_key=SECRET, session_token=token)
    assert SECRET not in repr(keys) + repr(keys.credentials())
    given = ObjectBlobs(
        ObjectPlace(bucket=bucket, endpoint=proxy.endpoint),
        environ=os.environ,
        clock=time.clock,
        sleep=time.sleep,
        nonce=lambda: "n",
        keys=keys,
    )
    given.get("x")
    assert _signed_by(proxy) == "given"
    assert proxy.headers[-1].get("x-amz-security-token") == token


@pytest.mark.usefixtures("no_keys")
@pytest.mark.parametrize("profile", ["default", "bots"])
def test_keys_of_a_profile_sign_with_their_token(
    blobs: ObjectBlobs, proxy: Proxy, folder: Path, monkeypatch: pytest.MonkeyPatch, profile: str
) -> None:
    text = f"[default]\n{_keys('default')}\n[bots]\n{_keys('bots')}aws_session_token = t0ken\n"
    (folder / "credentials").write_text(text, encoding="utf-8")
    if profile == "bots":
        monkeypatch.setenv("AWS_PROFILE", "bots")
    blobs.get("x")
    assert _signed_by(proxy) == profile
    assert proxy.headers[-1].get("x-amz-security-token") == ("t0ken" if profile == "bots" else None)


@pytest.mark.usefixtures("no_keys")
def test_the_two_files_of_a_profile_are_one_and_the_credentials_file_wins(folder: Path, tmp_path: Path) -> None:
    (folder / "config").write_text(f"[profile bots]\nregion = eu-west-1\n{_keys('config')}", encoding="utf-8")
    environ = {"HOME": str(tmp_path / "home"), "AWS_PROFILE": "bots"}
    assert find_credentials(environ).keys["access_key_id"] == "config"
    (folder / "credentials").write_text(f"[bots]\n{_keys('shared')}", encoding="utf-8")
    assert find_credentials(environ).keys["access_key_id"] == "shared"
    assert find_region(environ) == "eu-west-1"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text(f"[bots]\n{_keys('elsewhere')}", encoding="utf-8")
    environ |= {"AWS_SHARED_CREDENTIALS_FILE": str(elsewhere), "AWS_CONFIG_FILE": str(tmp_path / "none")}
    assert find_credentials(environ).keys["access_key_id"] == "elsewhere"
    assert SECRET not in repr(find_credentials(environ))


@pytest.mark.usefixtures("no_keys")
def test_a_named_profile_that_has_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="no AWS credentials in the profile 'bots'"):
        find_credentials({"HOME": str(tmp_path / "home"), "AWS_PROFILE": "bots"})


def test_a_file_that_is_not_one_is_named_without_being_quoted(folder: Path, tmp_path: Path) -> None:
    (folder / "credentials").write_text(f"aws_secret_access_key = {SECRET}\n", encoding="utf-8")
    with pytest.raises(StateError, match="credentials cannot be read as one") as raised:
        find_credentials({"HOME": str(tmp_path / "home")})
    assert SECRET not in str(raised.value)
    assert raised.value.__suppress_context__


@pytest.mark.usefixtures("no_keys")
def test_a_profile_with_a_program_is_asked_through_boto3(blobs: ObjectBlobs, proxy: Proxy, folder: Path) -> None:
    program = folder / "keys.py"
    program.write_text(
        'print(\'{"Version": 1, "AccessKeyId": "program", "SecretAccessKey": "s"}\')', encoding="utf-8"
    )
    text = f"[default]\ncredential_process = {sys.executable} {program}\n"
    (folder / "config").write_text(text, encoding="utf-8")
    blobs.get("x")
    assert _signed_by(proxy) == "program"


@pytest.mark.usefixtures("no_keys")
def test_a_program_that_gives_no_keys_is_told(blobs: ObjectBlobs, folder: Path) -> None:
    (folder / "config").write_text(f"[default]\ncredential_process = {sys.executable} -c 1/0\n", encoding="utf-8")
    with pytest.raises(StateError, match="the AWS profile 'default' gives no credentials") as raised:
        blobs.get("x")
    assert "correct the profile" in raised.value.advice


@pytest.mark.usefixtures("no_keys")
def test_a_profile_that_nobody_signed_in_to_says_so(blobs: ObjectBlobs, folder: Path) -> None:
    text = "[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n"
    text += "[sso-session s]\nsso_start_url = https://x.invalid\nsso_region = us-east-1\n"
    (folder / "config").write_text(text, encoding="utf-8")
    with pytest.raises(StateError, match="no AWS credentials") as raised:
        blobs.get("x")
    assert raised.value.advice


@pytest.mark.usefixtures("no_keys")
def test_a_profile_that_takes_boto3_says_so_where_it_is_missing(
    blobs: ObjectBlobs, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "config").write_text("[default]\nrole_arn = arn:aws:iam::1:role/r\n", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "boto3", None)
    monkeypatch.delitem(sys.modules, "obstore.auth.boto3", raising=False)
    with pytest.raises(StateError, match="takes boto3") as raised:
        blobs.get("x")
    assert "pip install boto3" in raised.value.advice


@pytest.mark.usefixtures("no_keys")
def test_without_any_keys_it_is_said_where_they_may_come_from(
    blobs: ObjectBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    for disabled in ("true", "false"):  # an instance's service is asked only if it is not switched off
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", disabled)
        with pytest.raises(StateError, match="no AWS credentials") as raised:
            blobs.get("x")
        assert "AWS_ACCESS_KEY_ID" in raised.value.advice
        assert "169.254" not in str(raised.value)


def test_half_a_pair_of_keys_is_told(blobs: ObjectBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(StateError, match=r"no AWS credentials .*Missing SecretAccessKey"):
        blobs.get("x")


@pytest.mark.usefixtures("no_keys")
def test_keys_of_a_container_and_of_an_instance_are_used(
    blobs: ObjectBlobs, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = (
        b'{"Code": "Success", "Type": "AWS-HMAC", "LastUpdated": "2026-01-01T00:00:00Z", "AccessKeyId": "lent", '
        b'"SecretAccessKey": "s", "Token": "t", "Expiration": "2999-01-01T00:00:00Z"}'
    )

    with proxying(1) as lender:
        lender.faults["PUT", 0] = lambda _: Answer(status=200, body=b"token")
        lender.faults["GET", 0] = lambda _: Answer(
            status=200, body=keys if lender.seen[-1][1].endswith("/role") else b"role"
        )
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "false")
        monkeypatch.setenv("AWS_METADATA_ENDPOINT", lender.endpoint)
        blobs.get("x")
    assert _signed_by(proxy) == "lent"
    assert proxy.headers[-1]["x-amz-security-token"] == "t"


@pytest.mark.usefixtures("no_keys")
def test_a_web_identity_that_is_refused_does_not_show_its_token(
    blobs: ObjectBlobs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("canary-of-the-token", encoding="utf-8")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(token))
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::1:role/r")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "https://127.0.0.1:1")
    with pytest.raises(StateError, match=r"no AWS credentials for s3://.*: Connection refused") as raised:
        blobs.get("x")
    assert "canary" not in str(raised.value)
    token.unlink()
    with pytest.raises(StateError, match=r"no AWS credentials .*token"):
        blobs.get("x")


def test_what_the_environment_says_never_changes_what_a_condition_means(
    proxy: Proxy, bucket: str, time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AWS_CONDITIONAL_PUT": "disabled",
        "AWS_SKIP_SIGNATURE": "true",
        "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "true",
        "AWS_S3_EXPRESS": "true",
        "AWS_ENDPOINT": "http://127.0.0.1:1",
        "AWS_BUCKET": "another",
        "AWS_ALLOW_HTTP": "false",
    }.items():
        monkeypatch.setenv(name, value)
    blobs = opened(ObjectPlace(bucket=bucket, endpoint=proxy.endpoint), time)
    blobs.put("x", b"1", expected=None)
    assert proxy.seen[-1] == ("PUT", f"/{bucket}/x")
    assert proxy.headers[-1]["if-none-match"] == "*"
    assert _signed_by(proxy) == os.environ["AWS_ACCESS_KEY_ID"]
