"""What bots and their registrations must do beyond the contract of all kinds: what others made is theirs."""

from __future__ import annotations

from typing import Any

import pytest

from lwdeploy.api.call import call
from lwdeploy.simulator import Fault
from lwdeploy.simulator.users import identify
from tests.kinds.deployment import HANAKO, TARO, Deployment, least


def test_languages_that_only_the_tenant_has_survive_a_change_of_another(deployment: Deployment) -> None:
    deployment.deploy({"helpdesk": least()})
    bot_id = deployment.state.entries[next(iter(deployment.state.entries))].remote_id
    theirs = {"i18nBotNames": [{"language": "zh_TW", "botName": "他們的"}]}
    deployment.client.send(call("patchBot", botId=bot_id, json=theirs))
    deployment.deploy({"helpdesk": least(botName={"default": "Help Desk", "ja_JP": "窓口"})})
    (bot,) = deployment.tenant.snapshot()["bots"]
    assert {each["language"]: each["botName"] for each in bot["i18nBotNames"]} == {
        "zh_TW": "他們的",
        "ja_JP": "窓口",
    }


def test_fields_that_are_not_declared_keep_what_others_gave_them(deployment: Deployment) -> None:
    deployment.deploy({"helpdesk": least()})
    bot_id = next(iter(deployment.state.entries.values())).remote_id
    theirs = {
        "enableGroupJoin": True,
        "enableCallback": True,
        "callbackUrl": "https://theirs.example.com/",
        "callbackEvents": ["video"],
        "subadministrators": [TARO],
        "allowDomains": [10000001],
    }
    deployment.client.send(call("patchBot", botId=bot_id, json=theirs))
    assert deployment.plan({"helpdesk": least()}).empty
    deployment.deploy({"helpdesk": least(botName="New")})
    (bot,) = deployment.tenant.snapshot()["bots"]
    assert {name: bot[name] for name in theirs} == theirs


def test_a_bound_bot_keeps_everything_that_its_manifest_leaves_out(deployment: Deployment) -> None:
    """Its picture too: what the tenant has for new bots is no reason to change one that exists."""
    (bot_id,) = deployment.tenant.make_bots(1, body={"photoUrl": "https://theirs.example.com/bot.png"})
    between = deployment.tenant.snapshot()
    deployment.deploy({"helpdesk": {"botId": bot_id}})
    assert deployment.written() == []
    assert deployment.tenant.snapshot() == between


def test_closing_a_registration_again_admits_exactly_the_declared_members(deployment: Deployment) -> None:
    """While it was open, the service may have kept the former list."""

    def registered(**spec: Any) -> dict[str, Any]:
        return {"helpdesk": least(domains=[{"name": "osaka", **spec}])}

    deployment.deploy(registered(permission="selected", members=[TARO, "jiro@example.com"]))
    deployment.deploy(registered(permission="all"))
    closed = registered(permission="selected", members=[TARO])
    deployment.deploy(closed)
    assert deployment.plan(closed).empty
    (bot,) = deployment.tenant.snapshot()["bots"]
    assert bot["domains"][0]["members"] == [deployment.state.users[TARO]]


def test_a_domain_may_be_spelled_by_name_or_by_id(deployment: Deployment) -> None:
    """It is the same registration, so nothing is deleted and nothing created."""
    deployment.deploy({"helpdesk": least(domains=[{"name": "osaka"}])})
    respelled = {"helpdesk": least(domains=[{"name": 10000002}])}
    deployment.deploy(respelled)
    assert deployment.written() == []
    assert deployment.plan(respelled).empty


@pytest.mark.parametrize("spelling", [str.upper, str.lower])
def test_a_user_id_means_the_same_user_in_capital_letters(deployment: Deployment, spelling: Any) -> None:
    member = spelling("9b2d1e8c-1111-4222-8333-44445555666f")

    def registered(*, visible: bool) -> dict[str, Any]:
        entry = {"name": "osaka", "permission": "selected", "members": [member], "visible": visible}
        return {"helpdesk": least(domains=[entry])}

    deployment.deploy(registered(visible=True))
    deployment.deploy(registered(visible=False))
    (bot,) = deployment.tenant.snapshot()["bots"]
    assert bot["domains"][0]["members"] == [member.lower()]


