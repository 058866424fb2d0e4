"""What no list shows, looked at because somebody asked: pictures and users of rich menus (`--verify-...`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from lwdeploy.api.call import call
from lwdeploy.core.types import Action, Origin, Status
from lwdeploy.simulator import SWITCHES, LocalTenant, Settings, start
from tests.kinds.deployment import HANAKO, TARO, Bots, Deployment
from tests.kinds.menus import NEW, PORTAL, bot_id, bot_with, menu, pictures_of, settled, shown
from tests.support.menu_pictures import picture

IMAGE = {"default": "full-a.png", "ja_JP": "full-b.png"}
NEWER = {**NEW, "label": "Newer"}


def rich(*actions: Mapping[str, Any], image: dict[str, str] | None = None, **users: list[str]) -> Bots:
    main = menu("main", *(actions or (NEW, PORTAL)), image=image or IMAGE)
    return {"helpdesk": bot_with(main, menu("night", NEW), default="main", users=users)}


def menu_id(deployment: Deployment, key: str = "main") -> str:
    return next(entry.remote_id for at, entry in deployment.state.entries.items() if at.path[-1] == key)


def bind(deployment: Deployment, **pictures: str) -> None:
    """Let somebody else give the menu main these pictures."""
    bot = str(bot_id(deployment))
    files = {
        language: deployment.client.upload(
            bot_id=bot, name="theirs.png", content=picture(name), media_type="image/png"
        )
        for language, name in pictures.items()
    }
    body = {
        "fileId": files.pop("default"),
        "i18nFileIds": [{"language": language, "fileId": file_id} for language, file_id in files.items()],
    }
    deployment.client.send(call("setRichmenuImage", botId=bot, richmenuId=menu_id(deployment), json=body))


def give(deployment: Deployment, user: str, key: str) -> None:
    """Let somebody else give a user a menu."""
    bot = str(bot_id(deployment))
    deployment.client.send(call("setUserRichmenu", botId=bot, richmenuId=menu_id(deployment, key), userId=user))


# --- pictures


@pytest.mark.parametrize("ids", ["kept", "replaced"])
def test_pictures_are_told_by_their_bytes(deployment: Deployment, ids: str) -> None:
    """Whatever ids the files have: what is bound is what is declared."""
    deployment.tenant.choose("image-file-id", ids)
    bots = rich()
    deployment.deploy(bots)
    deployment.verify(images=True)
    settled(deployment, bots)


def test_a_drawn_picture_is_recognised(deployment: Deployment) -> None:
    """Its digest is that of the recipe, and the bytes that it gives are those that are bound."""
    bots = {"helpdesk": bot_with(menu(image={"generate": {"text": "#000000"}}))}
    deployment.deploy(bots)
    deployment.verify(images=True)
    settled(deployment, bots)


@pytest.mark.parametrize(
    ("theirs", "paths"),
    [
        pytest.param({"default": "full-x.png", "ja_JP": "full-b.png"}, ["image.default"], id="the default"),
        pytest.param({"default": "full-a.png", "ja_JP": "full-x.png"}, ["image.ja_JP"], id="a language"),
        pytest.param({"default": "full-a.png"}, ["image.ja_JP"], id="a language gone"),
        pytest.param(
            {"default": "full-b.png", "ja_JP": "full-a.png"}, ["image.default", "image.ja_JP"], id="both"
        ),
    ],
)
def test_a_picture_that_somebody_changed_is_drift_and_is_put_back(
    deployment: Deployment, theirs: dict[str, str], paths: list[str]
) -> None:
    """It is seen only where somebody asks for it, and then it is all that is written."""
    bots = rich()
    deployment.deploy(bots)
    bind(deployment, **theirs)
    settled(deployment, bots)
    deployment.verify(images=True)
    plan = deployment.deploy(bots)
    assert [each.action for each in plan.steps] == [Action.UPDATE]
    assert [(diff.path, diff.origin) for diff in plan.steps[0].diffs] == [(path, Origin.DRIFT) for path in paths]
    assert deployment.counts()["setRichmenuImage"] == 1
    assert "createRichmenu" not in deployment.counts()
    assert pictures_of(deployment)["main"] == IMAGE
    settled(deployment, bots)


def test_a_language_that_is_declared_to_have_no_picture_gets_none(deployment: Deployment) -> None:
    """Somebody who adds one adds a drift."""
    bots = rich(image={"default": "full-a.png", "ja_JP": ""})
    deployment.deploy(bots)
    bind(deployment, default="full-a.png", ja_JP="full-x.png")
    deployment.verify(images=True)
    deployment.deploy(bots)
    assert pictures_of(deployment)["main"] == {"default": "full-a.png"}
    settled(deployment, bots)


def test_a_language_that_is_not_declared_keeps_what_others_gave_it(deployment: Deployment) -> None:
    """Also when the pictures that are declared change."""
    deployment.deploy(rich(image={"default": "full-a.png"}))
    bind(deployment, default="full-a.png", ko_KR="full-theirs.png")
    deployment.verify(images=True)
    settled(deployment, rich(image={"default": "full-a.png"}))
    deployment.deploy(rich(image={"default": "full-b.png"}))
    assert pictures_of(deployment)["main"] == {"default": "full-b.png", "ko_KR": "full-theirs.png"}


def test_pictures_of_other_menus_are_not_fetched(deployment: Deployment) -> None:
    """What is nobody's here costs no call."""
    bots = rich()
    deployment.deploy(bots)
    deployment.tenant.make_richmenu(bot_id(deployment), name="theirs", picture=picture("compact-t.png"))
    deployment.verify(images=True)
    deployment.tenant.clear_log()
    settled(deployment, bots)
    assert len(deployment.tenant.log("getRichmenuImage")) == 2


