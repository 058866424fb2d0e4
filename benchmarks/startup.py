"""How long the program takes to answer when it has nothing to do: wall time of whole processes.

python benchmarks/startup.py [ROUNDS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("lwdeploy")


def seconds(*argv: str) -> float:
    """Run a process and give its wall time."""
    began = time.perf_counter()
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    """Print the median and the best of each command."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    commands = {
        "python -c pass": (sys.executable, "-c", "pass"),
        "lwdeploy --help": (str(PROGRAM), "--help"),
        "lwdeploy --version": (str(PROGRAM), "--version"),
        "lwdeploy explain LW024": (str(PROGRAM), "explain", "LW024"),
    }
    print(f"startup, {rounds} rounds, Python {sys.version.split()[0]}")
    for name, argv in commands.items():
        found = [seconds(*argv) for _ in range(rounds)]
        print(f"  {name:<24} median {statistics.median(found) * 1000:6.0f} ms   best {min(found) * 1000:6.0f} ms")


if __name__ == "__main__":
    main()
