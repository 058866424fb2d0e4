"""Searches the cases of the model with as many mishaps as wanted: python -m tests.model [--kills N] [CASE ...]."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace

from tests.model.cases import CASES, searched
from tests.model.search import Mishaps
from tests.model.without import PRECAUTIONS


def main() -> int:
    """Search the named cases, all if none is named; exit 1 when a promise is broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.model", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"one of: {'; '.join(CASES)}")
    parser.add_argument("--kills", type=int, help="how many runs may be killed")
    parser.add_argument("--losses", type=int, help="how many answers may be lost, to arrive late or never")
    parser.add_argument("--lags", type=int, help="how many lists may be out of date")
    parser.add_argument("--side-by-side", action="store_true", help="let a run work on its bots at the same time")
    parser.add_argument("--most", type=int, default=10**9, help="stop after so many states")
    parser.add_argument("--without", choices=sorted(PRECAUTIONS), default="", help="take a precaution out")
    args = parser.parse_args()
    unknown = [name for name in args.cases if name not in CASES]
    if unknown:
        parser.error(f"no case is called {unknown[0]!r}")
    return max(_search(name, args) for name in args.cases or CASES)


def _search(name: str, args: argparse.Namespace) -> int:
    case = CASES[name]
    wanted = {each: getattr(args, each) for each in Mishaps._fields}
    mishaps = case.mishaps._replace(**{each: number for each, number in wanted.items() if number is not None})
    if mishaps != case.mishaps:
        case = replace(case, mishaps=mishaps, rules=replace(case.rules, late=True))
    case = replace(case, side_by_side=case.side_by_side or args.side_by_side)
    began = time.process_time()
    done = searched(case, taken_out=args.without, most=args.most)
    took = time.process_time() - began
    told = f"{done.states} states, {done.ends} ends, {done.worlds} worlds, {took:.1f} s"
    sys.stdout.write(f"{name}: {told}{', cut' if done.cut else ''}\n{done.found or ''}")
    sys.stdout.flush()
    return 1 if done.found else 0


if __name__ == "__main__":
    sys.exit(main())
