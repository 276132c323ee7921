"""What the rounds come to: medians, ratios with their spread, and the targets beside them."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from bench.measure import CREATE, LIST, Operation, Result, Round, Sample
from bench.servers import PLAIN, TASKFLOW

LIST_TIMES, CREATE_TIMES = 3.0, 2.0
P99_SHARE = 1 / 3
MEMORY_MB = 120.0
COLD_START_SECONDS = 1.5
LIST_STATEMENTS = 1.0
_MB = 1_000_000


@dataclass(frozen=True)
class Ratio:
    """TaskFlow divided by the plain one: the median of the rounds, the least and the most."""

    middle: float
    least: float
    most: float


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes
    ----------
    plain, taskflow
        Medians of the rounds.
    target, met
        In words, and whether it is; both are empty where nothing was promised.
    """

    name: str
    plain: float
    taskflow: float
    digits: int
    ratio: Ratio | None = None
    target: str = ""
    met: bool | None = None


def figures(result: Result) -> list[Figure]:
    """Return the table, line by line."""
    lines = [*_of_operation(result, LIST, LIST_TIMES), *_of_operation(result, CREATE, CREATE_TIMES)]
    memory = _of_rounds(result, "peak memory under load, MB", lambda one: one.peak_memory / _MB, 0)
    start = _of_rounds(result, "process start to first answer, s", lambda one: one.cold_start, 2)
    counted = result.statements
    sent = counted[TASKFLOW.name].queries
    return [
        *lines,
        _judged(memory, f"≤ {MEMORY_MB:.0f} MB", memory.taskflow <= MEMORY_MB),
        _judged(start, f"≤ {COLD_START_SECONDS} s", start.taskflow <= COLD_START_SECONDS),
        Figure(
            "SQL statements of one authenticated list",
            counted[PLAIN.name].queries, sent, 2,
            target="1", met=sent == LIST_STATEMENTS,
        ),
        Figure(
            "beside them, begins and ends of transactions",
            counted[PLAIN.name].transactions, counted[TASKFLOW.name].transactions, 2,
        ),
    ]  # fmt: skip


def _of_operation(result: Result, operation: Operation, times: float) -> list[Figure]:
    def line(what: str, pick: Callable[[Sample], float], digits: int) -> Figure:
        return _compared(
            f"{operation.name}: {what}",
            [pick(one) for one in result.samples(PLAIN, operation)],
            [pick(one) for one in result.samples(TASKFLOW, operation)],
            digits,
        )

    rate = f"at {result.rates[operation.name]:.0f} a second, ms"
    per_second = line("requests per CPU-second", lambda one: 1 / one.cpu, 0)
    p99 = line(f"p99 {rate}", lambda one: one.p99, 1)
    if operation is LIST and p99.ratio is not None:
        p99 = _judged(p99, "≤ 1/3 of plain", p99.ratio.middle <= P99_SHARE)
    enough = per_second.ratio is not None and per_second.ratio.middle >= times
    return [
        _judged(per_second, f"≥ {times:.0f} x plain", enough),
        line("CPU of the server, ms a request", lambda one: one.cpu * 1000, 3),
        line("CPU of PostgreSQL, ms a request", lambda one: one.database_cpu * 1000, 3),
        line("CPU of both, ms a request", lambda one: (one.cpu + one.database_cpu) * 1000, 3),
        line("requests a second at most", lambda one: one.saturated, 0),
        line(f"p50 {rate}", lambda one: one.p50, 1),
        p99,
    ]


def _of_rounds(result: Result, name: str, pick: Callable[[Round], float], digits: int) -> Figure:
    plain, taskflow = result.rounds[PLAIN.name], result.rounds[TASKFLOW.name]
    return _compared(name, [pick(one) for one in plain], [pick(one) for one in taskflow], digits)


def _compared(name: str, plain: list[float], taskflow: list[float], digits: int) -> Figure:
    ratios = [ours / theirs for ours, theirs in zip(taskflow, plain, strict=True)]
    ratio = Ratio(median(ratios), min(ratios), max(ratios))
    return Figure(name, median(plain), median(taskflow), digits, ratio)


def _judged(figure: Figure, target: str, met: bool) -> Figure:
    return Figure(
        figure.name, figure.plain, figure.taskflow, figure.digits, figure.ratio, target, met
    )
