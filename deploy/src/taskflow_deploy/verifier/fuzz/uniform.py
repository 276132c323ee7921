"""Where Hypothesis takes its decisions from: plain chance, from a seed.

Its own way would repeat parts of what it tried, and mix in constants of whatever source code is
loaded, so that a seed would mean something else in another program. Shrinking stays its own.
See https://hypothesis.readthedocs.io/en/latest/extensions.html#alternative-backends-for-hypothesis
"""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import NoReturn

from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, PrimitiveProvider

_NAME = "taskflow-uniform"


@contextmanager
def source(seed: str) -> Iterator[str]:
    """Give the name of a backend of Hypothesis that decides by chance alone."""

    class Uniform(PrimitiveProvider):
        _random = Random(seed)  # noqa: S311 - no secret

        def draw_boolean(self, p: float = 0.5) -> bool:
            return self._random.random() < p

        def draw_integer(
            self,
            min_value: int | None = None,
            max_value: int | None = None,
            *,
            weights: dict[int, float] | None = None,
            shrink_towards: int = 0,
        ) -> int:
            del weights, shrink_towards
            return self._random.randint(min_value or 0, max_value or 0)

        def _not_drawn(self, *_: object, **__: object) -> NoReturn:
            raise AssertionError("only numbers and decisions are drawn")

        draw_float = draw_string = draw_bytes = _not_drawn

    AVAILABLE_PROVIDERS[_NAME] = Uniform
    try:
        yield _NAME
    finally:
        del AVAILABLE_PROVIDERS[_NAME]
