"""A copy of what the static check reads, to be broken in one place at a time."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

from taskflow_deploy.contract.static.check import check
from taskflow_deploy.contract.static.comparisons import COMPARISONS
from taskflow_deploy.contract.static.places import Places
from taskflow_deploy.paths import REPOSITORY

Said = tuple[str, str, str]
"""Of what, and what both places say."""
Edit = Callable[[str], str]


@cache
def files() -> list[str]:
    """Return the files that are read."""
    places = Places(REPOSITORY)
    for one in COMPARISONS:
        one.one(places), one.other(places)
    return sorted(places.files.texts)


def copy_to(folder: Path) -> None:
    """Copy what is read of the repository."""
    for file in files():
        target = folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / file, target)


def replaced(old: str, new: str, times: int = 1) -> Edit:
    """Return an edit of a text that has to be there."""

    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, times)

    return edit


def breaks(copy: Path, file: str, edit: Edit, expected: list[Said]) -> None:
    """Edit a file of the copy, and see exactly the expected disagreements, which all name it."""
    place = copy / file
    place.write_text(edit(place.read_text(encoding="utf-8")), encoding="utf-8")
    found = check(copy)
    said = [(one.what, one.one, one.other) for one in found.disagreements]
    assert sorted(said) == sorted(expected)
    for one in found.disagreements:
        assert any(file in where or where in file for where in (one.where_one, one.where_other))
        assert one.mend
    assert found.summary == ""
