"""Fills a local tenant the way people fill theirs: by clicking, over years. Usage: python clicked.py DATAFILE"""

import sys
import time
from pathlib import Path

import httpx
import jwt

from lwdeploy.simulator import start

HERE = Path(__file__).parent
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def console(tenant):
    """Give an HTTP client that may do everything in the tenant."""
    now = int(time.time())
    claims = {"iss": tenant.client_id, "sub": tenant.service_account, "iat": now, "exp": now + 600}
    fields = {
        "grant_type": GRANT,
        "assertion": jwt.encode(claims, tenant.private_key, algorithm="RS256"),
        "client_id": tenant.client_id,
        "client_secret": tenant.client_secret,
        "scope": "bot",
    }
    token = httpx.post(tenant.token_url, data=fields, trust_env=False).raise_for_status().json()["access_token"]
    return httpx.Client(base_url=tenant.endpoint, headers={"Authorization": f"Bearer {token}"}, trust_env=False)


def do(client, method, path, body=None):
    client.request(method, path, json=body).raise_for_status()


def fill(tenant):
    desk, visitors, general, lunch = (
        tenant.make_bots(1, body={"photoUrl": "https://static.example.com/bot.png", **body})[0]
        for body in (
            {
                "botName": "Help Desk",
                "i18nBotNames": [{"language": "ja_JP", "botName": "ヘルプデスク"}],
                "description": "Answers questions about IT.\nOpen from 9 to 18.",
                "administrators": ["taro@example.com"],
                "subadministrators": ["hanako@example.com"],
                "allowDomains": [10000001, 10000002],
                "enableCallback": True,
                "callbackUrl": "https://bots.example.com/helpdesk",
                "callbackEvents": ["text", "image"],
            },
            {
                "botName": "ヘルプデスク",
                "description": "来客の受付",
                "administrators": ["taro@example.com"],
                "subadministrators": ["hanako@example.com"],
                "allowDomains": [10000001, 10000002],
            },
            {
                "botName": "총무 안내",
                "description": "비품과 시설",
                "administrators": ["jiyeon@example.com"],
                "enableGroupJoin": True,
            },
            {"botName": "🍱 Lunch", "description": "What there is today", "administrators": ["mei@example.com"]},
        )
    )
    with console(tenant) as client:
        for bot in (desk, visitors, lunch):
            do(client, "POST", f"/bots/{bot}/domains/10000001", {"visible": True})
        do(client, "POST", f"/bots/{desk}/domains/10000002", {"visible": True, "allowToSelectedMember": True})
        do(client, "POST", f"/bots/{desk}/domains/10000002/members", {"userId": "yuki@example.com"})
        do(client, "POST", f"/bots/{general}/domains/10000003", {"visible": False})
        label = {"label": "Today", "i18nLabels": [{"language": "ja_JP", "label": "今日"}]}
        actions = [
            {"type": "message", **label, "text": "today"},
            {"type": "uri", "label": "Canteen", "uri": "https://canteen.example.com"},
        ]
        do(client, "POST", f"/bots/{lunch}/persistentmenu", {"content": {"actions": actions}})
        picture = (HERE / "bots" / "help-desk.main.png").read_bytes()
        menu = tenant.make_richmenu(desk, name="main", picture=picture)
        do(client, "POST", f"/bots/{desk}/richmenus/{menu}/set-default")


if __name__ == "__main__":
    data = Path(sys.argv[1])
    data.parent.mkdir(parents=True, exist_ok=True)
    with start(data=data) as started:
        fill(started)