def admitted(deployment: Deployment, *members: str) -> dict[str, Any]:
    """Register a bot and let others admit users; give the manifests that declare exactly the first of them."""
    deployment.deploy({"helpdesk": least(domains=[{"name": "osaka", "permission": "selected"}])})
    bot_id = next(iter(deployment.state.entries.values())).remote_id
    for member in members:
        deployment.client.send(
            call("addBotDomainMember", botId=bot_id, domainId=10000002, json={"userId": member})
        )
    return {"helpdesk": least(domains=[{"name": "osaka", "permission": "selected", "members": [members[0]]}])}


@pytest.mark.parametrize("reading", ["400", "409", "accepted"])
def test_a_member_whom_others_admitted_is_recognised_and_kept(deployment: Deployment, reading: str) -> None:
    """Nobody knows yet which user id his login is, and the list shows nothing else."""
    deployment.tenant.choose("duplicate-member", reading)
    bots = admitted(deployment, TARO)
    deployment.deploy(bots)
    assert deployment.plan(bots).empty
    (bot,) = deployment.tenant.snapshot()["bots"]
    assert len(bot["domains"][0]["members"]) == 1


@pytest.mark.parametrize("member", [TARO, "5e1c0f7a-1111-4222-8333-444455556666"])
def test_a_member_who_is_refused_is_told_in_the_words_of_the_refusal(deployment: Deployment, member: str) -> None:
    bots = admitted(deployment, HANAKO)
    bots["helpdesk"]["domains"][0]["members"] = [member]
    deployment.tenant.add_fault(Fault(kind="status", status=400, operation="addBotDomainMember"))
    deployment.tenant.add_fault(Fault(kind="status", status=404, operation="deleteBotDomainMember"))
    report = deployment.apply(deployment.plan(bots))
    (outcome,) = report.outcomes
    assert (outcome.status, "addBotDomainMember" in outcome.error) == ("failed", True)


@pytest.mark.parametrize(("status", "ended"), [(404, "done"), (403, "failed")])
def test_a_member_to_take_out_who_is_gone_already_is_no_obstacle(
    deployment: Deployment, status: int, ended: str
) -> None:
    bots = admitted(deployment, TARO)
    deployment.deploy(bots)
    bot_id = next(iter(deployment.state.entries.values())).remote_id
    theirs = {"userId": HANAKO}
    deployment.client.send(call("addBotDomainMember", botId=bot_id, domainId=10000002, json=theirs))
    fault = Fault(kind="status", status=status, operation="deleteBotDomainMember", commit=status == 404)
    deployment.tenant.add_fault(fault)
    report = deployment.apply(deployment.plan(bots))
    assert [each.status for each in report.outcomes] == [ended]


# --- what others made


def test_narrower_domains_name_the_registrations_that_the_service_will_delete(deployment: Deployment) -> None:
    """Also those that lwdeploy does not manage."""
    deployment.deploy({"helpdesk": least()})
    bot_id = next(iter(deployment.state.entries.values())).remote_id
    for domain in (10000001, 10000002):
        deployment.client.send(call("registerBotDomain", botId=bot_id, domainId=domain, json={}))
    plan = deployment.plan({"helpdesk": least(policy={"allowedDomains": ["osaka"]})}, allowed={})
    assert [each.objects for each in plan.consequences] == [("10000001",)]
    assert [each.guard for each in plan.refusals] == ["unmanaged"]


def test_a_list_that_lags_teaches_no_wrong_user_id(deployment: Deployment) -> None:
    """The id that shows up next may be the one of the member who was added before."""
    members = {"name": "tokyo", "permission": "selected", "members": [HANAKO, TARO]}
    bots = {"both": least(domains=[members]), "one": least(domains=[{**members, "members": [TARO]}])}
    deployment.tenant.add_fault(Fault(kind="lagging_list", operation="listBotDomainMembers", times=3))
    deployment.apply(deployment.plan(bots))
    assert deployment.state.users.get(TARO) in {None, identify(TARO)}
    assert deployment.state.users.get(HANAKO) in {None, identify(HANAKO)}
    deployment.deploy(bots)
    found = [each["domains"][0]["members"] for each in deployment.tenant.snapshot()["bots"]]
    assert sorted(map(sorted, found)) == sorted([sorted([identify(HANAKO), identify(TARO)]), [identify(TARO)]])
