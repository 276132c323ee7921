"""What the sources said, and how something is made of it that may turn out otherwise."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from taskflow_deploy.evidence.asking import Answer
from taskflow_deploy.evidence.timeline import event_time

Made = TypeVar("Made")


@dataclass
class Told:
    """What the sources said.

    Attributes
    ----------
    answers
        By the name of the file or of what is made of them.
    pods, events
        As Kubernetes gives them; none where they could not be had. Events are in order.
    faults
        What went wrong while something was made of it. That is a fault of ours, told in the
        record; it must not hide the failure, and not keep it from being undone.
    """

    answers: Mapping[str, Answer]
    pods: list[dict[str, Any]] = field(init=False)
    events: list[dict[str, Any]] = field(init=False)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pods = self.made(lambda: self._items("pods.json"), [])
        self.events = self.made(lambda: sorted(self._items("events.json"), key=event_time), [])

    def made(self, make: Callable[[], Made], otherwise: Made) -> Made:
        """Return what a function makes, or something else where it fails."""
        try:
            return make()
        except Exception as fault:  # noqa: BLE001 - told, see above
            self.faults.append(f"{type(fault).__name__}: {fault}")
            return otherwise

    def _items(self, name: str) -> list[dict[str, Any]]:
        answer = self.answers[name]
        items: list[dict[str, Any]] = json.loads(answer.text)["items"] if answer.had else []
        return items