# --- users


def test_a_user_whom_somebody_moved_is_drift_and_is_put_back(deployment: Deployment) -> None:
    """It is seen only where somebody asks for it, and then it is all that is written."""
    bots = rich(main=[TARO], night=[HANAKO])
    deployment.deploy(bots)
    give(deployment, TARO, "night")
    settled(deployment, bots)
    deployment.verify(users=True)
    plan = deployment.deploy(bots)
    assert [(each.address.path[-1], each.action) for each in plan.steps] == [(TARO, Action.UPDATE)]
    assert [diff.origin for diff in plan.steps[0].diffs] == [Origin.DRIFT]
    assert deployment.counts() == {"setUserRichmenu": 1}
    assert shown(deployment)["users"] == {TARO: "main", HANAKO: "night"}
    settled(deployment, bots)


def test_a_user_whose_menu_somebody_took_away_gets_it_back(deployment: Deployment) -> None:
    """A remembered assignment that is not there is made anew."""
    bots = rich(main=[TARO])
    deployment.deploy(bots)
    deployment.client.send(call("deleteUserRichmenu", botId=str(bot_id(deployment)), userId=TARO))
    settled(deployment, bots)
    deployment.verify(users=True)
    deployment.deploy(bots)
    assert deployment.counts() == {"setUserRichmenu": 1}
    settled(deployment, bots)


def test_a_user_whom_somebody_gave_a_menu_of_theirs_is_put_back_too(deployment: Deployment) -> None:
    """What is declared for him is ours to decide."""
    bots = rich(main=[TARO])
    deployment.deploy(bots)
    theirs = deployment.tenant.make_richmenu(bot_id(deployment), name="theirs", picture=picture("compact-t.png"))
    bot = str(bot_id(deployment))
    deployment.client.send(call("setUserRichmenu", botId=bot, richmenuId=theirs, userId=TARO))
    deployment.verify(users=True)
    deployment.deploy(bots)
    assert shown(deployment)["users"] == {TARO: "main"}
    settled(deployment, bots)


@pytest.mark.parametrize("reading", ["404", "200-null"])
def test_users_without_a_menu_of_their_own_are_understood(deployment: Deployment, reading: str) -> None:
    """Whichever way the service says that there is none."""
    deployment.tenant.choose("absent-menu", reading)
    deployment.deploy(rich())
    deployment.verify(users=True)
    deployment.deploy(rich(main=[TARO]))
    settled(deployment, rich(main=[TARO]))


# --- one who has left


@pytest.fixture(scope="module")
def strict_tenant(private_key: str) -> Iterator[LocalTenant]:
    """A tenant that knows who has left."""
    with start(data=None, settings=Settings(private_key=private_key, strict_directory=True)) as tenant:
        yield tenant


@pytest.fixture
def strict(strict_tenant: LocalTenant) -> Iterator[Deployment]:
    """Two users have a menu of their own, and one of them is gone from the directory."""
    strict_tenant.make_user(TARO)
    with Deployment(strict_tenant) as made:
        made.begin()
        made.deploy(rich(main=[TARO, HANAKO]))
        strict_tenant.drop_user(TARO)
        yield made
    for switch in SWITCHES:
        strict_tenant.choose(switch.name, switch.default)


@pytest.mark.parametrize("verify", [False, True])
@pytest.mark.parametrize("reading", ["400", "404"])
def test_one_departed_user_does_not_stop_the_bot(strict: Deployment, reading: str, *, verify: bool) -> None:
    """He fails with advice, everything else is done, the old menu is gone, and the next plan has him only."""
    strict.tenant.choose("missing-user", reading)
    strict.verify(users=verify)
    wanted = rich(NEWER, PORTAL, main=[TARO, HANAKO])
    report = strict.apply(strict.plan(wanted))
    (failed,) = [each for each in report.outcomes if each.status is not Status.DONE]
    assert (failed.address.path[-1], failed.status) == (TARO, Status.FAILED)
    assert failed.advice == f"If {TARO} has left, take the login out of menus.rich.users."
    now = shown(strict)
    assert (set(now["menus"]), now["default"], now["users"]) == ({"main", "night"}, "main", {HANAKO: "main"})
    assert [each.address.path[-1] for each in strict.plan(wanted).steps] == [TARO]


@pytest.mark.parametrize("verify", [False, True])
@pytest.mark.parametrize("reading", ["400", "404"])
def test_a_departed_user_who_is_taken_out_of_the_manifest_is_forgotten(
    strict: Deployment, reading: str, *, verify: bool
) -> None:
    """Following the advice ends the matter in one apply."""
    strict.tenant.choose("missing-user", reading)
    strict.verify(users=verify)
    strict.deploy(rich(main=[HANAKO]))
    settled(strict, rich(main=[HANAKO]))
    assert not [address for address in strict.state.entries if address.path[-1] == TARO]


def test_a_departed_user_is_no_obstacle_to_a_persistent_menu(strict: Deployment) -> None:
    """All rich menus go, and the other sort is set."""
    fixed = {"menus": {"persistent": {"actions": [{"type": "message", "label": "Help"}]}}}
    bots = {"helpdesk": {**rich()["helpdesk"], **fixed}}
    strict.deploy(bots)
    settled(strict, bots)
    assert shown(strict) == {"menus": {}, "default": "", "users": {}, "persistent": True}
