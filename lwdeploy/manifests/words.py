"""Words that people bring along: of the API, of API 1.0, of LINE, and of versions to come."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = [
    "ADVICE",
    "HERE",
    "KINDS",
    "NOT_YET_FIELDS",
    "OTHER_TYPE",
    "SAME_AS",
    "SAME_VALUE",
    "STRANGERS",
    "VALUES",
]

KINDS = (
    "Bot",
    "BotPolicy",
    "Callback",
    "PersistentMenu",
    "PersonInCharge",
    "Project",
    "Removed",
    "RichMenu",
    "Tenant",
)
"""The kinds of document, by their schema's name."""

_OUT = "leave it out"

NOT_YET_FIELDS: Mapping[tuple[str, str], tuple[str, str]] = MappingProxyType(
    {
        ("Bot", "spec.secret"): (
            "this version of lwdeploy does not handle bot secrets yet",
            f"{_OUT}, and read the secret in the Developer Console",
        ),
    }
)

SAME_AS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "administrators": ("primary",),
        "managers": ("primary",),
        "admins": ("primary",),
        "subadministrators": ("vice",),
        "submanagers": ("vice",),
        "personincharge": ("pic",),
        "persons": ("pic",),
        "callbackurl": ("url",),
        "webhook": ("url",),
        "webhookurl": ("url",),
        "enablecallback": ("enabled",),
        "callbackevents": ("messageTypes",),
        "callbackeventlist": ("messageTypes",),
        "channelevents": ("events",),
        "enablegroupjoin": ("joinChatRoom",),
        "usegroupjoin": ("joinChatRoom",),
        "allowdomains": ("allowedDomains",),
        "usedomainscope": ("allowedDomains",),
        "botno": ("botId",),
        "i18nbotnames": ("botName",),
        "i18nnames": ("botName",),
        "displayname": ("botName",),
        "i18ndescriptions": ("description",),
        "i18nphotourls": ("photoUrl",),
        "pictureurl": ("photoUrl",),
        "iconurl": ("photoUrl",),
        "persistentmenu": ("persistent",),
        "usepublic": ("visible",),
        "usepermission": ("permission",),
        "allowtoselectedmember": ("permission",),
        "accountids": ("members",),
        "users": ("members",),
        "w": ("width",),
        "h": ("height",),
        "left": ("x",),
        "top": ("y",),
        "action": ("actions", "areas"),
        "actions": ("action", "areas"),
        "areas": ("actions",),
        "richmenu": ("rich",),
        "richmenus": ("rich",),
        "picture": ("image", "photoUrl"),
        "imageurl": ("image", "photoUrl"),
        "i18nlabels": ("label",),
        "i18ntexts": ("text",),
        "i18ndisplaytexts": ("displayText", "text"),
        "displaytext": ("text",),
        "data": ("postback",),
        "clipboardtext": ("copyText",),
        "linkuri": ("uri",),
        "link": ("uri",),
        "url": ("uri",),
        "ja": ("ja_JP",),
        "jp": ("ja_JP",),
        "ko": ("ko_KR",),
        "kr": ("ko_KR",),
        "en": ("en_US",),
        "us": ("en_US",),
        "zh": ("zh_CN", "zh_TW"),
        "cn": ("zh_CN",),
        "tw": ("zh_TW",),
        "apiurl": ("endpoint",),
        "baseurl": ("endpoint",),
    }
)
"""Squeezed foreign word -> the names of our fields, the likeliest first, wherever they stand in the kind."""

