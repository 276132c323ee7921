"""What a client was told, kept outside of the database, and held against what is there."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Ledger:
    """The tasks of one client, by title; a title is used once.

    Attributes
    ----------
    kept
        Acknowledged: must be there once, completed as one of the values.
    unknown
        Asked for, without an answer: may be there, but once.
    deleted
        Acknowledged as deleted: must not be there.
    leaving
        Their deletion was asked for, without an answer.
    """

    kept: dict[str, set[bool]] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    leaving: set[str] = field(default_factory=set)

    def faults(self, found: Iterable[tuple[str, bool]]) -> list[str]:
        """Say what differs between the answers and what is found.

        Parameters
        ----------
        found
            Title and completed of each task.
        """
        tasks = list(found)
        times = Counter(title for title, _ in tasks)
        wrong = [f"{title}: there {number} times" for title, number in times.items() if number > 1]
        wrong += [
            f"{title}: completed is {completed}, acknowledged was {self.kept[title]}"
            for title, completed in tasks
            if title in self.kept and completed not in self.kept[title]
        ]
        wrong += [f"{title}: acknowledged, and lost" for title in self.kept.keys() - times.keys()]
        wrong += [f"{title}: deleted, and there" for title in self.deleted & times.keys()]
        known = self.kept.keys() | self.unknown | self.leaving | self.deleted
        wrong += [f"{title}: nobody asked for it" for title in times.keys() - known]
        return wrong
