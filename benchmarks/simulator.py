"""What the local tenant costs: requests a second on one core, time to start, memory with 300 bots and their menus.

python benchmarks/simulator.py [REQUESTS]

The tenant runs as `lwdeploy simulate` in a process of its own, bound to one core, as does this client to another
if there is one. The client is a bare socket, so that the figure is the tenant's and not an HTTP library's.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jwt

PROGRAM = Path(sys.executable).with_name("lwdeploy")
BOTS = 300
STARTS = 7
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@contextmanager
def served(folder: Path, *flags: str) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, str], float]]:
    """Serve a tenant; give the process, its credentials, and the seconds until it accepted connections."""
    credentials = folder / "tenant.env"
    began = time.perf_counter()
    command = [str(PROGRAM), "simulate", "--credentials", str(credentials), *flags]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        while not credentials.exists():
            time.sleep(0.001)
        took = time.perf_counter() - began
        lines = credentials.read_text(encoding="utf-8").splitlines()
        try:
            env = {name: value.strip("'") for name, _, value in (each.partition("=") for each in lines)}
            yield process, env, took
        finally:
            process.terminate()


def token(env: Mapping[str, str]) -> str:
    """Sign in."""
    now = int(time.time())
    who = {"iss": env["LWDEPLOY_CLIENT_ID"], "sub": env["LWDEPLOY_SERVICE_ACCOUNT"]}
    key = env["LWDEPLOY_PRIVATE_KEY"].replace("\\n", "\n")
    fields = {
        "grant_type": GRANT,
        "assertion": jwt.encode({**who, "iat": now, "exp": now + 600}, key, algorithm="RS256"),
        "client_id": env["LWDEPLOY_CLIENT_ID"],
        "client_secret": env["LWDEPLOY_CLIENT_SECRET"],
        "scope": "bot",
    }
    body = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(env["LWDEPLOY_TOKEN_URL"], body) as answer:  # noqa: S310 - our own server
        found: str = json.load(answer)["access_token"]
    return found


class Client:
    """One kept connection."""

    def __init__(self, env: Mapping[str, str]) -> None:
        where = urllib.parse.urlsplit(env["LWDEPLOY_ENDPOINT"])
        self._host = where.netloc
        self._socket = socket.create_connection((where.hostname or "", where.port or 0))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._token = token(env)

    def raw(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> bytes:
        """Write a request, whole."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}", f"Authorization: Bearer {self._token}"]
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"] if body else []
        return "\r\n".join([*lines, "", ""]).encode() + body

    def exchange(self, request: bytes) -> bytes:
        """Send a request and give the body of a successful answer."""
        self._socket.sendall(request)
        seen = b""
        while b"\r\n\r\n" not in seen:
            seen += self._socket.recv(65536)
        head, _, body = seen.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 2"):
            raise SystemExit(f"unexpected answer: {seen[:300]!r}")
        told = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        length = int(told[0][15:]) if told else 0
        while len(body) < length:
            body += self._socket.recv(65536)
        return body

    def do(self, method: str, path: str, content: Any = None) -> Any:
        """Send and receive JSON."""
        body = b"" if content is None else json.dumps(content).encode()
        answer = self.exchange(self.raw(method, f"/v1.0{path}", body))
        return json.loads(answer) if answer else None


def picture() -> bytes:
    """Give a PNG in the size of a rich menu."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + os.urandom(40) + bytes(2460) for _ in range(843))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 2500, 843, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def fill(client: Client) -> int:
    """Make 300 bots, half with a persistent menu, half with a rich menu and a picture; give the bytes of all."""
    image = picture()
    form = b'--x\r\nContent-Disposition: form-data; name="FileData"; filename="a.png"\r\n\r\n'
    form += image + b"\r\n--x--\r\n"
    bot = {"photoUrl": "https://static.example.com/bot.png", "administrators": ["a@b.example"]}
    action = {"type": "message", "label": "Help", "text": "help", "postback": "p" * 200}
    bounds = {"x": 0, "y": 0, "width": 500, "height": 400}
    areas = [{"action": action, "bounds": bounds}] * 20
    for number in range(BOTS):
        whole = {"botName": f"Bot {number}", "description": "x" * 100, **bot}
        path = f"/bots/{client.do('POST', '/bots', whole)['botId']}"
        client.do("POST", f"{path}/domains/10000001", {"visible": True})
        if number % 2:
            client.do("POST", f"{path}/persistentmenu", {"content": {"actions": [action] * 4}})
            continue
        menu = {"richmenuName": "main", "size": {"width": 2500, "height": 843}, "areas": areas}
        made = client.do("POST", f"{path}/richmenus", menu)["richmenuId"]
        place = client.do("POST", f"{path}/attachments", {"fileName": "a.png"})
        there = urllib.parse.urlsplit(place["uploadUrl"]).path
        client.exchange(client.raw("POST", there, form, "multipart/form-data; boundary=x"))
        client.do("POST", f"{path}/richmenus/{made}/image", {"fileId": place["fileId"]})
    return len(image) * BOTS // 2


def resident(process: subprocess.Popen[bytes]) -> float:
    """Give the memory of a process, in MiB."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


def busy(process: subprocess.Popen[bytes]) -> float:
    """Give the processor time that a process has used, in seconds."""
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rate(client: Client, process: subprocess.Popen[bytes], path: str, count: int) -> str:
    """Tell how many GETs a second one connection gets, one after the other."""
    request = client.raw("GET", f"/v1.0{path}")
    client.exchange(request)
    began, used = time.perf_counter(), busy(process)
    for _ in range(count):
        client.exchange(request)
    took, used = time.perf_counter() - began, busy(process) - used
    return f"{count / took:8.0f} a second, {count / used:8.0f} a second of the tenant's processor time"


def measure(folder: Path, *, kept: bool, count: int) -> None:
    """Print rates and memory of one tenant."""
    flags = ("--data", str(folder / "tenant.sqlite3")) if kept else ()
    cores = sorted(os.sched_getaffinity(0))
    with served(folder, *flags) as (process, env, _):
        os.sched_setaffinity(process.pid, {cores[0]})
        os.sched_setaffinity(0, {cores[-1]})
        client = Client(env)
        empty = resident(process)
        pictures = fill(client)
        print(f"  {'in a file' if kept else 'in memory'}")
        for path in ("/bots/2000001", "/bots/2000001/domains", "/bots/2000002/persistentmenu", "/bots?count=100"):
            print(f"    GET {path:<30} {rate(client, process, path, count)}")
        print(f"    memory, empty                      {empty:8.0f} MiB")
        full = f"{resident(process):8.0f} MiB, having taken {pictures / 2**20:.0f} MiB of pictures"
        print(f"    memory, {BOTS} bots with menus       {full}")
    os.sched_setaffinity(0, set(cores))


def main() -> None:
    """Print all figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    print(f"local tenant, Python {sys.version.split()[0]}, {os.cpu_count()} cores, one for the tenant")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        starts, used = [], []
        for _ in range(STARTS):
            with served(folder, "--data", str(folder / "start.sqlite3")) as (process, _, took):
                starts.append(took)
                used.append(busy(process))
        told = f"first {starts[0] * 1000:.0f} ms, median of {STARTS} {statistics.median(starts) * 1000:.0f} ms"
        print(f"  start until connections are taken: {told}, processor time {min(used) * 1000:.0f} ms")
        for kept in (True, False):
            measure(folder, kept=kept, count=count)


if __name__ == "__main__":
    main()
