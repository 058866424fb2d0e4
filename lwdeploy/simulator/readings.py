"""Which reading of each inferred fact is in force."""

from collections.abc import Mapping

from lwdeploy.simulator.switches import SWITCHES

__all__ = ["Readings", "UnknownReadingError"]


class UnknownReadingError(ValueError):
    """A switch, or a reading of it, that the registry does not have."""


class Readings:
    """The reading in force of every switch; unknown names and values are refused when set, not when used."""

    def __init__(self, chosen: Mapping[str, str]) -> None:
        self._switches = {switch.name: switch for switch in SWITCHES}
        self._values = {switch.name: switch.default for switch in SWITCHES}
        for name, value in chosen.items():
            self.choose(name, value)

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def choose(self, name: str, value: str) -> None:
        """Put one reading in force from the next request on."""
        switch = self._switches.get(name)
        if switch is None:
            raise UnknownReadingError(
                f"no switch is called {name!r}; there are {', '.join(sorted(self._switches))}"
            )
        if value not in switch.readings:
            raise UnknownReadingError(
                f"switch {name} has no reading {value!r}; choose from {', '.join(switch.readings)}"
            )
        self._values[name] = value

    def chosen(self) -> dict[str, str]:
        """Return every switch with the reading in force, by name."""
        return dict(self._values)
