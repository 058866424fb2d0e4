"""Words that people bring along: of the API, of API 1.0, of LINE, and of versions to come."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["ADVICE", "HERE", "KINDS", "NOT_YET_FIELDS", "NOT_YET_KINDS", "SAME_AS", "VALUES"]

KINDS = ("Bot", "BotPolicy", "Callback", "PersistentMenu", "PersonInCharge", "Project", "Tenant")
"""The kinds of document, by their schema's name."""

_OUT = "leave it out"

NOT_YET_KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "RichMenu": ("this version of lwdeploy has no rich menus yet", "leave the document out"),
        "Removed": (
            "this version of lwdeploy has no `Removed` documents yet",
            "leave the document out; a bot without a manifest is deleted by `--prune`",
        ),
    }
)
NOT_YET_FIELDS: Mapping[tuple[str, str], tuple[str, str]] = MappingProxyType(
    {
        ("Bot", "spec.menus.rich"): (
            "this version of lwdeploy has no rich menus yet",
            f"{_OUT}, or use `persistent`",
        ),
        ("Bot", "spec.secret"): (
            "this version of lwdeploy does not handle bot secrets yet",
            f"{_OUT}, and read the secret in the Developer Console",
        ),
        ("Bot", "spec.lifecycle.retainReplaced"): (
            "this version of lwdeploy does not keep replaced objects yet",
            _OUT,
        ),
        ("Tenant", "spec.state.git"): (
            "this version of lwdeploy does not keep its state in git yet",
            f"{_OUT}, or use `file`",
        ),
        ("Tenant", "spec.state.object"): (
            "this version of lwdeploy does not keep its state in an object store yet",
            f"{_OUT}, or use `file`",
        ),
        ("Tenant", "spec.state.postgres"): (
            "this version of lwdeploy does not keep its state in PostgreSQL yet",
            f"{_OUT}, or use `file`",
        ),
    }
)

SAME_AS: Mapping[str, str] = MappingProxyType(
    {
        "administrators": "primary",
        "managers": "primary",
        "admins": "primary",
        "subadministrators": "vice",
        "submanagers": "vice",
        "personincharge": "pic",
        "persons": "pic",
        "callbackurl": "url",
        "webhook": "url",
        "webhookurl": "url",
        "enablecallback": "enabled",
        "callbackevents": "messageTypes",
        "callbackeventlist": "messageTypes",
        "channelevents": "events",
        "enablegroupjoin": "joinChatRoom",
        "usegroupjoin": "joinChatRoom",
        "allowdomains": "allowedDomains",
        "usedomainscope": "allowedDomains",
        "botno": "botId",
        "i18nbotnames": "botName",
        "i18nnames": "botName",
        "displayname": "botName",
        "i18ndescriptions": "description",
        "i18nphotourls": "photoUrl",
        "pictureurl": "photoUrl",
        "iconurl": "photoUrl",
        "persistentmenu": "persistent",
        "usepublic": "visible",
        "usepermission": "permission",
        "allowtoselectedmember": "permission",
        "accountids": "members",
        "users": "members",
        "action": "actions",
        "areas": "actions",
        "i18nlabels": "label",
        "i18ntexts": "text",
        "displaytext": "text",
        "data": "postback",
        "clipboardtext": "copyText",
        "linkuri": "uri",
        "link": "uri",
        "apiurl": "endpoint",
        "baseurl": "endpoint",
    }
)
"""Squeezed foreign word -> the name of our field, wherever that stands in the kind."""

HERE: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("Bot", "spec.name"): "the name that users see is `spec.botName`, the key of the document `metadata.name`",
        ("Bot", "spec.domains.*.domainId"): "write the id, or the domain's name in the Tenant, as `name`",
        ("Bot", "spec.domains.*.id"): "write the id, or the domain's name in the Tenant, as `name`",
        (
            "Bot",
            "spec.domains.*.allowToSelectedMember",
        ): "write `permission: selected` for true, `permission: all` for false",
        ("Bot", "spec.menus.persistent.content"): "write `actions` directly below the menu",
        ("PersistentMenu", "spec.content"): "write `actions` directly below `spec`",
        ("PersistentMenu", "spec.name"): "the name of the document is `metadata.name`",
        (
            "Tenant",
            "spec.token",
        ): "lwdeploy fetches its tokens with the service account under `spec.auth`; leave it out",
    }
)
"""(kind, path with `*` for list entries) -> what to do, where the place decides."""

_LINE_ONLY = "it belongs to LINE, LINE WORKS has no such thing; leave it out"
_RICH = "it belongs to rich menus, which this version of lwdeploy does not have yet; leave it out"

ADVICE: Mapping[str, str] = MappingProxyType(
    {
        "chatbartext": _LINE_ONLY,
        "selected": _LINE_ONLY,
        "datetimepicker": _LINE_ONLY,
        "quickreply": _LINE_ONLY,
        "richmenu": _RICH,
        "richmenus": _RICH,
        "richmenuid": _RICH,
        "richmenuname": _RICH,
        "defaultrichmenuid": _RICH,
        "resourceid": _RICH,
        "fileid": _RICH,
        "i18nresourceids": _RICH,
        "i18nfileids": _RICH,
        "language": "write the language as a key: `{default: …, ja_JP: …}`",
        "value": "write the text under `default` or under its language: `{default: …, ja_JP: …}`",
        "status": "lwdeploy keeps no status in manifests; leave it out",
        "createdtime": "the service sets it; leave it out",
        "modifiedtime": "the service sets it; leave it out",
    }
)
"""Squeezed foreign word -> what to do, where we have no such field."""

VALUES: Mapping[str, str] = MappingProxyType(
    {
        "postback": "write `type: message` and put the data into `postback`",
        "datetimepicker": "it belongs to LINE; LINE WORKS knows `message`, `uri` and `copy`",
        "richmenuswitch": "it belongs to LINE; LINE WORKS knows `message`, `uri` and `copy`",
        "clipboard": "write `type: copy` and put the text into `copyText`",
        "camera": "it is for messages; persistent menus know `message`, `uri` and `copy`",
        "cameraroll": "it is for messages; persistent menus know `message`, `uri` and `copy`",
        "location": "it is for messages; persistent menus know `message`, `uri` and `copy`",
        "cn": "write zh_CN",
    }
)
"""Squeezed foreign value of an action's `type` -> what to do."""
