"""Parts of plain data by their paths: found, named as people do, taken out. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["has", "last_first", "named", "take_out", "unit_around"]

Path_ = tuple[str, ...]


def last_first(unit: Path_) -> tuple[tuple[int, str], ...]:
    """Order so that what stands later in a list is taken out before what stands earlier."""
    return tuple((int(each) if each.isdecimal() else -1, each) for each in unit)


def unit_around(path: Path_, units: Iterable[Path_]) -> Path_ | None:
    """Give the smallest part around a path that can be left out."""
    fitting = [
        path[: len(unit)]
        for unit in units
        if len(unit) <= len(path)
        and all(pattern in {"*", segment} for pattern, segment in zip(unit, path, strict=False))
    ]
    return max(fitting, key=len, default=None)


def has(spec: Any, unit: Path_) -> bool:
    """Tell whether there is anything at a path."""
    try:
        _at(spec, unit)
    except LookupError:
        return False
    return True


def _at(spec: Any, path: Path_) -> Any:
    for segment in path:
        spec = spec[int(segment)] if isinstance(spec, list) else _member(spec, segment)
    return spec


def _member(value: Any, key: str) -> Any:
    if not isinstance(value, dict):
        raise KeyError(key)
    return value[key]


def named(spec: Any, unit: Path_) -> str:
    """Name a part as people do: an entry of a list by its name."""
    names = []
    for length, segment in enumerate(unit):
        entry = _at(spec, unit[: length + 1])
        named = isinstance(_at(spec, unit[:length]), list) and isinstance(entry, dict)
        names.append(str(entry.get("name", segment)) if named else segment)
    return ".".join(names)


def take_out(spec: Any, unit: Path_) -> None:
    """Take a part out, and whatever is empty without it."""
    while unit and has(spec, unit):
        above = _at(spec, unit[:-1])
        if isinstance(above, list):
            del above[int(unit[-1])]
        else:
            del above[unit[-1]]
        if above:
            return
        unit = unit[:-1]
