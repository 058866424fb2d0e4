"""How long the moment is in which an edit made elsewhere can be lost, and what becomes of edits around it.

The API has no conditional writes: between the last read of a bot and its PATCH, somebody's edit of the same field
goes unseen. Here a saved plan that changes the description of every bot is applied, while somebody edits bots in
random order, one after the other: three in four the description, the others the picture. The tenant's log then
tells when each bot was last read, written and edited, and the tenant what was left of the edit.

python benchmarks/edit_window.py [BOTS]

Two runs: without a rate limit, and with the standard plan's, its minute shortened so that the run has to wait.
Tenant and lwdeploy are processes of their own on this machine; lengths are of this machine, ratios are the point.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.project import PROGRAM
from benchmarks.simulator import Client, served

__all__: list[str] = []

BY_HAND = "edited by hand"
WINDOW_SECONDS = 10
PHOTO = "https://static.example.com/"

_BOT = """\
apiVersion: lwdeploy/v1
kind: Bot
metadata: {{name: bot-{number:04}}}
spec:
  botName: Bot {number}
  description: {says}
  photoUrl: {photo}bot.png
  pic: {{primary: [admin@example.com]}}
"""


@dataclass(slots=True, kw_only=True)
class Life:
    """When one bot was read, written and edited; all from the tenant's log, in seconds."""

    reads: list[float] = field(default_factory=list)
    written: float | None = None
    edited: float | None = None
    field: str = ""

    @property
    def last_read(self) -> float:
        """When the run looked for the last time before it wrote, or at all."""
        return max(each for each in self.reads if self.written is None or each <= self.written)

    def interval(self) -> str:
        """Say when the edit came."""
        if self.field != "description":
            return "another field, at any time"
        if self.edited is not None and self.edited < self.last_read:
            return "same field, before the last read"
        if self.written is None or (self.edited is not None and self.edited < self.written):
            return "same field, between read and PATCH"
        return "same field, after the PATCH"


def write(root: Path, *, bots: int, says: str) -> None:
    """Write the manifests."""
    root.mkdir(exist_ok=True)
    project = "apiVersion: lwdeploy/v1\nkind: Project\nmetadata: {name: window}\nspec: {id: window01}\n"
    (root / "lwdeploy.yaml").write_text(project, encoding="utf-8")
    text = "---\n".join(_BOT.format(number=each, says=says, photo=PHOTO) for each in range(bots))
    (root / "bots.yaml").write_text(text, encoding="utf-8")


def started(root: Path, env: Mapping[str, str], *argv: str) -> subprocess.Popen[bytes]:
    """Start lwdeploy on the tenant that the environment names."""
    whole, nowhere = {**os.environ, **env}, subprocess.DEVNULL
    return subprocess.Popen([PROGRAM, *argv], cwd=root, env=whole, stdout=nowhere, stderr=nowhere)


def entries(log: Path) -> Iterator[dict[str, Any]]:
    """Give the requests that the tenant took."""
    for line in log.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry["outcome"] == "ok":
            yield entry


def edit(client: Client, process: subprocess.Popen[bytes], ids: list[str], *, log: Path, pause: float) -> None:
    """Edit bots as long as the run lasts, from its first PATCH on: an edit before that would stop all of it."""
    while process.poll() is None and '"patchBot"' not in log.read_text(encoding="utf-8"):
        time.sleep(0.002)
    for number, bot_id in enumerate(ids):
        if process.poll() is not None:
            return
        body = {"photoUrl": f"{PHOTO}{number}.png"} if number % 4 == 0 else {"description": BY_HAND}
        client.do("PATCH", f"/bots/{bot_id}", body)
        time.sleep(pause)


