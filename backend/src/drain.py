"""What runs long, and has to come to an end before the process does."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Drain:
    """Shortens the deadlines of what runs, from the moment that the process is told to stop.

    Attributes
    ----------
    has_begun
        Whether the process was told to stop.
    """

    def __init__(self) -> None:
        self._running: set[asyncio.Timeout] = set()
        self._end: float | None = None

    @property
    def has_begun(self) -> bool:
        """Whether the process was told to stop."""
        return self._end is not None

    def begin(self, seconds: float) -> None:
        """Let nothing that :meth:`shortens` run longer than ``seconds`` from now."""
        self._end = asyncio.get_running_loop().time() + seconds
        for deadline in self._running:
            _end_by(deadline, self._end)

    @contextmanager
    def shortens(self, deadline: asyncio.Timeout) -> Iterator[None]:
        """Bring a deadline, which was entered, forward as soon as the process is told to stop."""
        self._running.add(deadline)
        if self._end is not None:
            _end_by(deadline, self._end)
        try:
            yield
        finally:
            self._running.discard(deadline)


def _end_by(deadline: asyncio.Timeout, end: float) -> None:
    set_for = deadline.when()
    if not deadline.expired() and (set_for is None or set_for > end):
        deadline.reschedule(end)