HERE: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("Bot", "spec.name"): "the name that users see is `spec.botName`, the key of the document `metadata.name`",
        ("Tenant", "spec.state.s3"): "did you mean `object`?",
        ("Tenant", "spec.state.postgresql"): "did you mean `postgres`?",
        **dict.fromkeys(
            [("Tenant", f"spec.state.postgres.{each}") for each in ("url", "uri", "password", "host", "user")],
            "write where the whole connection string is found: dsn: {env: NAME}",
        ),
        ("Bot", "spec.domains.*.domainId"): "write the id, or the domain's name in the Tenant, as `name`",
        ("Bot", "spec.domains.*.id"): "write the id, or the domain's name in the Tenant, as `name`",
        (
            "Bot",
            "spec.domains.*.allowToSelectedMember",
        ): "write `permission: selected` for true, `permission: all` for false",
        ("Bot", "spec.menus.persistent.content"): "write `actions` directly below the menu",
        ("PersistentMenu", "spec.content"): "write `actions` directly below `spec`",
        ("PersistentMenu", "spec.name"): "the name of the document is `metadata.name`",
        ("RichMenu", "spec.name"): "the name of the document is `metadata.name`",
        (
            "Tenant",
            "spec.token",
        ): "lwdeploy fetches its tokens with the service account under `spec.auth`; leave it out",
    }
)
"""(kind, path with `*` for list entries) -> what to do, where the place decides."""

_LINE_ONLY = "it belongs to LINE, LINE WORKS has no such thing; leave it out"
_KEY = "a rich menu's key is `metadata.name`, or `name` where it stands in a Bot; users see neither"
_RICH = "write a document of kind RichMenu, or the menu under `spec.menus.rich.menus` of a Bot"
_PICTURE = "write the name of the picture's file as `image` of a rich menu; lwdeploy uploads it"
_PICTURES = "write the names of the pictures' files as `image: {default: …, ja_JP: …}` of a rich menu"

ADVICE: Mapping[str, str] = MappingProxyType(
    {
        "chatbartext": _LINE_ONLY,
        "selected": _LINE_ONLY,
        "datetimepicker": _LINE_ONLY,
        "quickreply": _LINE_ONLY,
        "richmenualiasid": _LINE_ONLY,
        "alturi": _LINE_ONLY,
        "inputoption": _LINE_ONLY,
        "fillintext": _LINE_ONLY,
        "right": "write the distance from `x` to it as `width`",
        "bottom": "write the distance from `y` to it as `height`",
        "richmenu": _RICH,
        "richmenus": _RICH,
        "richmenuid": "the service gives the id, and lwdeploy remembers it; leave it out",
        "richmenuname": _KEY,
        "defaultrichmenuid": "write the menu's key as `spec.menus.rich.default` of the Bot",
        "resourceid": _PICTURE,
        "fileid": _PICTURE,
        "i18nresourceids": _PICTURES,
        "i18nfileids": _PICTURES,
        "language": "write the language as a key: `{default: …, ja_JP: …}`",
        "value": "write the text under `default` or under its language: `{default: …, ja_JP: …}`",
        "status": "lwdeploy keeps no status in manifests; leave it out",
        "createdtime": "the service sets it; leave it out",
        "modifiedtime": "the service sets it; leave it out",
    }
)
"""Squeezed foreign word -> what to do, where we have no such field."""

OTHER_TYPE: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("message", "data"): "the data of a `message` is its `postback`",
        ("message", "displayText"): "what a `message` shows is its `text`",
        ("postback", "postback"): "the data of a `postback` is its `data`",
        ("postback", "text"): "what a `postback` shows is its `displayText`",
        ("copy", "text"): "what a `copy` copies is its `copyText`",
    }
)
"""(type of an action, field of another type) -> what to write."""

VALUES: Mapping[str, str] = MappingProxyType(
    {
        "postback": "write `type: message` and put the data into `postback`",
        "clipboard": "write `type: copy` and put the text into `copyText`",
        "2500x1686": "write `size: full`",
        "2500x843": "write `size: compact`",
        "cn": "write zh_CN",
    }
)
"""Squeezed foreign value, where one of a few is possible -> what to do."""

SAME_VALUE: Mapping[str, str] = MappingProxyType({"url": "uri", "link": "uri", "text": "message"})
"""Squeezed foreign value -> ours, where that is one of the possible ones."""

_OF_LINE = "it belongs to LINE"
_OF_MESSAGES = "it is for messages, not for menus"

STRANGERS: Mapping[str, str] = MappingProxyType(
    {
        "datetimepicker": _OF_LINE,
        "richmenuswitch": _OF_LINE,
        "camera": _OF_MESSAGES,
        "cameraroll": _OF_MESSAGES,
        "location": _OF_MESSAGES,
    }
)
"""Squeezed value that is nothing of ours -> whose it is."""
