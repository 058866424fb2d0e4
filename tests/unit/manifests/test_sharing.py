"""What bots agree on becomes documents of their own, named by what they say."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from lwdeploy.manifests.document import Document
from lwdeploy.manifests.load import documents_of
from lwdeploy.manifests.sharing import share
from lwdeploy.manifests.writing import manifest_text

PEOPLE = {"primary": ["taro@example.com"], "vice": ["hanako@example.com"]}
OTHERS = {"primary": ["taro@example.com"]}
ROOMS = {"joinChatRoom": True, "allowedDomains": "all"}


def bot(key: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "lwdeploy/v1", "kind": "Bot", "metadata": {"name": key}, "spec": spec}


def existing(*documents: dict[str, Any], tmp: Any) -> tuple[Document, ...]:
    text = "---\n".join(manifest_text(each) for each in documents)
    return documents_of(text, name="people.yaml", folder=tmp)


def test_what_two_bots_say_is_said_once_and_what_one_says_stays_with_it() -> None:
    made = share([bot("a", pic=PEOPLE, policy=ROOMS), bot("b", pic=PEOPLE), bot("c", pic=OTHERS)])
    assert [each["spec"].get("pic") for each in made.bots] == [{"ref": "taro"}, {"ref": "taro"}, OTHERS]
    assert made.bots[0]["spec"]["policy"] == ROOMS
    assert {kind: [each["spec"] for each in found] for kind, found in made.documents.items()} == {
        "PersonInCharge": [PEOPLE]
    }


def test_the_order_of_people_makes_no_other_group() -> None:
    turned = {"primary": ["b@example.com", "a@example.com"]}
    made = share([bot("a", pic=turned), bot("b", pic={"primary": turned["primary"][::-1]})])
    assert len(made.documents["PersonInCharge"]) == 1


def test_groups_of_one_first_person_are_told_apart_in_any_order_of_bots() -> None:
    bots = [bot(key, pic=pic) for key, pic in (("a", PEOPLE), ("b", PEOPLE), ("c", OTHERS), ("d", OTHERS))]
    names = {
        frozenset(
            (each["metadata"]["name"], str(each["spec"])) for each in share(order).documents["PersonInCharge"]
        )
        for order in permutations(bots)
    }
    assert len(names) == 1
    (found,) = names
    assert len({name for name, _ in found}) == 2


def test_a_document_that_is_there_is_referred_to_and_not_written_again(tmp_path: Any) -> None:
    there = existing(
        {
            "apiVersion": "lwdeploy/v1",
            "kind": "PersonInCharge",
            "metadata": {"name": "it-desk"},
            "spec": {"vice": PEOPLE["vice"], "primary": PEOPLE["primary"]},
        },
        tmp=tmp_path,
    )
    made = share([bot("a", pic=PEOPLE)], existing=there)
    assert made.bots[0]["spec"]["pic"] == {"ref": "it-desk"}
    assert made.documents == {}


def test_a_name_that_is_taken_is_not_taken_again(tmp_path: Any) -> None:
    there = existing(
        {
            "apiVersion": "lwdeploy/v1",
            "kind": "PersonInCharge",
            "metadata": {"name": "taro"},
            "spec": {"primary": ["x@example.com"]},
        },
        tmp=tmp_path,
    )
    made = share([bot("a", pic=PEOPLE), bot("b", pic=PEOPLE)], existing=there)
    assert made.bots[0]["spec"]["pic"] == {"ref": "taro-2"}


def test_names_say_what_is_in_them() -> None:
    callbacks = [
        {"url": "https://bots.example.com/"},
        {"url": "https://bots.example.com/desk"},
        {"enabled": False},
    ]
    policies = [ROOMS, {"joinChatRoom": False, "allowedDomains": ["osaka", "tokyo"]}, {"allowedDomains": "all"}]
    bots = [
        bot(f"{number}{copy}", callback=callback, policy=policy)
        for number, (callback, policy) in enumerate(zip(callbacks, policies, strict=True))
        for copy in "ab"
    ]
    made = share([*bots, bot("x", pic={"primary": ["5e1c0f7a-1"]}), bot("y", pic={"primary": ["5e1c0f7a-1"]})])
    names = {kind: [each["metadata"]["name"] for each in found] for kind, found in made.documents.items()}
    assert names == {
        "Callback": ["bots.example.com", "desk", "off"],
        "BotPolicy": ["all-domains", "no-rooms-osaka-tokyo", "rooms-all-domains"],
        "PersonInCharge": ["people-5e1c0f7a"],
    }
