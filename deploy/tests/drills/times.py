"""Measures commands beside each other, round by round, on one deployment."""

import time
from dataclasses import dataclass

from tests.cluster.checkout import Checkout
from tests.cluster.measured import p95
from tests.drills import bundle
from tests.drills.faults import replaced
from tests.drills.node_faults import MAIN
from tests.drills.running import run

Seconds = dict[str, list[float]]


@dataclass(frozen=True)
class Figure:
    """Something that is measured, and the seconds that 95 in 100 may take."""

    name: str
    target: float | None = None


PREFLIGHT = Figure("`./taskflow preflight`", 3.0)
UNCHANGED = Figure("`./taskflow up`, nothing changed", 10.0)
BY_HAND = Figure("beside it, `helm upgrade --install --wait` by hand, which verifies nothing")
CHANGED = Figure("`./taskflow up`, one line of the backend changed, until it is verified", 20.0)
BAD = Figure("`./taskflow up` of a broken contract, until it is undone and verified again", 45.0)
SINCE_FAILURE = Figure("of that, from when the failure is told")
EVIDENCE = Figure("of that, the evidence", 10.0)
FIGURES = (PREFLIGHT, UNCHANGED, BY_HAND, CHANGED, BAD, SINCE_FAILURE, EVIDENCE)
_CONTRACT_BROKEN = 60


def measure(checkout: Checkout, number: int, seconds: Seconds) -> None:
    """Measure each once: a change, nothing, a look, the same by hand, and a bad release."""
    with checkout.changed(MAIN, lambda text: f"{text}# round {number}, {time.time_ns()}\n"):
        seconds[CHANGED.name].append(checkout.taskflow("up", "--yes").seconds)
        done = checkout.taskflow("up", "--yes")
        assert "unchanged" in done.err, done.err
        seconds[UNCHANGED.name].append(done.seconds)
        seconds[PREFLIGHT.name].append(checkout.taskflow("preflight").seconds)
        seconds[BY_HAND.name].append(_by_hand(checkout))
        _bad_release(checkout, seconds)


def _by_hand(checkout: Checkout) -> float:
    """Upgrade to the very same with the very same values."""
    values = checkout.folder / "values-by-hand.json"
    values.write_text(checkout.taskflow("helm", "get", "values", "taskflow", "-o", "json").out)
    try:
        return checkout.taskflow(
            "helm", "upgrade", "--install", "--wait", "taskflow",
            str(checkout.folder / "helm" / "taskflow"), "--values", str(values),
        ).seconds  # fmt: skip
    finally:
        values.unlink()


def _bad_release(checkout: Checkout, seconds: Seconds) -> None:
    text = '"Login successful"'
    fault = replaced("backend/src/schemas/auth.py", f"= {text}", f'= "At {time.time_ns()}"')
    kept = bundle.folders(checkout.state)
    with fault(checkout):
        done = run(checkout, "up", "--yes", environment={})
    assert done.code == _CONTRACT_BROKEN, done.err
    told = done.when(done.headline)
    assert told is not None
    [folder] = bundle.folders(checkout.state) - kept
    seconds[BAD.name].append(done.seconds)
    seconds[SINCE_FAILURE.name].append(done.seconds - told)
    seconds[EVIDENCE.name].append(bundle.record(folder)["seconds"])


def missed(seconds: Seconds) -> list[str]:
    """Return the targets that were not met."""
    return [
        f"{figure.name}: p95 is {p95(seconds[figure.name]):.1f} s, more than {figure.target:.0f} s"
        for figure in FIGURES
        if figure.target is not None and p95(seconds[figure.name]) > figure.target
    ]
