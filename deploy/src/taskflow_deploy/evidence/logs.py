"""Takes apart what kubectl prints of the logs of many containers."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from taskflow_deploy.evidence.files import bounded

_PREFIX = re.compile(r"\[pod/([^/\]\s]+)(?:/([^\]\s]+))?\] ?")


@dataclass(frozen=True)
class Log:
    """What one container said.

    Attributes
    ----------
    pod, container
        Which; empty for what kubectl says itself.
    lines
        As kubectl printed them.
    """

    pod: str
    container: str
    lines: tuple[str, ...]

    @property
    def said(self) -> list[str]:
        """The lines without the container's name before each."""
        return [_PREFIX.sub("", line, count=1) for line in self.lines]


def by_container(text: str) -> list[Log]:
    """Return the logs in a text of lines that begin with ``[pod/NAME/CONTAINER]``."""
    found: dict[tuple[str, str], list[str]] = {}
    for line in text.rstrip("\n").split("\n") if text else ():
        place = _PREFIX.match(line)
        pod, container = (place[1], place[2] or "") if place else ("", "")
        found.setdefault((pod, container), []).append(line)
    return [Log(pod, container, tuple(lines)) for (pod, container), lines in found.items()]


def of(logs: Sequence[Log], containers: Collection[tuple[str, str]]) -> list[Log]:
    """Return the logs of some containers."""
    return [log for log in logs if (log.pod, log.container) in containers]


def joined(logs: Sequence[Log], most: int) -> tuple[str, int]:
    """Return logs as one text, a blank line between any two, and how many bytes are cut.

    Of each that is long, the end is kept: none is crowded out by one that talks much.
    """
    texts = ["\n".join(log.lines) + "\n" for log in logs]
    share = _share([len(text.encode(errors="replace")) for text in texts], most - len(texts))
    kept = [bounded(text, share, end=True) for text in texts]
    return "\n".join(text for text, _ in kept), sum(cut for _, cut in kept)


def _share(sizes: Sequence[int], most: int) -> int:
    """Return how many bytes each may have, so that all of them together have no more than some."""
    left, share = most, most
    for number, size in enumerate(sorted(sizes)):
        share = left // (len(sizes) - number)
        if size > share:
            return share
        left -= size
    return share
