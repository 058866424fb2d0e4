"""What manifests declare can be written down again, and so can what the tenant shows of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any

import yaml
from hypothesis import given

from lwdeploy.core.address import Address
from lwdeploy.core.canonical import canonical, leaves
from lwdeploy.core.live import LiveResource
from lwdeploy.core.types import Resource
from lwdeploy.core.wording import Names
from lwdeploy.kinds import KINDS, kinds_by_name
from lwdeploy.kinds.bot import spec as bot
from lwdeploy.kinds.bot_domain import spec as bot_domain
from lwdeploy.kinds.persistent_menu import spec as persistent_menu
from lwdeploy.kinds.rich_menu import spec as rich_menu
from lwdeploy.kinds.rich_menu import wording as rich_wording
from lwdeploy.manifests.rendering import Known, render
from lwdeploy.manifests.writing import manifest_text
from tests.kinds.deployment import DOMAINS, broken, desired_of, manifest_of
from tests.property.strategies import bots, bounded

BY_NAME = kinds_by_name()
NAMES = {str(number): name for name, number in DOMAINS.items()}


def live_of(resources: Iterable[Resource]) -> list[LiveResource]:
    """Give what a tenant would have if it kept everything in our words, with ids for what has none by nature."""
    ids = {each.address: each.derived_id or f"7{number}" for number, each in enumerate(resources)}
    return [
        LiveResource(
            kind=each.address.kind,
            remote_id=ids[each.address],
            spec=canonical({**each.spec, **{name: ids[target] for name, target in each.refers.items()}}),
            address=each.address,
        )
        for each in resources
    ]


def files_of(resources: Iterable[Resource]) -> dict[str, str]:
    """Give the names of all files, by digest; what is drawn has none."""
    sources = {digest: source for each in resources for digest, source in each.pictures.items()}
    return {digest: source["file"] for digest, source in sources.items() if "file" in source}


def merged(one: Any, other: Any) -> Any:
    if not isinstance(one, dict) or not isinstance(other, dict):
        return other
    return {**one, **other, **{key: merged(one[key], other[key]) for key in one.keys() & other.keys()}}


def written(objects: Iterable[LiveResource], names: Names) -> dict[str, Any]:
    """Give the spec of a Bot that every kind has written its part of."""
    shown = list(objects)
    parts = [kind.wording.to_manifest([each for each in shown if each.kind == kind.name], names) for kind in KINDS]
    made: dict[str, Any] = reduce(merged, parts, {})
    return made


def declared(spec: Mapping[str, Any]) -> dict[Address, tuple[dict[str, Any], str | None, dict[str, Address]]]:
    """Give what a bot's manifest declares, by address; drawn pictures, which no file holds, are left out."""
    found = {}
    for each in desired_of({"a": spec}).resources:
        shown = dict(each.spec)
        if any(str(digest).startswith("drawn:") for digest in shown.get("image", {}).values()):
            del shown["image"]
        found[each.address] = (shown, each.derived_id, dict(each.refers))
    return found


@bounded(60)
@given(spec=bots())
def test_what_was_written_down_again_declares_the_same(spec: dict[str, Any]) -> None:
    """Of every kind: from_manifest(to_manifest(spec)) == spec."""
    resources = desired_of({"a": spec}).resources
    objects = live_of(resources)
    keys = {each.remote_id: each.address.path[-1] for each in objects if each.address and each.kind == "rich_menu"}
    again = written(objects, Names(domains=NAMES, keys=keys, pictures=files_of(resources)))
    assert broken(manifest_of(again)) == []
    assert declared(again) == declared(spec)


@bounded(60)
@given(spec=bots())
def test_what_a_manifest_says_of_a_bot_makes_exactly_the_bot_that_was_shown(spec: dict[str, Any]) -> None:
    (wanted,) = [each.spec for each in desired_of({"a": spec}).resources if each.address.is_root]
    shown = bot.from_api(bot.to_body(wanted, paths=bot.declared_paths(wanted), live={}))
    said = bot.essential(shown)
    assert bot.from_manifest(manifest_of(bot.to_manifest(said, Names(domains=NAMES)), photo=None)) == said
    assert bot.from_api(bot.to_body(said, paths=bot.declared_paths(said), live={})) == shown
    assert "" not in leaves(dict(said)).values()


@bounded(60)
@given(spec=bots())
def test_what_a_manifest_says_of_a_child_makes_exactly_the_child_that_was_shown(spec: dict[str, Any]) -> None:
    for resource in desired_of({"a": spec}).resources:
        wanted = resource.spec
        if resource.address.kind == "bot_domain":
            body = bot_domain.to_body(wanted, paths=tuple(wanted))
            shown = bot_domain.from_api(body, members=wanted.get("members", ()))
            said = bot_domain.essential(shown)
            assert (
                bot_domain.from_api(bot_domain.to_body(said, paths=tuple(said)), members=said.get("members", ()))
                == shown
            )
            assert ("members" in said) is (said["permission"] == "selected")
        elif resource.address.kind == "persistent_menu":
            shown = persistent_menu.from_api(persistent_menu.to_body(wanted))
            assert persistent_menu.essential(shown) == shown
        elif resource.address.kind == "rich_menu":
            shown = rich_menu.from_api(rich_menu.to_body(wanted, name="x"))
            assert rich_wording.essential(shown) == shown


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Give a value with other names of files in it."""
    if isinstance(value, dict):
        return {key: renamed(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [renamed(each, names) for each in value]
    return names.get(value, value) if isinstance(value, str) else value


@bounded(60)
@given(spec=bots())
def test_a_rendered_manifest_declares_all_that_is_there_and_nothing_else(spec: dict[str, Any]) -> None:
    """And every other reader of YAML reads it as we do."""
    resources = desired_of({"a": spec}).resources
    objects = sorted(live_of(resources), key=lambda each: each.kind != "bot")
    files = files_of(resources)
    made = render(
        Address.top("bot", "a"),
        objects,
        kinds=BY_NAME,
        pictures=dict.fromkeys(files, b"\x89PNG"),
        known=Known(domains=NAMES),
    )
    text = manifest_text(made.document, head=["a head", "of two lines"], comments=made.comments)
    assert yaml.safe_load(text) == json.loads(json.dumps(made.document))
    again = renamed(made.document["spec"], {name: files[digest] for name, digest in made.files.items()})
    assert broken(manifest_of(again)) == []
    found, wanted = declared(again), declared(spec)
    assert set(found) == set(wanted)
    for address, (shown, derived, refers) in wanted.items():
        kind = BY_NAME[address.kind]
        said = dict(kind.wording.essential(shown))
        if made.comments and address.is_root:  # the query of its address is kept nowhere
            said["callback"] = {**said["callback"], "url": said["callback"]["url"].partition("?")[0]}
        assert found[address] == (said, derived, refers)


def test_a_link_to_a_menu_that_is_not_there_is_left_out() -> None:
    """A menu can be deleted between two reads; nothing may point to it then."""
    link = LiveResource(kind="default_rich_menu", remote_id="default", spec={"richmenuId": "9"})
    user = replace(link, kind="user_rich_menu", remote_id="taro@example.com")
    assert written([link, user], Names()) == {}
