"""How long validation of a large project takes: whole processes, one file for each bot.

python benchmarks/validate.py [BOTS]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.project import lwdeploy, write

ROUNDS = 5


def main() -> None:
    """Print the median of a few rounds."""
    bots = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        write(root, bots=bots)
        found = [lwdeploy(root, "validate")[0] for _ in range(ROUNDS)]
    print(f"validate, {bots} manifests in {bots} files, {ROUNDS} rounds")
    print(f"  median {statistics.median(found):.2f} s   best {min(found):.2f} s")


if __name__ == "__main__":
    main()
