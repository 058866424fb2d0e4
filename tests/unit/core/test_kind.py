"""A kind that says nothing special has no consequences, no calls, and specs without secrets; what adapters get."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.diagnostics import SourceRef
from lwdeploy.core.errors import UserError
from lwdeploy.core.kind import (
    Access,
    Adapters,
    Declared,
    Kind,
    Manifest,
    RootAdapter,
    Scene,
    TenantView,
    Verify,
    Written,
)
from lwdeploy.core.live import Listed, LiveResource, Seen
from lwdeploy.core.types import Action, Change, Mark, Resource, Spec

BOT = Address.top("bot", "helpdesk")


class Named:
    """An adapter that only knows for whom it was made; never asked anything."""

    def __init__(self, access: Access) -> None:
        self.project = access.project

    def listing(self) -> tuple[Listed, ...]:
        raise AssertionError("a kind is data: nothing of it runs by itself")

    def look(self, remote_id: str, *, wanted: Spec) -> LiveResource | None:
        raise AssertionError("a kind is data: nothing of it runs by itself")

    def reserve(self, change: Change, *, mark: Mark) -> LiveResource:
        raise AssertionError("a kind is data: nothing of it runs by itself")

    def read(self, parent: LiveResource, *, wanted: Mapping[Address, Resource]) -> Seen:
        raise AssertionError("a kind is data: nothing of it runs by itself")

    def write(
        self, change: Change, *, parent_id: str | None, live: LiveResource | None, users: Mapping[str, str]
    ) -> Written:
        raise AssertionError("a kind is data: nothing of it runs by itself")

    def delete(self, change: Change, *, parent_id: str | None) -> None:
        raise AssertionError("a kind is data: nothing of it runs by itself")


def _unused_declare(_manifest: Manifest) -> Declared:
    raise AssertionError("a kind is data: nothing of it runs by itself")


@pytest.fixture
def plain() -> Kind:
    return Kind(name="bot", word="bot", level=0, root=Named, declare=_unused_declare)


def child(name: str = "rich_menu") -> Kind:
    return Kind(name=name, word=name, level=2, child=Named, parent="bot", declare=_unused_declare)


def test_a_plain_kind_foresees_nothing(plain: Kind) -> None:
    change = Change(address=BOT, action=Action.UPDATE)
    assert tuple(plain.consequences(change, Scene())) == ()
    assert plain.calls(change) == {}
    assert plain.precedes(change, change) is False


def test_a_plain_kind_keeps_its_spec_and_has_no_name_to_show(plain: Kind) -> None:
    spec = {"size": "full"}
    assert plain.seal(spec) is spec
    assert plain.label(spec) == ""


def test_a_plain_kind_is_a_root_without_a_mark(plain: Kind) -> None:
    assert (plain.parent, plain.marked, plain.rules, plain.user_fields) == (None, False, (), ())


def test_a_plain_kind_waits_for_nobody_yields_to_nobody_and_has_no_limit(plain: Kind) -> None:
    assert (plain.after, plain.gives_way_to, plain.refers_to, plain.most) == ((), (), "", None)
    assert (plain.removal, plain.eager, plain.lenient) == (None, False, False)


def test_a_scene_of_nothing_is_empty() -> None:
    assert (Scene().live, Scene().facts, Scene().changes) == (None, {}, ())


# --- adapters


def test_adapters_are_found_by_kind_wherever_their_objects_live(plain: Kind) -> None:
    access = Access(client=None, project="acme")
    adapters = Adapters.of([plain, child(), child("bot_domain")], access)
    assert set(adapters.roots) == {"bot"}
    assert set(adapters.children) == {"rich_menu", "bot_domain"}
    root: RootAdapter = adapters.roots["bot"]
    assert adapters["bot"] is root
    assert adapters["rich_menu"] is adapters.children["rich_menu"]


def test_all_adapters_share_one_access(plain: Kind) -> None:
    made = Adapters.of([plain, child()], Access(client=None, project="acme"))
    found = [made["bot"], made["rich_menu"]]
    assert [each.project for each in found if isinstance(each, Named)] == ["acme", "acme"]


def test_a_kind_that_nobody_knows_has_no_adapter(plain: Kind) -> None:
    with pytest.raises(KeyError, match="hologram"):
        Adapters.of([plain], Access(client=None, project="acme"))["hologram"]


def test_nothing_is_verified_unless_somebody_asks() -> None:
    assert Access(client=None, project="acme").verify == Verify(images=False, users=False)


def test_a_picture_that_nobody_provides_is_said_to_be_missing() -> None:
    with pytest.raises(UserError, match="The picture sha256:1 is not at hand"):
        Access(client=None, project="acme").content("sha256:1", {"file": "main.png"})


# --- manifests


def test_a_manifest_without_a_desk_sees_no_picture_and_draws_anything() -> None:
    manifest = Manifest(
        address=BOT, spec={}, tenant=TenantView(name="acme"), at=lambda _path: SourceRef(file="bots.yaml")
    )
    seen = manifest.picture("menus.rich.menus.0.image")
    assert (seen.file, seen.problem) == ("menus.rich.menus.0.image", "no pictures are at hand")
    assert manifest.trouble({"cells": []}) == ""
