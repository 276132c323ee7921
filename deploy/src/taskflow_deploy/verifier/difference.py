"""A difference between what was recorded and what was answered."""

from dataclasses import dataclass

from taskflow_deploy.verifier.presentable import presentable

_LONGEST = 100


@dataclass(frozen=True)
class Difference:
    """The first difference of one answer.

    Attributes
    ----------
    step, endpoint
        Where it was found.
    proves
        What the step proves, and what is broken therefore.
    kind
        ``status``, ``header``, ``bytes``, ``type``, ``binding``, ``clock``, ``token``, ``late``,
        ``unanswered`` or ``unasked``.
    place
        ``status``, ``header NAME``, ``body.user.id`` or ``answer``.
    expected, found
        For people; no token is among them.
    curl
        Lines for a shell that ask the same by hand.
    recorded, answered
        The whole of both for a look side by side; values are written as symbols.
    """

    step: str
    endpoint: str
    proves: str
    kind: str
    place: str
    expected: str
    found: str
    curl: tuple[str, ...] = ()
    recorded: str = ""
    answered: str = ""

    def __post_init__(self) -> None:
        for name in ("proves", "place", "expected", "found", "recorded", "answered"):
            object.__setattr__(self, name, presentable(getattr(self, name)))

    @property
    def line(self) -> str:
        """The difference in one line."""
        return f"{self.place} is {_short(self.found)}, not {_short(self.expected)} ({self.step})"

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells that a later run found the same."""
        return (self.step, self.kind, self.place)


def _short(text: str) -> str:
    shown = text if text.strip() else f"“{text}”"
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
