"""Asks many things at the same time, and waits for none of them longer than a few seconds."""

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from taskflow_deploy import runner
from taskflow_deploy.errors import DeployError

EACH_SECONDS = 8.0
# A little longer: a program that is stopped in time may say so itself.
ALL_SECONDS = 8.5


@dataclass(frozen=True)
class Answer:
    """What a source said.

    Attributes
    ----------
    text
        What was said, or why nothing was.
    remarks
        What a program said beside its data.
    had
        Whether it is what was asked for.
    seconds
        How long it took.
    command
        The command line that asked, as a person would type it; empty where there is none.
    """

    text: str
    had: bool = True
    seconds: float = 0.0
    command: str = ""
    remarks: str = ""

    @property
    def whole(self) -> str:
        """All that was said, below the command line."""
        head = f"$ {self.command}\n" if self.command else ""
        return f"{head}{self.text}{self.remarks}"


Question = Callable[[], Answer]


def command(argv: Sequence[str]) -> Question:
    """Return the question that a program answers."""

    def ask() -> Answer:
        done = runner.run(argv, check=False, timeout=EACH_SECONDS)
        return Answer(done.stdout, done.code == 0, done.seconds, done.command, done.stderr)

    return ask


def look(at: Callable[[], str]) -> Question:
    """Return the question that a function of ours answers."""

    def ask() -> Answer:
        started = time.monotonic()
        return Answer(at(), seconds=time.monotonic() - started)

    return ask


def ask_all(questions: Mapping[str, Question]) -> dict[str, Answer]:
    """Return the answer to each question; what cannot be had says why.

    Whatever is still asked when the time is over is stopped.
    """
    answers: queue.SimpleQueue[tuple[str, Answer]] = queue.SimpleQueue()
    started = time.monotonic()
    for name, question in questions.items():
        # Daemons: one that never ends must not keep the command from ending.
        threading.Thread(target=_put, args=(answers, name, question), daemon=True).start()
    found: dict[str, Answer] = {}
    try:
        while len(found) < len(questions):
            left = started + ALL_SECONDS - time.monotonic()
            name, answer = answers.get(timeout=max(left, 0.0))
            found[name] = answer
    except queue.Empty:
        runner.stop_running(patience=0.0)
    except KeyboardInterrupt:
        runner.stop_running(patience=0.0)
        raise
    late = Answer(missing(f"it did not come within {ALL_SECONDS:g} s."), False, ALL_SECONDS)
    return {name: found.get(name, late) for name in questions}


def missing(why: str) -> str:
    """Return what stands in the place of something that cannot be had."""
    return f"not to be had: {why}\n"


def _put(answers: "queue.SimpleQueue[tuple[str, Answer]]", name: str, question: Question) -> None:
    started = time.monotonic()
    try:
        answer = question()
    except DeployError as error:
        answer = Answer(missing(error.message), False, time.monotonic() - started)
    except Exception as fault:  # noqa: BLE001 - told in the file; the failure is the headline
        why = f"{type(fault).__name__}: {fault}"
        answer = Answer(missing(why), False, time.monotonic() - started)
    answers.put((name, answer))
