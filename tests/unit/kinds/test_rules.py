"""Every rule of every kind: one manifest that trips it, one beside it that does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from lwdeploy.core.diagnostics import Severity
from lwdeploy.core.kind import Finding
from lwdeploy.kinds import KINDS
from tests.kinds.deployment import PHOTO, TARO, least, manifest_of
from tests.unit.kinds.cases import Case, acting, area, rich, rich_menu, with_pictures
from tests.unit.kinds.rich_cases import RICH_CASES

RULES = {rule.id: rule for kind in KINDS for rule in kind.rules}
LONG = "x" * 101
ROBOTS = "🤖" * 51  # 102 UTF-16 units
MENU = {"type": "message", "label": "New"}


def domains(*entries: Mapping[str, Any], **over: Any) -> dict[str, Any]:
    return least(domains=list(entries), **over)


def menu(*actions: Mapping[str, Any]) -> dict[str, Any]:
    return least(menus={"persistent": {"actions": list(actions)}})


def lacking(name: str) -> dict[str, Any]:
    return {key: value for key, value in least().items() if key != name}


BOT_CASES: Mapping[str, Mapping[str, Case]] = {
    "LW040": {
        "name": Case(bad=lacking("botName"), good=least(), path="botName", message="a new bot needs spec.botName"),
        "description": Case(
            bad=lacking("description"),
            good=least(),
            path="description",
            message="a new bot needs spec.description",
        ),
        "picture": Case(
            bad=least(),
            good=least(photoUrl=PHOTO),
            path="photoUrl",
            photo=None,
            message="a new bot needs spec.photoUrl",
        ),
        "person": Case(
            bad=least(pic={"vice": [TARO]}),
            good=least(),
            path="pic",
            message="a new bot needs at least one primary person in charge",
        ),
        "no person": Case(bad=lacking("pic"), good={"botId": 7}, path="pic"),
    },
    "LW041": {
        "name": Case(
            bad=least(botName=LONG),
            good=least(botName=LONG[1:]),
            path="botName",
            message="botName has 101 characters; the service takes 100",
        ),
        "counted in UTF-16 units": Case(
            bad=least(description={"default": "x", "ja_JP": ROBOTS}),
            good=least(description={"default": "x", "ja_JP": ROBOTS[1:]}),
            path="description.ja_JP",
            message="description.ja_JP has 102 characters; the service takes 100",
        ),
        "photo": Case(
            bad=least(photoUrl=PHOTO.ljust(1001, "x")),
            good=least(photoUrl=PHOTO.ljust(1000, "x")),
            path="photoUrl",
        ),
        "callback": Case(
            bad=least(callback={"url": "https://a.example/".ljust(1001, "x")}),
            good=least(callback={"url": "https://a.example/".ljust(1000, "x")}),
            path="callback.url",
        ),
    },
    "LW042": {
        "blank": Case(bad=least(botName=" \n"), good=least(), path="botName", message="botName is empty"),
        "default": Case(
            bad=least(description={"default": ""}),
            good=least(description={"default": "x", "ja_JP": ""}),
            path="description.default",
        ),
    },
    "LW043": {
        "http": Case(
            bad=least(photoUrl="http://a.example/a.png"),
            good=least(photoUrl="HTTPS://a.example/a.png"),
            path="photoUrl",
            message="photoUrl is no https URL: the service takes nothing else",
        ),
        "no host": Case(bad=least(photoUrl="https:///a"), good=least(photoUrl=""), path="photoUrl"),
        "a blank": Case(
            bad=least(callback={"url": "https://a.example/a b"}),
            good=least(callback={"url": "https://a.example/a%20b"}),
            path="callback.url",
        ),
        "a line break": Case(
            bad=least(callback={"url": "https://a.example/a\nb"}), good=least(), path="callback.url"
        ),
        "half an address": Case(
            bad=least(callback={"url": "https://[::1"}),
            good=least(callback={"url": "https://[::1]/"}),
            path="callback.url",
        ),
        "translated": Case(
            bad=least(photoUrl={"default": PHOTO, "ja_JP": "a.png"}),
            good=least(photoUrl={"default": PHOTO, "ja_JP": ""}),
            path="photoUrl.ja_JP",
        ),
    },
    "LW044": {
        "on": Case(
            bad=least(callback={"events": []}),
            good=least(callback={"enabled": False, "events": []}),
            path="callback",
            message="the callback is on but has no url",
        ),
        "said to be on": Case(
            bad=least(callback={"enabled": True}),
            good=least(callback={"url": "https://a.example"}),
            path="callback",
        ),
    },
    "LW045": {
        "unknown": Case(
            bad=least(policy={"allowedDomains": ["tokyo", "nagoya"]}),
            good=least(policy={"allowedDomains": ["tokyo", 10000002]}),
            path="policy.allowedDomains.1",
            message="the tenant 'acme' names no domain 'nagoya' (it names: kyoto, osaka, tokyo)",
        ),
        "all is no name": Case(
            bad=least(policy={"allowedDomains": ["all"]}),
            good=least(policy={"allowedDomains": "all"}),
            path="policy.allowedDomains.0",
        ),
    },
    "LW046": {
        "me": Case(
            bad=least(pic={"primary": [TARO, "me"]}),
            good=least(pic={"primary": [TARO, "5e1c0f7a-1111-4222-8333-444455556666"]}),
            path="pic.primary.1",
            message="'me' is neither a login (name@domain) nor a user id",
        ),
        "vice": Case(bad=least(pic={"primary": [TARO], "vice": ["a@b@c"]}), good=least(), path="pic.vice.0"),
    },
    "LW047": {
        "twice": Case(
            bad=least(pic={"primary": [TARO], "vice": [TARO]}),
            good=least(pic={"primary": [TARO], "vice": ["jiro@example.com"]}),
            path="pic.vice.0",
            message="'taro@example.com' is primary and vice person in charge at once",
        ),
    },
    "LW048": {
        "none": Case(
            bad=least(),
            good=least(pic={"primary": ["a@b"], "vice": [TARO]}),
            path="pic",
            guards={"requireVicePic": True},
            message="the tenant 'acme' requires a vice person in charge",
        ),
        "no people at all": Case(
            bad={"botId": 7}, good=least(pic={"vice": [TARO]}), path="pic", guards={"requireVicePic": True}
        ),
    },
    "LW049": {
        "another host": Case(
            bad=least(callback={"url": "https://evil.example/"}),
            good=least(callback={"url": "https://bots.example.com/"}),
            path="callback.url",
            guards={"allowedCallbackHosts": ["*.example.com", "a"]},
            message="the host evil.example is not among the tenant's allowedCallbackHosts: *.example.com, a",
        ),
        "looks alike": Case(
            bad=least(callback={"url": "https://x.example.com.evil.example/"}),
            good=least(),
            path="callback.url",
            guards={"allowedCallbackHosts": ["*.example.com"]},
        ),
        "a user is no host": Case(
            bad=least(callback={"url": "https://bots.example.com@evil.example/"}),
            good=least(callback={"url": "https://BOTS.example.com/"}),
            path="callback.url",
            guards={"allowedCallbackHosts": ["bots.example.com"]},
        ),
    },
    "LW050": {
        "name": Case(
            bad=least(botName={"default": "Desk", "ja_JP": "IT"}),
            good=least(botName={"default": "IT Desk", "ja_JP": "窓口"}),
            path="botName.default",
            guards={"namePattern": "^IT "},
            message="'Desk' does not match the tenant's namePattern '^IT '",
        ),
    },
    "LW051": {
        "jpg": Case(
            bad=least(photoUrl="https://a.example/A.JPG?x=.png"),
            good=least(photoUrl="https://a.example/a?x=.jpg"),
            path="photoUrl",
            message="photoUrl does not look like a PNG, the one format that is documented",
        ),
    },
    "LW052": {
        "break": Case(
            bad=least(botName={"default": "a", "ja_JP": "b\rc"}),
            good=least(botName="a b", description="a\nb"),
            path="botName.ja_JP",
            message="botName.ja_JP has a line break, which the service turns into a blank",
        ),
    },
    "LW053": {
        "unknown": Case(
            bad=least(),
            good=least(),
            path="lifecycle.ignoreChanges.1",
            ignore=(("photoUrl", "photo"), ("photoUrl", "pic", "botName.ja_JP", "policy.joinChatRoom")),
            message="'photo' is no field of a bot",
        ),
    },
    "LW070": {
        "unknown": Case(
            bad=domains({"name": "nagoya"}),
            good=domains({"name": "osaka"}, {"name": 10000009}),
            path="domains.0.name",
            message="the tenant 'acme' names no domain 'nagoya' (it names: kyoto, osaka, tokyo)",
        ),
    },
    "LW071": {
        "by name": Case(
            bad=domains({"name": "osaka"}, {"name": "osaka"}),
            good=domains({"name": "osaka"}, {"name": "tokyo"}),
            path="domains.1.name",
            message="the bot is registered in the domain 'osaka' twice",
        ),
        "by name and id": Case(
            bad=domains({"name": "osaka"}, {"name": 10000002}), good=domains(), path="domains.1.name"
        ),
    },
    "LW072": {
        "outside": Case(
            bad=domains({"name": "osaka"}, policy={"allowedDomains": ["tokyo"]}),
            good=domains({"name": "osaka"}, policy={"allowedDomains": [10000002]}),
            path="domains.0.name",
            message="the domain 'osaka' is not among the policy's allowedDomains",
        ),
        "all": Case(
            bad=domains({"name": 10000001}, policy={"allowedDomains": ["osaka"]}),
            good=domains({"name": "osaka"}, policy={"allowedDomains": "all"}),
            path="domains.0.name",
        ),
    },
    "LW073": {
        "all": Case(
            bad=domains({"name": "osaka", "permission": "all", "members": [TARO]}),
            good=domains({"name": "osaka", "permission": "selected", "members": [TARO]}),
            path="domains.0.members",
            message="members have a meaning only where permission is `selected`",
        ),
        "unsaid": Case(
            bad=domains({"name": "osaka", "members": []}),
            good=domains({"name": "osaka"}),
            path="domains.0.members",
        ),
    },
    "LW074": {
        "rooms": Case(
            bad=domains({"name": "osaka", "permission": "selected"}, policy={"joinChatRoom": True}),
            good=domains({"name": "osaka", "permission": "all"}, policy={"joinChatRoom": True}),
            path="domains.0.permission",
            message="a bot that may join group rooms cannot be limited to selected members",
        ),
        "no rooms": Case(
            bad=domains({"name": 1}, {"name": 2, "permission": "selected"}, policy={"joinChatRoom": True}),
            good=domains({"name": "osaka", "permission": "selected"}, policy={"joinChatRoom": False}),
            path="domains.1.permission",
        ),
    },
    "LW075": {
        "nobody": Case(
            bad=domains({"name": "osaka", "permission": "selected", "members": []}),
            good=domains({"name": "osaka", "permission": "selected"}),
            path="domains.0.members",
            message="permission is `selected` and the list of members is empty: nobody can use the bot",
        ),
    },
    "LW076": {
        "me": Case(
            bad=domains({"name": "osaka", "members": [TARO, "me"]}),
            good=domains({"name": "osaka", "members": [TARO, "5e1c0f7a-1111-4222-8333-444455556666"]}),
            path="domains.0.members.1",
            message="'me' is neither a login (name@domain) nor a user id",
        ),
        "a blank": Case(
            bad=domains({"name": "osaka", "members": ["ta ro@example.com"]}),
            good=domains(),
            path="domains.0.members.0",
        ),
        "neither": Case(
            bad=domains({"name": "osaka", "members": ["taro"]}), good=domains(), path="domains.0.members.0"
        ),
    },
    "LW080": {
        "uri": Case(
            bad=menu(MENU, {"type": "uri", "label": "a"}),
            good=menu({"type": "uri", "label": "a", "uri": "https://a.example"}),
            path="menus.persistent.actions.1",
            message="an action of type uri needs uri",
        ),
        "copy": Case(
            bad=menu({"type": "copy", "label": "a", "copyText": ""}),
            good=menu({"type": "copy", "label": "a", "copyText": "b"}),
            path="menus.persistent.actions.0",
            message="an action of type copy needs copyText",
        ),
    },
    "LW081": {
        "surplus": Case(
            bad=menu({**MENU, "uri": "https://a.example"}),
            good=menu({**MENU, "text": "a", "postback": "b"}),
            path="menus.persistent.actions.0.uri",
            message="uri has no meaning in an action of type message",
        ),
    },
    "LW082": {
        "label": Case(
            bad=menu({**MENU, "label": {"default": "a", "ja_JP": "x" * 1001}}),
            good=menu({**MENU, "label": {"default": "a", "ja_JP": "x" * 1000}}),
            path="menus.persistent.actions.0.label.ja_JP",
            message="label.ja_JP has 1001 characters; the service takes 1000",
        ),
        "text": Case(
            bad=menu({**MENU, "text": "x" * 301}),
            good=menu({**MENU, "text": "x" * 300}),
            path="menus.persistent.actions.0.text",
        ),
    },
    "LW083": {
        "mail": Case(
            bad=menu({"type": "uri", "label": "a", "uri": "mailto:a@b"}),
            good=menu({"type": "uri", "label": "a", "uri": "http://a.example"}),
            path="menus.persistent.actions.0.uri",
            message="'mailto:a@b' is no http or https URL",
        ),
        "half an address": Case(
            bad=menu({"type": "uri", "label": "a", "uri": "https://[::1"}),
            good=menu(MENU),
            path="menus.persistent.actions.0.uri",
        ),
    },
    "LW084": {
        "blank": Case(
            bad=menu({**MENU, "label": {"default": " ", "ja_JP": "あ"}}),
            good=menu({**MENU, "label": {"default": "a", "ja_JP": ""}}),
            path="menus.persistent.actions.0.label.default",
            message="the label is empty",
        ),
    },
}
CASES = {**BOT_CASES, **RICH_CASES}
PAIRS = [pytest.param(rule, case, id=f"{rule}: {case}") for rule, cases in CASES.items() for case in cases]


def found(rule: str, case: Case, *, good: bool) -> list[Finding]:
    return list(RULES[rule].check(case.manifest(good=good)))


def test_every_rule_has_a_case() -> None:
    assert set(CASES) == set(RULES)


def test_no_two_rules_have_one_number() -> None:
    assert len(RULES) == sum(len(kind.rules) for kind in KINDS)


@pytest.mark.parametrize(("rule", "case"), PAIRS)
def test_a_manifest_that_breaks_a_rule_is_told_once_where_and_what_to_do(rule: str, case: str) -> None:
    wrong = CASES[rule][case]
    (finding,) = found(rule, wrong, good=False)
    assert finding.path == wrong.path
    assert finding.message == wrong.message or not wrong.message
    assert finding.fix == wrong.fix or not wrong.fix
    assert finding.fix


@pytest.mark.parametrize(("rule", "case"), PAIRS)
def test_a_manifest_beside_it_is_not_told(rule: str, case: str) -> None:
    assert found(rule, CASES[rule][case], good=True) == []


SPARSE: Mapping[str, Mapping[str, Any]] = {
    "nothing": {},
    "bound": {"botId": 7},
    "least": least(),
    "no menus": least(menus={}),
    "no rich menus": least(menus={"rich": {}}),
    "rich menus removed": least(menus={"rich": {"menus": []}}),
    "an area that does nothing": rich(rich_menu(areas=[{}], layout="1x1")),
    "a drawn menu": least(menus={"rich": {"menus": [rich_menu(image={"generate": None})], "default": "main"}}),
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("spec", SPARSE.values(), ids=SPARSE)
def test_a_rule_takes_manifests_that_leave_everything_out(rule: str, spec: Mapping[str, Any]) -> None:
    found_ = list(RULES[rule].check(with_pictures(manifest_of(spec))))
    assert found_ == [] or spec == {}


def test_a_bot_with_good_menus_is_told_nothing_at_all() -> None:
    menus = (
        rich_menu(),
        rich_menu("grid", areas=[area(f"{number}") for number in range(6)], layout="3x2", image="full.jpg"),
        rich_menu("drawn", image={"generate": {"font": "kana.ttf"}}, size="compact", areas=[area()], layout="1x1"),
    )
    manifest = with_pictures(manifest_of(rich(*menus, users={"grid": [TARO]})))
    assert [(rule, each) for rule in RULES for each in RULES[rule].check(manifest)] == []


# --- what must be a warning: the service takes it, or somebody may mean it


@pytest.mark.parametrize("rule", RULES)
def test_only_what_the_service_may_take_is_a_warning(rule: str) -> None:
    warnings = {"LW047", "LW051", "LW052", "LW075", "LW094", "LW097", "LW098", "LW099", "LW105", "LW109", "LW111"}
    assert (RULES[rule].severity is Severity.WARNING) == (rule in warnings)


# --- several findings of one rule


def test_every_pair_of_areas_that_overlap_is_told() -> None:
    whole = {"x": 0, "y": 0, "width": 2500, "height": 1686}
    areas = [{**rich_menu()["areas"][0], "bounds": whole}] * 3
    told = RULES["LW097"].check(with_pictures(manifest_of(rich(rich_menu(areas=areas)))))
    assert [each.message.partition(" share")[0] for each in told] == [
        "the areas 1 and 2",
        "the areas 1 and 3",
        "the areas 2 and 3",
    ]


def test_every_surplus_field_of_an_action_is_told() -> None:
    action = {"type": "uri", "label": "a", "uri": "https://a.example", "text": "b", "data": "c"}
    told = RULES["LW102"].check(with_pictures(manifest_of(acting(action))))
    assert [each.path.rpartition(".")[2] for each in told] == ["data", "text"]


def test_a_trouble_with_the_font_of_many_languages_is_told_once() -> None:
    label = dict.fromkeys(("default", "ja_JP", "ko_KR", "zh_CN"), "New")
    menu = rich_menu(image={"generate": {}}, areas=[{"action": {"label": label}}], layout="1x1")
    manifest = replace(with_pictures(manifest_of(rich(menu))), trouble=lambda _recipe: "no font")
    (told,) = RULES["LW108"].check(manifest)
    assert (told.message, told.fix) == ("no font", "")
