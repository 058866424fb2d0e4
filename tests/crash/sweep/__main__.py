"""The sweep as a program: every trouble at every position of every work, and a table of what came of it.

python -m tests.crash.sweep                               everything, state in a file
python -m tests.crash.sweep --sample 10 --backend git     a tenth of it, state in a git repository
python -m tests.crash.sweep --case create:killed-after-commit:17
python -m tests.crash.sweep --without swap --sample 5     with a part of lwdeploy taken out
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from tests.crash.sweep.breaking import PARTS
from tests.crash.sweep.places import BACKENDS, open_place
from tests.crash.sweep.plan import Choice, case_called, cases, positions_of
from tests.crash.sweep.play import Case, play
from tests.crash.sweep.runs import Runs, scratch
from tests.crash.sweep.stage import Workshop
from tests.crash.sweep.table import Result, commit, markdown, text
from tests.crash.sweep.troubles import TROUBLES
from tests.crash.sweep.works import WORKS
from tests.support.keys import new_private_key

_ROOT = Path(__file__).parents[3]


def main() -> int:
    """Sweep; 1 when anything was wrong anywhere."""
    asked = _arguments()
    results = list(_results(asked))
    if asked.results is not None:
        return 0
    now = datetime.now(UTC)
    table = (
        markdown(results, backend=asked.backend, commit=commit(_ROOT), now=now)
        if asked.markdown
        else text(results)
    )
    _say(sys.stdout, *table)
    failed = [each for each in results if each.wrong]
    for each in failed:
        _say(
            sys.stdout,
            "",
            f"{each} ({each.what})",
            *(f"  {line}" for line in each.wrong),
            f"  {_again(asked, each)}",
        )
    return 1 if failed else 0


def _results(asked: argparse.Namespace) -> Iterable[Result]:
    if asked.found:
        return _found(asked.found)
    return _shared_out(asked) if asked.jobs > 1 else _swept(asked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash.sweep", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--workload", action="append", choices=list(WORKS), help="of these works only")
    parser.add_argument("--fault", action="append", choices=list(TROUBLES), help="of these troubles only")
    parser.add_argument("--case", action="append", default=[], metavar="WORK:FAULT:POSITION", help="only this one")
    parser.add_argument("--backend", choices=list(BACKENDS), default="file", help="where the state is kept")
    parser.add_argument("--sample", type=float, default=100, metavar="PERCENT", help="a part of the positions")
    parser.add_argument("--shard", default="1/1", metavar="K/N", help="the K-th of N parts of the cases")
    parser.add_argument("--jobs", type=int, default=1, help="processes that share the cases out")
    parser.add_argument("--workers", type=int, default=1, help="bots that a run works on at a time")
    parser.add_argument("--without", choices=list(PARTS), help="take a part out of lwdeploy: this must fail")
    parser.add_argument("--markdown", action="store_true", help="print the table for docs/reliability.md")
    parser.add_argument(
        "--results", type=Path, metavar="FILE", help="append what is found as JSON lines, and go on after that"
    )
    parser.add_argument("--found", action="append", type=Path, metavar="FILE", help="only show what is in there")
    return parser.parse_args()


def _swept(asked: argparse.Namespace) -> Iterator[Result]:
    with ExitStack() as stack:
        folder = stack.enter_context(scratch())
        runs = stack.enter_context(Runs(folder, workers=asked.workers, without=asked.without))
        place = stack.enter_context(open_place(asked.backend, folder))
        workshop = Workshop(folder, runs=runs, place=place, private_key=new_private_key())
        known = _known(asked.results)
        for case in _chosen(asked, workshop):
            if str(case) in known:
                continue
            result = judged(case, workshop)
            if asked.results is not None:
                with asked.results.open("a", encoding="utf-8") as kept:
                    kept.write(json.dumps(result.to_json()) + "\n")
            if result.wrong:
                _say(
                    sys.stderr,
                    f"FAILED {result} ({result.what}): {result.wrong[0][:600]}",
                    f"  {_again(asked, result)}",
                )
            yield result


def _known(results: Path | None) -> frozenset[str]:
    """Give the cases that were played before: a sweep that was cut off goes on where it was."""
    return frozenset(map(str, _found([results]))) if results is not None and results.exists() else frozenset()


def _chosen(asked: argparse.Namespace, workshop: Workshop) -> Iterable[Case]:
    if asked.case:
        return (case_called(each, workshop) for each in asked.case)
    part, of = map(int, asked.shard.split("/"))
    choice = Choice(
        works=asked.workload or tuple(WORKS),
        troubles=asked.fault or tuple(TROUBLES),
        sample=asked.sample,
        part=part,
        of=of,
        seams=BACKENDS[asked.backend],
    )
    return cases(choice, workshop)


def judged(case: Case, workshop: Workshop) -> Result:
    """Play a case; what breaks the harness itself counts as wrong too, and the sweep goes on."""
    begun = time.monotonic()
    try:
        verdict = play(case, workshop)
        wrong, orphans, duplicates = verdict.wrong, verdict.orphans, verdict.duplicates
        runs = verdict.runs
    except Exception as error:  # noqa: BLE001 - one case must not end the others
        wrong, orphans, duplicates, runs = (f"{type(error).__name__}: {error}",), 0, 0, 0
    return Result(
        work=case.rehearsal.work.name,
        trouble=case.trouble.name,
        nth=case.position.nth,
        what=case.position.what,
        positions=len(positions_of(case.rehearsal, case.trouble)),
        wrong=wrong,
        orphans=orphans,
        duplicates=duplicates,
        runs=runs,
        seconds=round(time.monotonic() - begun, 2),
    )


def _shared_out(asked: argparse.Namespace) -> Iterator[Result]:
    """Let several processes do a part each, and collect what they found."""
    with tempfile.TemporaryDirectory() as folder:
        found = [Path(folder) / f"{part}.jsonl" for part in range(1, asked.jobs + 1)]
        started = [
            subprocess.Popen(
                [*_command(asked), "--shard", f"{part}/{asked.jobs}", "--results", str(path)], cwd=_ROOT
            )
            for part, path in enumerate(found, start=1)
        ]
        for each in started:
            if each.wait() != 0:
                raise SystemExit(f"a part of the sweep ended with {each.returncode}")
        yield from _found([path for path in found if path.exists()])


def _found(paths: Sequence[Path]) -> list[Result]:
    """Read what parts of a sweep have found, in the order of the whole."""
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    results = [Result.from_json(json.loads(line)) for line in lines]
    works, troubles = list(WORKS), list(TROUBLES)
    return sorted(results, key=lambda each: (works.index(each.work), troubles.index(each.trouble), each.nth))


def _command(asked: argparse.Namespace) -> Sequence[str]:
    named = {"--backend": asked.backend, "--sample": str(asked.sample), "--workers": str(asked.workers)}
    repeated = {"--workload": asked.workload or (), "--fault": asked.fault or (), "--case": asked.case}
    several = [word for flag, values in repeated.items() for value in values for word in (flag, value)]
    without = ["--without", asked.without] if asked.without else []
    flags = [word for pair in named.items() for word in pair]
    return [sys.executable, "-m", "tests.crash.sweep", *flags, *several, *without]


def _again(asked: argparse.Namespace, result: Result) -> str:
    """Give the command that plays one case again."""
    without = f" --without {asked.without}" if asked.without else ""
    backend = "" if asked.backend == "file" else f" --backend {asked.backend}"
    workers = "" if asked.workers == 1 else f" --workers {asked.workers}"
    return f"again: .venv/bin/python -m tests.crash.sweep --case {result}{backend}{workers}{without}"


def _say(stream: TextIO, *lines: str) -> None:
    stream.writelines(f"{line}\n" for line in lines)
    stream.flush()


if __name__ == "__main__":
    sys.exit(main())
