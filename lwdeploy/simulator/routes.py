"""From a method and a path to the operation that answers it."""

from collections.abc import Iterable, Mapping, Sequence
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
        values: dict[str, str] = {}
        node = self._descend(self._root, segments, values)
        if node is None:
            raise missing("Path")
        operation = node.operations.get(method)
        if operation is None:
            raise not_allowed(method, allow=node.operations)
        return operation, values

    def _descend(self, node: _Node, segments: Sequence[str], values: dict[str, str]) -> _Node | None:
        if not segments:
            return node if node.operations else None
        child = node.literal.get(segments[0])
        if child is not None:
            found = self._descend(child, segments[1:], values)
            if found is not None:
                return found
        if node.parameter is None or not segments[0]:
            return None
        name, child = node.parameter
        found = self._descend(child, segments[1:], values)
        if found is not None:
            values[name] = segments[0]
        return found