def lives(log: Path) -> dict[str, Life]:
    """Put the log in order, by bot."""
    found: defaultdict[str, Life] = defaultdict(Life)
    for entry in entries(log):
        bot_id = entry["path"].rpartition("/")[2]
        if entry["operation"] == "getBot":
            found[bot_id].reads.append(entry["time"])
        elif entry["operation"] == "patchBot":
            body = json.loads(entry["body"])
            if body.get("description") == BY_HAND or "photoUrl" in body:
                found[bot_id].edited, found[bot_id].field = entry["time"], next(iter(body))
            else:
                found[bot_id].written = entry["time"]
    return found


def fate(life: Life, bot: Mapping[str, Any]) -> str:
    """Say what was left of an edit: refused means that the run saw it, and left the bot as it was."""
    kept = bot["photoUrl"] != f"{PHOTO}bot.png" if life.field == "photoUrl" else bot["description"] == BY_HAND
    if not kept:
        return "overwritten"
    return "kept" if life.written is not None else "refused"


def told(found: Mapping[str, Life], client: Client) -> None:
    """Print the window and the fate of all edits."""
    windows = [life.written - life.last_read for life in found.values() if life.written is not None]
    middle, longest = statistics.median(windows), max(windows)
    window = f"median {middle * 1000:.0f} ms, longest {longest * 1000:.0f} ms"
    print(f"    from the last read to the PATCH of {len(windows)} bots: {window}")
    fates: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for bot_id, life in found.items():
        if life.edited is not None:
            fates[life.interval()][fate(life, client.do("GET", f"/bots/{bot_id}"))] += 1
    print(f"    {'edit of':<36} {'edits':>5} {'refused':>8} {'overwritten':>12} {'kept':>6}")
    for interval, counts in sorted(fates.items()):
        row = f"{counts.total():>5} {counts['refused']:>8} {counts['overwritten']:>12} {counts['kept']:>6}"
        print(f"    {interval:<36} {row}")


def measure(folder: Path, *, bots: int, limit: str, pause: float) -> None:
    """Fill a tenant, plan a change of every bot, apply it while somebody edits, and print what happened."""
    folder.mkdir()
    data, root = str(folder / "tenant.sqlite3"), folder / "project"
    write(root, bots=bots, says="As it was")
    with served(folder, "--data", data) as (_, env, _):
        port = env["LWDEPLOY_ENDPOINT"].split(":")[2].split("/")[0]
        if started(root, env, "apply", "--auto-approve").wait():
            raise SystemExit("the first apply failed")
        write(root, bots=bots, says="As it is to be")
        if started(root, env, "plan", "--out", "the.plan").wait():
            raise SystemExit("the plan failed")
    (folder / "tenant.env").unlink(missing_ok=True)
    log = folder / "log.jsonl"
    flags = ("--port", port, "--log", str(log), "--rate-limit", limit, "--rate-window", str(WINDOW_SECONDS))
    with served(folder, "--data", data, *flags) as (_, env, _):
        client = Client(env)
        ids = [str(row["botId"]) for row in pages(client)]
        random.Random(7).shuffle(ids)  # noqa: S311 - repeatable on purpose
        began = time.perf_counter()
        process = started(root, env, "apply", "the.plan")
        edit(client, process, ids, log=log, pause=pause)
        code = process.wait()
        took = time.perf_counter() - began
        print(
            f"  rate limit {limit}: {bots} bots in {took:.1f} s, exit {code} (7: some bots were left as they were)"
        )
        told(lives(log), client)


def pages(client: Client) -> Iterator[dict[str, Any]]:
    """Give every bot of the tenant."""
    cursor = ""
    while True:
        answer = client.do("GET", f"/bots?count=100{cursor and f'&cursor={cursor}'}")
        yield from answer["bots"]
        cursor = (answer.get("responseMetaData") or {}).get("nextCursor") or ""
        if not cursor:
            return


def main() -> None:
    """Print both runs."""
    bots = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    print(f"edits during an apply of {bots} bots, minute of the rate limit: {WINDOW_SECONDS} s")
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name) / "free", bots=bots, limit="off", pause=0.005)
        measure(Path(name) / "limited", bots=bots, limit="standard", pause=0.5)


if __name__ == "__main__":
    main()
