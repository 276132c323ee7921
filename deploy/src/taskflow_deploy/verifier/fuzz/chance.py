"""Decisions by chance, in a way that Hypothesis can repeat them and make them simpler."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")


class Chance:
    """Decides; whatever is decided is simplest where it is the first of the choices.

    Parameters
    ----------
    draw
        What a strategy of :func:`hypothesis.strategies.composite` is given.
    """

    # Many strategies would read better than one, but each takes longer to make than to draw from.
    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def below(self, count: int) -> int:
        """Return a number from 0 to one below a count."""
        return self._draw(_numbers(count))

    def one(self, choices: Sequence[T]) -> T:
        """Return one of several."""
        return choices[self.below(len(choices))]

    def weighted(self, *choices: tuple[T, int]) -> T:
        """Return one of several, each as often as the weight beside it says."""
        number = self.below(sum(weight for _, weight in choices))
        for value, weight in choices:
            if number < weight:
                return value
            number -= weight
        raise AssertionError(choices)

    def rarely(self, often: int) -> bool:
        """Tell whether to do what is done once in so many times."""
        return self.below(often) == often - 1


@lru_cache(maxsize=1_000)
def _numbers(count: int) -> SearchStrategy[int]:
    return st.integers(0, count - 1)
