"""Finds where two JSON texts are built differently: kinds of values, keys and their order."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from taskflow_deploy.verifier.places import Place


class Apart(NamedTuple):
    """A place where the structure of two texts differs, and what is at it in each."""

    path: str
    expected: str
    found: str


def first(expected: Sequence[Place], found: Sequence[Place]) -> Apart | None:
    """Return the first difference in structure, or None where both are built alike.

    Parameters
    ----------
    expected, found
        The places of both texts: see :func:`.places.scan`.
    """
    kinds = {place.path: place for place in reversed(expected)}
    for place in found:
        one = kinds.get(place.path)
        if one is not None and one.kind != place.kind:  # what is in it is missing or new, too
            return Apart(place.path, one.kind or one.text, place.kind or place.text)
    wanted, there = ([place.path for place in places] for places in (expected, found))
    for path in Counter(wanted) - Counter(there):
        return Apart(path, "present", "missing")
    for path in Counter(there) - Counter(wanted):
        told = ("there once", "there twice") if path in wanted else ("absent", "there")
        return Apart(path, *told)
    moved = ((path, name) for path, name in zip(wanted, there, strict=True) if path != name)
    for path, name in moved:
        return Apart(path, "in its place", f"out of order: {name} is there")
    return None
