"""Random projects that every rule accepts, in all the spellings that manifests allow."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from lwdeploy.core.localized import LANGUAGES, text_length
from tests.kinds.deployment import ADMIN, DOMAINS, PHOTO
from tests.property.menus import rich_menus

NASTY = (
    "\u202e",
    "e\u0301",
    "\u00e9",
    "👩\u200d👧",
    "日本語",
    "{x} %s",
    "' \" <b>",
    "root['a']",
    "a.b[0]",
    "\ufeff",
    "\u200b",
    "\U0010ffff",
    "null",
    "012",
    "~",
)
LETTERS = st.characters(exclude_categories=["Cs", "Cc"], max_codepoint=0x2FFF)
ANSWERING = (Phase.explicit, Phase.reuse, Phase.generate)  # shrinking over HTTP would take minutes
SEVERAL = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]


def bounded(examples: int) -> settings:
    """Give settings for so many examples; with `CI` set, Hypothesis takes the same ones each time."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=SEVERAL)


def bounded_over_http(examples: int) -> settings:
    """Give settings for tests that ask a tenant: the first failing example is reported as it is."""
    return settings(bounded(examples), phases=ANSWERING)


def texts(longest: int = 100, *, lines: bool = False) -> st.SearchStrategy[str]:
    """Give texts that are not blank and fit however they are counted."""
    alphabet = LETTERS | st.sampled_from("\n") if lines else LETTERS
    plain = st.text(alphabet, min_size=1, max_size=20) | st.sampled_from(NASTY)
    return plain.filter(lambda text: bool(text.strip()) and text_length(text) <= longest)


def localized(words: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Give a text, or a map of languages in which some translations are removed."""
    translations = st.dictionaries(st.sampled_from(LANGUAGES), words | st.just(""), max_size=3)
    return words | st.builds(lambda base, more: {"default": base, **more}, words, translations)


URLS = st.sampled_from(
    [
        "https://a.example/",
        "https://a.example/?token=1",
        "https://a.example/?token=2",
        "https://xn--wgv71a.example:8443/ä",
    ]
)
PHOTOS = st.sampled_from([PHOTO, f"{PHOTO}?v=2", "https://cdn.example.com/%E3%81%82.png"])
PEOPLE = [ADMIN, *(f"{name}@example.com" for name in ("taro", "hanako", "jiro", "yuki"))]
IDS = ["5e1c0f7a-1111-4222-8333-444455556666", "9b2d1e8c-1111-4222-8333-444455556666"]


@st.composite
def pics(draw: st.DrawFn) -> dict[str, list[str]]:
    people = draw(st.permutations([*PEOPLE, *IDS]))
    primary, vice = draw(st.integers(1, 3)), draw(st.none() | st.integers(0, 3))
    found = {"primary": people[:primary]}
    return found if vice is None else found | {"vice": people[primary : primary + vice]}


CALLBACKS = st.just({"enabled": False}) | st.fixed_dictionaries(
    {"url": URLS},
    optional={
        "messageTypes": st.lists(st.sampled_from(["text", "image", "file", "audio"]), unique=True),
        "events": st.lists(st.sampled_from(["message", "join", "postback", "begin", "end"]), unique=True),
    },
)


@st.composite
def registrations(draw: st.DrawFn, allowed: list[str], *, rooms: bool) -> list[dict[str, Any]]:
    """Give registrations in allowed domains; what is left out was never set to anything else."""
    entries: list[dict[str, Any]] = []
    for name in draw(st.lists(st.sampled_from(allowed), unique=True)):
        entry: dict[str, Any] = {"name": name, "permission": "all"}
        if draw(st.booleans()):
            entry["visible"] = draw(st.booleans())
        if not rooms and draw(st.booleans()):
            members = st.lists(st.sampled_from([*PEOPLE, *IDS]), unique=True, max_size=4)
            entry |= {"permission": "selected", "members": draw(members)}
        entries.append(entry)
    return entries


MENU_TEXTS = texts(300, lines=True)
ACTIONS = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("message"), "label": localized(MENU_TEXTS)},
        optional={"text": localized(MENU_TEXTS), "postback": texts(300)},
    ),
    st.fixed_dictionaries({"type": st.just("uri"), "label": localized(MENU_TEXTS), "uri": URLS}),
    st.fixed_dictionaries({"type": st.just("copy"), "label": localized(MENU_TEXTS), "copyText": MENU_TEXTS}),
)
BUTTONS = st.fixed_dictionaries({"actions": st.lists(ACTIONS, min_size=1, max_size=4)})
NO_BUTTONS: st.SearchStrategy[dict[str, Any]] = st.just({"actions": []})
RICH = rich_menus([*PEOPLE, *IDS])
MENUS = st.one_of(
    st.fixed_dictionaries({"persistent": BUTTONS | NO_BUTTONS}),
    st.fixed_dictionaries({"rich": RICH}, optional={"persistent": NO_BUTTONS}),
    st.fixed_dictionaries({"persistent": BUTTONS, "rich": st.just({"menus": []})}),
)


@st.composite
def bots(draw: st.DrawFn) -> dict[str, Any]:
    """Give the spec of a Bot manifest. What decides whether the service takes it is always declared."""
    rooms = draw(st.booleans())
    names = sorted(DOMAINS)
    allowed = draw(st.none() | st.lists(st.sampled_from(names), min_size=1, unique=True))
    spec: dict[str, Any] = {
        "botName": draw(localized(texts())),
        "description": draw(localized(texts(lines=True))),
        "pic": draw(pics()),
        "policy": {"joinChatRoom": rooms, "allowedDomains": allowed or "all"},
        "domains": draw(registrations(allowed or names, rooms=rooms)),
    }
    optional = {"photoUrl": localized(PHOTOS), "callback": CALLBACKS, "menus": MENUS}
    return spec | draw(st.fixed_dictionaries({}, optional=optional))


def projects(*, least: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """Give up to four bots by key."""
    return st.dictionaries(st.sampled_from("abcdef"), bots(), min_size=least, max_size=4)
