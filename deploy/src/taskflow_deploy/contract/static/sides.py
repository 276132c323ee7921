"""What one place says, and where two places do not say the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

NOTHING = "nothing"
"""What a place says of what it does not name."""
TOLD = "told"
"""What a place says of what it only names."""


@dataclass(frozen=True)
class Side:
    """What a place says.

    Attributes
    ----------
    file
        Relative to the repository.
    values
        What it says of each thing, as texts.
    places
        Where it says that, if that is not only ``file``.
    """

    file: str
    values: Mapping[str, str]
    places: Mapping[str, str] = field(default_factory=dict)

    def place(self, key: str) -> str:
        """Return where something is said, or has to be said."""
        return self.places.get(key, self.file)


@dataclass(frozen=True)
class Disagreement:
    """Two places that do not say the same.

    Attributes
    ----------
    what
        Of what they speak, such as ``success status of GET /health``.
    one, other
        What each says.
    where_one, where_other
        File, and line where it is known.
    mend
        What to do.
    """

    what: str
    one: str
    other: str
    where_one: str
    where_other: str
    mend: str

    @property
    def line(self) -> str:
        """The disagreement in one line."""
        said = f"{self.one} in {self.where_one}, {self.other} in {self.where_other}"
        return f"{self.what}: {said}"


def compare(
    what: str, one: Side, other: Side, mend: str, *, part: bool = False
) -> Iterator[Disagreement]:
    """Return where two sides disagree.

    Parameters
    ----------
    what
        Words before the name of each thing.
    part
        Whether the other one need not speak of all that the first one names.
    """
    keys = other.values if part else {**one.values, **other.values}
    for key in keys:
        said, answered = one.values.get(key, NOTHING), other.values.get(key, NOTHING)
        if said != answered:
            places = (one.place(key), other.place(key))
            yield Disagreement(f"{what} {key}".strip(), said, answered, *places, mend)
