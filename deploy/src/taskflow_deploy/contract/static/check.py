"""Compares what each place says with what the others say of the same."""

from dataclasses import dataclass, field
from pathlib import Path

from taskflow_deploy.contract.static.comparisons import COMPARISONS
from taskflow_deploy.contract.static.places import Places
from taskflow_deploy.contract.static.reading import UnreadableError
from taskflow_deploy.contract.static.sides import Disagreement, compare


@dataclass
class Checked:
    """What came of a check.

    Attributes
    ----------
    disagreements
        In the order of the comparisons.
    summary
        What agrees, in one line; empty where something does not.
    """

    disagreements: list[Disagreement] = field(default_factory=list)
    summary: str = ""


def check(repository: Path) -> Checked:
    """Compare everything that a repository says in more than one place; takes a tenth of a second.

    A file that cannot be understood is a disagreement like any other.
    """
    places = Places(repository)
    found: dict[Disagreement, None] = {}
    for one in COMPARISONS:
        try:
            sides = one.one(places), one.other(places)
        except UnreadableError as error:
            found[_unreadable(error)] = None
            continue
        found |= dict.fromkeys(compare(one.what, *sides, one.mend, part=one.part))
    return Checked(list(found)) if found else Checked(summary=_summary(places))


def _summary(places: Places) -> str:
    ports = [one.values for one in (places.ports.exposed, places.ports.node, places.ports.metrics)]
    codes = {pair.partition(" ")[2] for pair in places.document.codes.values}
    return (
        f"{len(places.document.eleven.values)} endpoints, {len(codes)} error codes, "
        f"{sum(map(len, ports))} ports and {len(places.environment.page.values)} settings agree "
        f"in {len(places.files.texts)} files"
    )


def _unreadable(error: UnreadableError) -> Disagreement:
    return Disagreement(
        "what can be compared",
        "everything",
        f"nothing, since {error.reason}",
        "the repository",
        error.file,
        "Correct the file; where its form is meant, correct what reads it: contract/static.",
    )
