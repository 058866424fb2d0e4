"""Which buckets, folders and endpoints are taken, and what the environment adds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lwdeploy.core.errors import StateError
from lwdeploy.state.object_place import ObjectPlace, where

BOTS = ObjectPlace(bucket="bots")


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        (BOTS, "s3://bots"),
        (replace(BOTS, prefix="/team/prod/"), "s3://bots/team/prod"),
        (replace(BOTS, endpoint="https://minio.example.com/"), "s3://bots at https://minio.example.com"),
        (replace(BOTS, endpoint="http://localhost:9000"), "s3://bots at http://localhost:9000"),
        (replace(BOTS, endpoint="http://[::1]:9000"), "s3://bots at http://[::1]:9000"),
        (replace(BOTS, endpoint="http://10.0.0.1", allow_http=True), "s3://bots at http://10.0.0.1"),
        (
            replace(BOTS, endpoint="https://x.example.com/storage/v1/s3"),
            "s3://bots at https://x.example.com/storage/v1/s3",
        ),
    ],
)
def test_a_place_is_shown_in_one_way(place: ObjectPlace, shown: str) -> None:
    assert str(where(place, {})) == shown


@pytest.mark.parametrize("bucket", ["", "a/b", "a b", "bots?x=1", "ぼっと"])
def test_a_name_that_no_bucket_has_is_refused(bucket: str) -> None:
    with pytest.raises(StateError, match="is not the name of a bucket"):
        where(replace(BOTS, bucket=bucket), {})


@pytest.mark.parametrize("prefix", ["a//b", "a/../b", ".", "チーム", "a b", "a?b", "a%2Fb"])
def test_a_prefix_that_could_be_rewritten_on_the_way_is_refused(prefix: str) -> None:
    with pytest.raises(StateError, match="the prefix"):
        where(replace(BOTS, prefix=prefix), {})


@pytest.mark.parametrize(
    "endpoint",
    [
        "s3.example.com",
        "ftp://s3.example.com",
        "https://",
        "https://key:canary@s3.example.com",
        "https://s3.example.com/?token=canary",
        "https://s3.example.com/#canary",
        "https://s3.example.com:port",
        "https://[::1",
        "https://s3.example.com/\x1b",
    ],
)
def test_an_endpoint_that_is_no_address_is_refused_without_being_quoted(endpoint: str) -> None:
    with pytest.raises(StateError, match="is not an address like") as raised:
        where(replace(BOTS, endpoint=endpoint), {})
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize(
    "endpoint", ["http://s3.example.com", "http://10.0.0.1:9000", "http://localhost.example.com"]
)
def test_plain_http_beyond_this_machine_is_refused_unless_allowed(endpoint: str) -> None:
    with pytest.raises(StateError, match="is not encrypted") as raised:
        where(replace(BOTS, endpoint=endpoint), {})
    assert "allowHttp" in raised.value.advice
    with pytest.raises(StateError, match="is not encrypted"):
        where(BOTS, {"AWS_ENDPOINT_URL": endpoint})
    assert where(replace(BOTS, endpoint=endpoint, allow_http=True), {}).endpoint == endpoint


def test_the_endpoint_of_the_tenant_goes_before_that_of_the_environment() -> None:
    environ = {"AWS_ENDPOINT_URL": "https://all.example.com"}
    assert where(BOTS, environ).endpoint == "https://all.example.com"
    environ["AWS_ENDPOINT_URL_S3"] = "https://s3.example.com"
    assert where(BOTS, environ).endpoint == "https://s3.example.com"
    assert where(replace(BOTS, endpoint="https://own.example.com"), environ).endpoint == "https://own.example.com"


@pytest.mark.parametrize(
    ("region", "environ", "endpoint"),
    [
        ("", {}, "https://s3.us-east-1.amazonaws.com"),
        ("", {"AWS_DEFAULT_REGION": "eu-west-1"}, "https://s3.eu-west-1.amazonaws.com"),
        (
            "",
            {"AWS_REGION": "ap-northeast-1", "AWS_DEFAULT_REGION": "x"},
            "https://s3.ap-northeast-1.amazonaws.com",
        ),
        ("eu-central-1", {"AWS_REGION": "ap-northeast-1"}, "https://s3.eu-central-1.amazonaws.com"),
        ("cn-north-1", {}, "https://s3.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_the_region_decides_the_endpoint_of_aws(region: str, environ: dict[str, str], endpoint: str) -> None:
    found = where(replace(BOTS, region=region), environ)
    assert found.endpoint == endpoint
    assert str(found) == "s3://bots"


def test_a_region_that_would_lead_elsewhere_is_refused() -> None:
    with pytest.raises(StateError, match="is not a region"):
        where(replace(BOTS, region="x.example.com/"), {})
