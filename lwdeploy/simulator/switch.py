"""One fact that nobody could confirm, with the readings of it that are possible."""

from dataclasses import dataclass

__all__ = ["Switch", "doubt"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Switch:
    """One inferred fact: its possible readings (default first), what they are about, what is known of it.

    `section` is that of the reference in which the doubt stands, `source` what public documents have to say.
    """

    name: str
    readings: tuple[str, ...]
    meaning: str
    section: str
    source: str

    @property
    def default(self) -> str:
        """The reading that the reference holds for the likeliest."""
        return self.readings[0]


def doubt(name: str, readings: str, section: str, meaning: str, source: str) -> Switch:
    """Make a switch; `readings` are separated by bars."""
    return Switch(name=name, readings=tuple(readings.split("|")), meaning=meaning, section=section, source=source)
