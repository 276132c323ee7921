"""The rounds: the same loads on both applications, in turn, each time on a fresh process."""

import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from bench.answers import TASKS, Account, add_tasks, compare, sign_up
from bench.database import Database, Statements, running
from bench.load import Outcome
from bench.processes import Cores
from bench.servers import PLAIN, TASKFLOW, Application, Server, serving

LISTED = 20
CONNECTIONS = 10
"""Of the closed loop: as many as each application has to the database."""
OPEN_CONNECTIONS = 32
"""Of the open loop: below the 40 threads with which the plain one serves."""
APPLICATIONS = (PLAIN, TASKFLOW)
_COUNTED = 50
_TRAIL_SECONDS = 0.1  # a transaction may end after its answer
_WARM_UP, _LEAST_WARM_UP = 0.25, 0.4  # of a load's length, and in seconds


@dataclass(frozen=True)
class Operation:
    """A request that is measured."""

    name: str
    method: str
    expected: int
    body: str = ""


LIST = Operation(f"list of {LISTED}", "GET", 200)
CREATE = Operation(
    "create", "POST", 201, '{"title":"Call the bank","description":"About the card"}'
)
OPERATIONS = (LIST, CREATE)


@dataclass(frozen=True)
class Sample:
    """One operation in one round: CPU seconds a request, requests a second, milliseconds."""

    cpu: float
    database_cpu: float
    saturated: float
    p50: float
    p99: float


@dataclass
class Round:
    """What one process showed from its start to its end."""

    cold_start: float
    samples: dict[str, Sample] = field(default_factory=dict)
    peak_memory: int = 0


@dataclass
class Result:
    """All rounds by application, and what holds for all of them.

    Attributes
    ----------
    compared
        What both were asked and answered alike before anything was measured.
    rates
        Requests a second of the open loop, by operation.
    statements
        What one authenticated list sends to the database, by application.
    requests, failures
        How many were sent in all, and those that were not answered as they should be.
    """

    database_version: str
    cores: Cores
    compared: list[str] = field(default_factory=list)
    rates: dict[str, float] = field(default_factory=dict)
    statements: dict[str, Statements] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    rounds: dict[str, list[Round]] = field(default_factory=dict)

    def samples(self, application: Application, operation: Operation) -> list[Sample]:
        """Return an operation's samples, round by round."""
        return [one.samples[operation.name] for one in self.rounds[application.name]]


