"""Makes sequences of calls up, asks them of both systems, and shrinks what differs."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import Flaky

from taskflow_deploy.verifier.fuzz import uniform
from taskflow_deploy.verifier.fuzz.api import RUN, FuzzedApi, mark
from taskflow_deploy.verifier.fuzz.asking import Both, FuzzError, Side, Silence, Waits
from taskflow_deploy.verifier.fuzz.calls import Call
from taskflow_deploy.verifier.fuzz.openapi import Operation
from taskflow_deploy.verifier.fuzz.pairing import Common, Pairing
from taskflow_deploy.verifier.fuzz.report import FuzzDifference, FuzzReport
from taskflow_deploy.verifier.fuzz.sequences import sequences
from taskflow_deploy.verifier.fuzz.session import DiffersError, Session
from taskflow_deploy.verifier.reports.plain import count
from taskflow_deploy.verifier.verify import Subject

_BATCH = 20
"""Sequences that are made up at once; between batches it is looked whether there were enough."""
_TELL_SECONDS = 5.0
# Clocks of two machines that are set by one another's are closer.
_FAR_SECONDS = 5.0
_SETTINGS = settings(
    database=None, deadline=None, derandomize=False, phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck), report_multiple_bugs=False, print_blob=False,
)  # fmt: skip


def fuzz(
    api: FuzzedApi,
    reference: Subject,
    candidate: Subject,
    *,
    pairs: int,
    seed: int,
    tell: Callable[[str], None] = lambda _: None,
) -> FuzzReport:
    """Ask two systems the same requests, made up by chance, until an answer differs.

    Parameters
    ----------
    pairs
        How many requests are made up; the sequence in which the last of them stands is asked to
        its end.
    seed
        What chance begins with.
    tell
        Is told, for people, of waits and of a difference that is being shrunk.

    Raises
    ------
    FuzzError
        A system is not there, or does not do what every sequence begins and ends with.
    """
    began = time.monotonic()
    report = FuzzReport(reference.url, candidate.url, seed)
    operations = _without_live_answers(api, report, reference, candidate)
    api = replace(api, operations=operations)
    with Both(reference, candidate, api.probe, tell) as both:
        report.waits = both.waits
        run = _Run(api, both, report, pairs, tell)
        try:
            run.sign_up()
            run.make_up()
        except DiffersError as error:
            report.difference = error.difference
        except FuzzError:
            run.remove_accounts()
            for note in report.notes:  # there will be no report
                tell(note)
            raise
        finally:
            run.remove_accounts()
    report.notes += _remarks(run.common, both.waits)
    report.seconds = time.monotonic() - began
    return report


@dataclass
class _Run:
    api: FuzzedApi
    both: Both
    report: FuzzReport
    wanted: int
    tell: Callable[[str], None]
    common: Common = field(init=False)
    _base: Session = field(init=False)
    _kept: dict[str, int] = field(default_factory=dict)
    _shortest: FuzzDifference | None = None
    _stopped: FuzzError | None = None
    _told: float = 0.0

    def __post_init__(self) -> None:
        keys = [side.subject.key for side in self.both.sides]
        self.common = Common((keys[0], keys[1]), self.report.counts)
        self._told = time.monotonic()

    def sign_up(self) -> None:
        """Make the accounts that sequences use; those of before are not used any more."""
        words = [side.words for side in self.both.sides]
        for side in self.both.sides:
            side.words[RUN] = mark()
            side.replies.clear()
        self._base = Session(self.api, self.both, Pairing(words, self.common), self.report)
        for user in self.api.users:
            call = self.api.sign_up(user)
            reply = self._base.ask(call)
            if not self._base.knows(user):
                status = "nothing" if isinstance(reply, Silence) else reply.status
                raise FuzzError(f"No account can be made: {call.row} answered {status}.")
        self._kept = {side.name: len(side.undos) for side in self.both.sides}

    def make_up(self) -> None:
        """Ask sequences until there were enough pairs.

        Raises
        ------
        DiffersError
            An answer differs; the sequence is the shortest that was found.
        FuzzError
            It cannot go on.
        """
        batch = 0
        with _nothing_written():
            while self.report.pairs < self.wanted:
                self._ask_batch(batch)
                batch += 1

    def remove_accounts(self) -> None:
        """Remove all accounts that are left; where that fails, note it."""
        self._kept = {}
        self.both.each(self._remove_accounts)

    def _remove_accounts(self, side: Side) -> None:
        """Remove the accounts of one side, but for those that all sequences use."""
        try:
            while len(side.undos) > self._kept.get(side.name, 0):
                if problem := side.undos[-1](partial(self.both.ask_one, side)):
                    self.report.notes.append(f"An account is left: {side.name}: {problem}.")
                del side.undos[-1]
        except FuzzError as error:
            self.report.notes.append(f"Accounts are left ({len(side.undos)}): {error}")
            side.undos.clear()

    def _ask_batch(self, number: int) -> None:
        one, other = self.both.sides
        words = frozenset(one.words.keys() & other.words.keys())
        test = hypothesis.seed(number)(given(sequences(self.api, words))(self._ask))
        try:
            with uniform.source(f"{self.report.seed}/{number}") as backend:
                settings(_SETTINGS, max_examples=min(_BATCH, self.wanted), backend=backend)(test)()
        except Flaky:
            self._go_on_if_possible()
            if self._shortest is None:
                raise
            raise DiffersError(replace(self._shortest, only_sometimes=True)) from None
        self._go_on_if_possible()

    def _go_on_if_possible(self) -> None:
        if self._stopped is None:
            return
        if self._shortest is None:
            raise self._stopped
        self.report.notes.append(f"There may be a shorter way: {self._stopped}")
        raise DiffersError(self._shortest)

    def _ask(self, calls: list[Call]) -> None:
        """Ask one sequence, and remove what it made."""
        is_new = self._shortest is None
        if self._stopped is not None or (is_new and self.report.pairs >= self.wanted):
            return
        self._tell_now_and_then()
        session = self._base.branch((mark(), mark()))
        self.report.sequences += is_new
        try:
            for call in calls:
                session.ask(call, made_up=is_new)
            is_clean = session.finish()
        except DiffersError as error:
            self._note(error.difference)
            self._restore(session.sweep)
            raise
        except FuzzError as error:
            self._stopped = error  # raised when all is done, so that it is not shrunk
        else:
            self._restore(lambda: is_clean)

    def _restore(self, clean: Callable[[], bool]) -> None:
        """Let the next sequence begin as this one did, in other accounts if it has to be.

        Parameters
        ----------
        clean
            Tells whether the accounts are as they were.
        """
        try:
            is_clean = clean()
            self.both.each(self._remove_accounts)
            if not is_clean:
                self.sign_up()
        except FuzzError as error:
            self._stopped = error
        except DiffersError as error:  # it did not at first, so no sequence can be asked any more
            self._note(error.difference)
            self._stopped = FuzzError("Accounts are not made alike any more.")

    def _tell_now_and_then(self) -> None:
        if time.monotonic() - self._told < _TELL_SECONDS:
            return
        self._told = time.monotonic()
        if self._shortest is None:
            self.tell(f"{self.report.pairs:,} of {self.wanted:,} pairs, all alike.")
        else:
            self.tell(f"{self.report.helping:,} more; the shortest so far: {self._shortest.calls}.")

    def _note(self, found: FuzzDifference) -> None:
        if self._shortest is None:
            self.tell(f"{found.line}; looking for the shortest way there.")
        if self._shortest is None or found.calls <= self._shortest.calls:
            self._shortest = found


def _remarks(common: Common, waits: Waits) -> list[str]:
    """Return what cannot be compared and is worth a look."""
    told = []
    if common.distance is not None and abs(common.distance) > _FAR_SECONDS:
        told.append(f"The candidate's clock is {common.distance:+.0f} s from the reference's.")
    waited = [name for name, one in waits.by_side.items() if one]
    if len(waited) == 1:
        often = count(waits.times, "time")
        told.append(f"Only the {waited[0]} answered 429, {often}: are the limits alike?")
    return told


@contextmanager
def _nothing_written() -> Iterator[None]:
    """Let Hypothesis keep its files for this time only, and not where the command was called."""
    with tempfile.TemporaryDirectory() as folder:
        set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            set_hypothesis_home_dir(None)


def _without_live_answers(
    api: FuzzedApi, report: FuzzReport, *subjects: Subject
) -> tuple[Operation, ...]:
    """Return the operations whose answers can be compared."""
    if not any(subject.model_is_live for subject in subjects):
        return api.operations
    report.left_out += [
        f"{name}: a language model words its answers" for name in sorted(api.worded)
    ]
    return tuple(one for one in api.operations if one.name not in api.worded)
