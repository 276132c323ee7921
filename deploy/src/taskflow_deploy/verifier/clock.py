"""Whether moments that a server told fit together: there must be one clock that told them all.

For each fresh moment it is known when its request was sent and its answer received, by this
machine's steady clock. Each leaves a range for the distance between both clocks, and no range
may be outside of the others. A second that is off is found so, without any agreement of clocks.
"""

_SLEW_SECONDS = 0.05
"""A clock that is being corrected runs faster or slower; this much is let through."""


class Clock:
    """What is known of the distance between a server's clock and this machine's."""

    def __init__(self) -> None:
        self._least, self._most = float("-inf"), float("inf")

    def fits(self, instant: float, resolution: float, sent: float, received: float) -> bool:
        """Tell whether a moment can have been told by the clock of those before.

        Parameters
        ----------
        instant
            The moment told, in seconds since the epoch.
        resolution
            Seconds by which it may lie before the true moment, having been cut off.
        sent, received
            Between these the moment was, in seconds of :func:`time.monotonic`.
        """
        least, most = instant - received, instant + resolution - sent
        return least <= self._most + _SLEW_SECONDS and most >= self._least - _SLEW_SECONDS

    def holds(self, instant: float, resolution: float, sent: float, received: float) -> bool:
        """Tell whether a moment :meth:`fits`, and learn from one that does."""
        if not self.fits(instant, resolution, sent, received):
            return False
        self._least = max(instant - received, self._least)
        self._most = min(instant + resolution - sent, self._most)
        return True

    def distance(self, wall: float, steady: float) -> float:
        """Return by how many seconds the server's clock is ahead of this machine's, at least.

        Parameters
        ----------
        wall, steady
            This machine's two clocks at one moment.
        """
        if self._least == float("-inf"):
            return 0.0
        own = wall - steady
        if self._least <= own <= self._most:
            return 0.0
        return self._least - own if own < self._least else self._most - own
