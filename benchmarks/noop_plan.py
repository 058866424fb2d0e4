"""What a first apply, a plan and an apply without changes cost on the local tenant, whose rate limit is off.

Every bot has a registration and a persistent menu. Wall times are of whole processes and include starting and
stopping the local tenant; a real tenant's limit of calls per minute is what matters there.

python benchmarks/noop_plan.py [BOTS]
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.project import lwdeploy, write


def told(calls: dict[str, int]) -> str:
    """Give the calls by operation on one line."""
    return f"{sum(calls.values())} calls: " + ", ".join(f"{name} {count}" for name, count in sorted(calls.items()))


def main() -> None:
    """Print wall times and calls."""
    bots = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        write(root, bots=bots)
        wall, out = lwdeploy(root, "apply", "--auto-approve", "--format", "json")
        print(f"{bots} bots, local tenant, rate limit off")
        print(f"  first apply    {wall:6.2f} s   {told(json.loads(out)['calls'])}")
        wall, _ = lwdeploy(root, "plan", "--detailed-exitcode")
        print(f"  no-op plan     {wall:6.2f} s")
        wall, out = lwdeploy(root, "apply", "--auto-approve", "--format", "json")
        print(f"  no-op apply    {wall:6.2f} s   {told(json.loads(out)['calls'])}")


if __name__ == "__main__":
    main()
