"""From a method and a path to the operation that answers it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lwdeploy.simulator.operations import Operation
from lwdeploy.simulator.wire import missing, not_allowed

__all__ = ["Routes"]


@dataclass(kw_only=True, slots=True)
class _Node:
    literal: dict[str, "_Node"] = field(default_factory=dict)
    parameter: tuple[str, "_Node"] | None = None
    operations: dict[str, Operation] = field(default_factory=dict)


class Routes:
    """A tree of path segments; a literal goes before a parameter (`richmenus/default` is no menu id)."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        for operation in operations:
            self._add(operation)

    def _add(self, operation: Operation) -> None:
        node = self._root
        for segment in operation.path.strip("/").split("/"):
            if not segment.startswith("{"):
                node = node.literal.setdefault(segment, _Node())
                continue
            if node.parameter is None:
                node.parameter = (segment.strip("{}"), _Node())
            node = node.parameter[1]
        node.operations[operation.method] = operation

    def find(self, method: str, segments: Sequence[str]) -> tuple[Operation, Mapping[str, str]]:
        """Return the operation and the parameters of its path, or raise what the client is told."""
        allowed: set[str] = set()
        for node, values in _matches(self._root, segments, {}):
            if method in node.operations:
                return node.operations[method], values
            allowed |= node.operations.keys()
        raise not_allowed(method, allow=allowed) if allowed else missing("Path")


def _matches(
    node: _Node, segments: Sequence[str], values: Mapping[str, str]
) -> Iterator[tuple[_Node, Mapping[str, str]]]:
    if not segments:
        yield node, values
        return
    first, rest = segments[0], segments[1:]
    if first in node.literal:
        yield from _matches(node.literal[first], rest, values)
    if node.parameter is not None and first:
        name, child = node.parameter
        yield from _matches(child, rest, {**values, name: first})
