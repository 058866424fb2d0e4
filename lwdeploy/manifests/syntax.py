"""What the YAML parser complains about, in words that say what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yaml.error import MarkedYAMLError, YAMLError

from lwdeploy.manifests.text import printable, quoted

__all__ = ["SyntaxFault", "explain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntaxFault:
    """A syntax error: where it is inside the text (from 0), what it is and what to do."""

    line: int
    column: int
    message: str
    fix: str


_TAB = ("a tab where blanks are expected", "indent with blanks: YAML takes no tabs for it")
_UNCLOSED_QUOTE = (
    "the text in quotes that begins here never ends",
    "close the quote; inside '…' write '' for a single quote, inside \"…\" write \\\" for a double one",
)
_UNFINISHED = ("the document ends where a value should follow", "close the bracket, or write the value")
_INDENT = "give all keys of a mapping the same indentation, and all dashes of a list theirs"
_COLON = (
    "a second colon, or a key that is indented too far",
    'put a text that holds ": " in quotes; give all keys of a mapping the same indentation',
)
# The texts are libyaml's. One that is not listed is shown as it is: only the advice depends on it.
_ADVICE = {
    "mapping values are not allowed in this context": _COLON,
    "did not find expected key": ("the mapping does not go on as it began", _INDENT),
    "did not find expected '-' indicator": ("the list does not go on as it began", _INDENT),
    "could not find expected ':'": ("a key without a colon", "write `key: value`, with a blank after the colon"),
    "did not find expected ',' or ']'": ("a list in [ ] is not closed", "add the missing `,` or `]`"),
    "did not find expected ',' or '}'": ("a mapping in { } is not closed", "add the missing `,` or `}`"),
    "did not find expected node content": (
        "a value is missing or begins with a bracket too many",
        "write the value, or put it in quotes; template files must be rendered first",
    ),
    "did not find expected <document start>": (
        "text after the end of the document",
        "begin the next document with a line `---`",
    ),
    "found undefined tag handle": ("a word that begins with `!`", "put it in quotes"),
    "found unknown escape character": ("an unknown escape in a text in quotes", 'in "…" write \\\\ for \\'),
}


def explain(error: YAMLError, text: str) -> SyntaxFault:
    """Give the fault that a parser's error stands for, at the place where a person has to look."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return SyntaxFault(line=0, column=0, message=f"not YAML: {printable(str(error))}", fix="correct it")
    lines = text.split("\n")
    line, column = error.problem_mark.line, error.problem_mark.column
    opened = error.context_mark
    if error.context == "while scanning a quoted scalar" and opened is not None:
        line, column = opened.line, opened.column
    ended = not any(rest.strip() for rest in lines[line:])
    message, fix = _meaning(error.problem or "", lines[line][column : column + 1] if not ended else "")
    if (error.problem or "").startswith("did not find expected ','") and opened is not None:
        above = "" if opened.line == line else f", {line - opened.line} line(s) above"
        message += f" (it begins in column {opened.column + 1}{above})"
    if ended:
        line, column = _end(lines)
    return SyntaxFault(line=line, column=column, message=message, fix=fix)


def _end(lines: Sequence[str]) -> tuple[int, int]:
    """Give the last place where something stands: nobody looks for a mistake behind the end."""
    line = max((number for number, each in enumerate(lines) if each.strip()), default=0)
    return line, max(0, len(lines[line].rstrip()) - 1)


def _meaning(problem: str, character: str) -> tuple[str, str]:
    if problem.startswith(("found unexpected end of stream", "found unexpected document indicator")):
        return _UNCLOSED_QUOTE
    if problem == "found character that cannot start any token":
        message = f"a value without quotes cannot begin with {quoted(character)}"
        return _TAB if character == "\t" else (message, "put the value in quotes")
    if problem == "did not find expected node content" and not character:
        return _UNFINISHED
    known = _ADVICE.get(problem)
    return known or (f"not YAML: {printable(problem)}", "correct the line, or put the value in quotes")