class Bench:
    """Runs it all.

    Parameters
    ----------
    rounds, seconds
        How many rounds, and how long each load lasts in each.
    say
        Told what is going on.
    """

    def __init__(
        self, base: Database, logs: Path, rounds: int, seconds: float, say: Callable[[str], None]
    ) -> None:
        self._database = base
        self._logs = logs
        self._rounds = rounds
        self._seconds = seconds
        self._say = say
        self._cores = Cores.choose()
        self._accounts: dict[str, Account] = {}
        self._listed = ""
        self._result = Result(base.version, self._cores)

    def run(self) -> Result:
        """Measure; nothing is where the answers differ."""
        if self._cores.rest is not None:
            self._database.pin(self._cores.rest)
        with self._serving(TASKFLOW) as taskflow, self._serving(PLAIN) as plain:
            self._prepare(taskflow, plain)
            self._count_statements({PLAIN: plain, TASKFLOW: taskflow})
            self._find_rates(plain)
        for number in range(1, self._rounds + 1):
            for application in APPLICATIONS:
                done = self._round(application)
                self._result.rounds.setdefault(application.name, []).append(done)
                self._say(f"round {number} of {self._rounds}, {_summary(application, done)}")
        return self._result

    def _serving(self, application: Application) -> AbstractContextManager[Server]:
        log = self._logs / f"{application.name}.log"
        return serving(application, self._database, self._cores, log)

    def _prepare(self, taskflow: Server, plain: Server) -> None:
        for operation in OPERATIONS:
            self._accounts[operation.name] = sign_up(taskflow)
        other = sign_up(taskflow)
        for account in (self._accounts[LIST.name], other):
            add_tasks(taskflow, account, LISTED)
        self._result.compared = compare(plain, taskflow, other)
        token = self._accounts[LIST.name].token
        self._listed = taskflow.ask("GET", TASKS, token=token).text

    def _count_statements(self, servers: dict[Application, Server]) -> None:
        token = self._accounts[LIST.name].token

        def ask(server: Server) -> None:
            for _ in range(_COUNTED):
                server.ask("GET", TASKS, None, token)

        for server in servers.values():
            ask(server)  # what is prepared once a connection, now is
        with self._database.logging() as count:
            for application, server in servers.items():
                ask(server)
                time.sleep(_TRAIL_SECONDS)
                sent = count()
                self._result.statements[application.name] = Statements(
                    sent.queries / _COUNTED, sent.transactions / _COUNTED
                )

    def _find_rates(self, plain: Server) -> None:
        """Find how much the plain one can bear, and take half of it."""
        self._warm_up(plain)
        for operation in OPERATIONS:
            self._tidy()
            outcome = self._bear(plain, operation, self._seconds)
            most = outcome.answers / outcome.seconds
            self._result.rates[operation.name] = most / 2
            self._say(f"plain, {operation.name}: {most:.0f} requests a second at most")

    def _round(self, application: Application) -> Round:
        with self._serving(application) as server:
            done = Round(server.cold_start)
            self._warm_up(server)
            for operation in OPERATIONS:
                done.samples[operation.name] = self._sample(server, operation)
            done.peak_memory = server.peak_memory()
        return done

    def _warm_up(self, server: Server) -> None:
        for operation in OPERATIONS:
            self._bear(server, operation, max(self._seconds * _WARM_UP, _LEAST_WARM_UP))

    def _sample(self, server: Server, operation: Operation) -> Sample:
        self._tidy()
        cpu, database_cpu = server.cpu_seconds(), self._database.cpu_seconds()
        closed = self._bear(server, operation, self._seconds)
        cpu, database_cpu = server.cpu_seconds() - cpu, self._database.cpu_seconds() - database_cpu
        self._tidy()
        opened = self._bear(server, operation, self._seconds, self._result.rates[operation.name])
        return Sample(
            cpu / closed.answers,
            database_cpu / closed.answers,
            closed.answers / closed.seconds,
            opened.p50,
            opened.p99,
        )

    def _bear(
        self, server: Server, operation: Operation, seconds: float, rate: float | None = None
    ) -> Outcome:
        outcome = server.bear(
            method=operation.method,
            path=TASKS,
            token=self._accounts[operation.name].token,
            expected=operation.expected,
            body=operation.body,
            answer=self._listed if operation is LIST else None,
            connections=CONNECTIONS if rate is None else OPEN_CONNECTIONS,
            seconds=seconds,
            rate=rate,
        )
        self._result.failures.update(outcome.errors)
        self._result.requests += outcome.answers + sum(outcome.errors.values())
        if outcome.answers == 0:
            raise RuntimeError(f"No request was answered well: {outcome.errors}")
        return outcome

    def _tidy(self) -> None:
        self._database.tidy(self._accounts[CREATE.name].id)


def measure(rounds: int, seconds: float, say: Callable[[str], None]) -> Result:
    """Start a PostgreSQL, measure and remove everything again."""
    with tempfile.TemporaryDirectory(prefix="taskflow-bench-") as logs, running() as base:
        return Bench(base, Path(logs), rounds, seconds, say).run()


def _summary(application: Application, done: Round) -> str:
    costs = [
        f"{name} {sample.cpu * 1000:.3f} ms of CPU, {sample.saturated:.0f}/s, p99 {sample.p99:.1f}"
        for name, sample in done.samples.items()
    ]
    return f"{application.name}: " + "; ".join(costs)
