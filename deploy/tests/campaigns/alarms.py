"""Verifies what is right, again and again, while clocks jump and others use the system."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random

from taskflow_deploy.verifier.http import Http
from taskflow_deploy.verifier.recording import Recording
from taskflow_deploy.verifier.report import Report
from taskflow_deploy.verifier.scenario import Scenario
from taskflow_deploy.verifier.verify import Subject, verify
from tests.campaigns.clocks import OwnClock, SystemClock
from tests.unit import services

_MINUTES = (60.0, 240.0)
_SECONDS = (1.0, 5.0)
# When a jump comes, in seconds after the beginning of a verification, which takes about two.
_LATEST_JUMP = 2.0


@dataclass
class Alarms:
    """What came of many verifications.

    Attributes
    ----------
    alarms
        The explanation of each report that did not pass.
    own_jumps, system_jumps
        How often each clock was set, in the middle of a verification.
    again
        How many verifications asked again because a clock seemed to have been set.
    """

    runs: int = 0
    answers: int = 0
    own_jumps: int = 0
    system_jumps: int = 0
    again: int = 0
    alarms: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, report: Report) -> None:
        """Count a report."""
        self.runs += 1
        self.answers += report.compared
        self.again += any(note.startswith("Asked again") for note in report.notes)
        if not report.passed:
            self.alarms.append(
                "\n".join([*report.explanation, *report.notes]) or "nothing compared"
            )


@dataclass(frozen=True)
class Campaign:
    """Many verifications of one system.

    Attributes
    ----------
    port
        Where the system answers.
    own_every, system_every
        In how many verifications the verifier's clock is set once, and the system's.
    """

    scenario: Scenario
    recording: Recording
    port: int
    own_clock: OwnClock
    system_clock: SystemClock
    seed: int
    own_every: int = 4
    system_every: int = 8

    def run(self, count: int, workers: int, say: Callable[[str], None] = lambda _: None) -> Alarms:
        """Verify so often, by so many threads at once."""
        found, lock, began = Alarms(), threading.Lock(), time.monotonic()
        jumps = _Jumps(self.system_clock)

        def verify_once(number: int) -> None:
            random = Random(self.seed * 1_000_003 + number)  # noqa: S311 - no secret
            jumps.began(number)
            if number % self.own_every == 0:
                self.own_clock.set(_distance(random), random.uniform(0.0, _LATEST_JUMP))
                with lock:
                    found.own_jumps += 1
            timer = threading.Timer(random.uniform(0.0, _LATEST_JUMP), jumps.jump, [random])
            if number % self.system_every == 0:
                timer.start()
            report = verify(self.scenario, self.recording, self._subject(), "another backend")
            timer.cancel()
            jumps.ended(number)
            with lock:
                found.add(report)
                say(f"{found.runs}: {_verdict(report)}")

        pool = ThreadPoolExecutor(workers)
        try:
            for done in [pool.submit(verify_once, number) for number in range(count)]:
                done.result()
        finally:
            pool.shutdown(cancel_futures=True)
        found.system_jumps, found.seconds = jumps.count, time.monotonic() - began
        return found

    def _subject(self) -> Subject:
        url = f"http://127.0.0.1:{self.port}"
        return Subject(lambda: Http(url), url, {"origin": url}, services.SECRET)


def _verdict(report: Report) -> str:
    verdict = "the same" if report.passed else "ALARM"
    return "; ".join([f"{verdict}, {report.seconds:.1f} s", *report.notes])


class _Jumps:
    """Sets the system's clock, but no more than once in any verification.

    The verifier asks again where a clock was set, and not for ever: a clock that is set again and
    again is a fault.
    """

    def __init__(self, clock: SystemClock) -> None:
        self._clock = clock
        self._was_hit: dict[int, bool] = {}
        self._lock = threading.Lock()
        self.count = 0

    def began(self, number: int) -> None:
        """Note that a verification begins."""
        with self._lock:
            self._was_hit[number] = False

    def ended(self, number: int) -> None:
        """Note that a verification has ended."""
        with self._lock:
            del self._was_hit[number]

    def jump(self, random: Random) -> None:
        """Set the clock to some other time, unless it was set in a verification that still runs."""
        with self._lock:
            if self._was_hit and not any(self._was_hit.values()):
                self._was_hit = dict.fromkeys(self._was_hit, True)
                self._clock.set(_distance(random))
                self.count += 1


def _distance(random: Random) -> float:
    """Return by how many seconds a clock is to be wrong: by minutes or by seconds, either way."""
    return random.choice([-1, 1]) * random.uniform(*random.choice([_MINUTES, _SECONDS]))
