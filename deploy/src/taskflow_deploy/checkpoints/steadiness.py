"""Whether new pods stay ready: one may be ready once and fall.

The moment is counted from when they became ready, not from when the last old pod
ended, so that it costs nothing where the old ones take longer to end.
"""

import time
from typing import Any

from taskflow_deploy import first_cause

STEADY_SECONDS = 2.5
# Until a pod that fell tells why: its container's end is told after it.
_TELLING_SECONDS = 2.0


class Steadiness:
    """One look after the other at the new pods of a deployment.

    Attributes
    ----------
    fell
        Which pod was ready, and fell or was started again within that time. It is told a
        little later, so that what the pods say meanwhile tells why; empty until then.
    """

    def __init__(self) -> None:
        self.fell = ""
        self._since = 0.0
        self._restarts: dict[str, int] | None = None
        self._fell: tuple[float, str] | None = None

    def look(self, pods: list[dict[str, Any]], expected: int) -> bool:
        """Return whether the same pods have been ready for long enough.

        Parameters
        ----------
        pods
            The new pods, as they are now.
        expected
            How many there have to be.
        """
        if len(pods) != expected:  # one is still to come, or a watch began anew
            return False
        restarts = {
            name: count for pod in pods for name, count in first_cause.restarts(pod).items()
        }
        fallen = [pod["metadata"]["name"] for pod in pods if not first_cause.is_ready(pod)]
        if self._restarts is None or self._restarts.keys() != restarts.keys():
            # They are others than before: the old ones had the same image.
            self._since, self._restarts = time.monotonic(), None if fallen else restarts
            return False
        now = time.monotonic()
        long_enough = now - self._since >= STEADY_SECONDS
        again = [name for name, count in restarts.items() if count > self._restarts[name]]
        if self._fell is None and not long_enough and (fallen or again):
            what = f"{fallen[0]} fell" if fallen else f"{again[0]} was started again"
            self._fell = now, what
        if self._fell is None:
            return long_enough
        since, what = self._fell
        if now - since >= _TELLING_SECONDS:
            self.fell = what
        return False
