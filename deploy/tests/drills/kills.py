"""Kills the deployer at a random moment; the very next command must put everything right."""

import json
import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.cluster.checkout import Checkout
from tests.drills import leftovers
from tests.drills.node_faults import MAIN

Command = tuple[str, ...]

UP: Command = ("up", "--yes")
ROLLBACK: Command = ("rollback", "--yes")
# Now and then it is not up that is killed.
_ROLLBACK_EVERY = 5
_TRIES = 10
_EARLIER = 0.8


@dataclass(frozen=True)
class Plan:
    """What is killed, and after which part of the time that it takes."""

    command: Command
    share: float


@dataclass(frozen=True)
class Kill:
    """What came of a kill.

    Attributes
    ----------
    after
        Seconds from the command's start until it was killed.
    during
        What it was doing, as its journal tells.
    seconds
        How long the next ``up`` took, until everything was verified.
    """

    command: str
    after: float
    during: str
    seconds: float


def plans(count: int, seed: int) -> list[Plan]:
    """Return kills at random moments that are spread over whole commands, in no order."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    rollbacks = max(1, count // _ROLLBACK_EVERY)
    made = [
        Plan(command, (place + chance.random()) / many)
        for command, many in ((UP, count - rollbacks), (ROLLBACK, rollbacks))
        for place in range(many)
    ]
    chance.shuffle(made)
    return made


class Killer:
    """Kills commands on one deployment, one after the other.

    Parameters
    ----------
    checkout
        One that is deployed.
    """

    def __init__(self, checkout: Checkout) -> None:
        self._checkout = checkout
        self._before = leftovers.look(checkout)
        with self._changed():
            self._seconds = {UP: checkout.taskflow(*UP).seconds}
        self._seconds[ROLLBACK] = checkout.taskflow(*ROLLBACK).seconds

    @contextmanager
    def _changed(self) -> Iterator[None]:
        """Change the backend harmlessly, and as it never was before."""
        with self._checkout.changed(MAIN, lambda text: f"{text}# {time.time_ns()}\n"):
            yield

    def kill(self, plan: Plan) -> Kill:
        """Kill a command, deploy, and look for everything that could be left."""
        wait = self._seconds[plan.command] * plan.share
        for _ in range(_TRIES):
            with self._changed():
                after = self._cut_short(plan.command, wait)
                if after is not None:
                    return self._put_right(plan, after)
            wait *= _EARLIER
        raise AssertionError(f"{plan}: it always ends before it is killed")

    def _cut_short(self, command: Command, wait: float) -> float | None:
        """Start a command and kill it; return when that was, or None where it had ended."""
        started = time.monotonic()
        with self._checkout.start(*command) as process:
            try:
                process.communicate(timeout=wait)
            except subprocess.TimeoutExpired:
                process.kill()
                return time.monotonic() - started
        return None

    def _put_right(self, plan: Plan, after: float) -> Kill:
        command, during = _stopped_at(self._checkout)
        done = self._checkout.taskflow(*UP)
        verified = self._checkout.taskflow("verify", "--json").json
        checks = [
            (verified["passed"], f"it does not verify: {verified['differences']}"),
            ("contract verified" in done.err, "it was not verified"),
            (not during or f"The last {command} was killed at {during}" in done.err,
             "it does not tell of the kill"),
        ]  # fmt: skip
        complaints = [
            *(complaint for holds, complaint in checks if not holds),
            *leftovers.complaints(self._before, leftovers.look(self._checkout)),
        ]
        assert not complaints, "\n".join([f"{plan}, at {during}", *complaints, done.err])
        return Kill(" ".join(plan.command), after, during or "before its first step", done.seconds)


def _stopped_at(checkout: Checkout) -> tuple[str, str]:
    """Return the last command that was begun, and its last step; no step where it ended."""
    journal = json.loads((checkout.state / "journal.json").read_text(encoding="utf-8"))
    last = journal["entries"][-1]
    return journal["command"], "" if last["verdict"] == "ended" else last["what"]
