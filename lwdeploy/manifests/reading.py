"""One file: from its text to its documents, each read strictly and by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from lwdeploy.core.diagnostics import Diagnostic
from lwdeploy.manifests.compose import Abandoned, Composer, Report
from lwdeploy.manifests.decode import hidden, unwanted
from lwdeploy.manifests.document import LEAF, Place, Source
from lwdeploy.manifests.syntax import SyntaxFault, explain

__all__ = ["MAX_DOCUMENTS", "MAX_FINDINGS", "PARSER", "Read", "document_starts", "read"]

MAX_DOCUMENTS = 1000
MAX_FINDINGS = 100
"""How many findings one document may have; a person corrects the first ones and looks again."""

# libyaml is about ten times as fast; the parser in Python gives the same events with other error texts.
PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# A line that begins with `---` begins a document whatever stands before it: YAML allows it nowhere else.
_START = re.compile(r"(?:\A|(?<=\n)|(?<=\r))---(?=\s|\Z)")


_NOWHERE = Place(1, 1, 1, 1, LEAF)


@dataclass(slots=True, kw_only=True)
class Read:
    """One document as it was read: its data as far as it goes, its places and what is wrong with it."""

    source: Source
    data: Any = None
    root: Place = _NOWHERE
    text: str = ""
    broken: bool = False
    findings: list[Diagnostic] = field(default_factory=list)


def read(text: str, source: Source) -> Iterator[Read]:
    """Give every document of a text that is not empty; what follows a broken one is read all the same."""
    for number, (first_line, part) in enumerate(_parts(text)):
        if number == MAX_DOCUMENTS:
            yield _surplus(source, first_line)
            return
        yield _document(part, source, first_line=first_line)


def document_starts(text: str) -> Iterator[int]:
    """Give where a document begins with `---`, whatever the line ends."""
    return (found.start() for found in _START.finditer(text))


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """Cut a text before every document start, with the number of lines before each part."""
    starts = [0, *(start for start in document_starts(text) if start)]
    line = 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        part = text[start:end]
        if not _is_empty(part):
            yield line, part
        line += part.count("\n")


def _is_empty(part: str) -> bool:
    return all(
        line.startswith("%YAML") or line.partition("#")[0].strip() in {"", "---", "..."}
        for line in part.split("\n")
    )


def _surplus(source: Source, first_line: int) -> Read:
    message = f"the file holds more than {MAX_DOCUMENTS} documents; the rest is not read"
    finding = source.finding("LW004", message, line=first_line + 1, column=1, fix="divide the file")
    return Read(source=source, broken=True, findings=[finding])


def _document(text: str, source: Source, *, first_line: int) -> Read:
    made = Read(source=source, text=text)

    def report(rule: str, line: int, column: int, message: str, fix: str) -> None:
        made.findings.append(source.finding(rule, message, line=line, column=column, fix=fix))
        if len(made.findings) >= MAX_FINDINGS:
            raise Abandoned

    composer = Composer(first_line=first_line, report=report)
    try:
        clean = _without_unwanted(text, report, first_line=first_line)
        for event in yaml.parse(clean, Loader=PARSER):
            composer.take(event)
    except Abandoned:
        made.broken = True
    except yaml.YAMLError as error:
        made.broken = True
        _add_fault(made, explain(error, text), first_line=first_line)
    made.data, made.root = composer.data, composer.root
    return made


def _add_fault(made: Read, fault: SyntaxFault, *, first_line: int) -> None:
    line = first_line + fault.line + 1
    # `{{ x }}` is a mapping as a key before it is a syntax error; only the latter is worth telling.
    made.findings = [each for each in made.findings if each.rule != "LW013" or each.source.line != line]
    made.findings.append(
        made.source.finding("LW007", fault.message, line=line, column=fault.column + 1, fix=fault.fix)
    )


def _without_unwanted(text: str, report: Report, *, first_line: int) -> str:
    """Report the first character that YAML does not take, and hide all of them from the parser."""
    found = unwanted(text)
    if found is None:
        return text
    index, name = found
    line = text.count("\n", 0, index)
    column = index - (text.rfind("\n", 0, index) + 1)
    report("LW006", first_line + line + 1, column + 1, f"the character {name} cannot stand in YAML", "take it out")
    return hidden(text)
