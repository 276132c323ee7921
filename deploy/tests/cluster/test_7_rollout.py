"""No request fails while pods are replaced or evicted; the short form of ``make rollout-test``.

``ROLLOUT_ROUNDS`` and ``ROLLOUT_STARTS`` make it longer, and ``ROLLOUT_REPORT`` names the page
that it then writes.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.checkout import Checkout
from tests.cluster.rollout import page
from tests.cluster.rollout.load import LEAST_RATE
from tests.cluster.rollout.pods import COMPONENTS
from tests.cluster.rollout.steps import REPLICAS, Release, Step

_ROUNDS = int(os.environ.get("ROLLOUT_ROUNDS", "1"))
_STARTS = int(os.environ.get("ROLLOUT_STARTS", "1"))
_REPORT = os.environ.get("ROLLOUT_REPORT")
# Under load, on a machine that does other things as well.
_START_SECONDS = 30.0


@pytest.fixture(scope="module")
def release(checkout: Checkout) -> Iterator[Release]:
    """Two pods of each component; in the end the release is again as ``up`` made it."""
    url = checkout.taskflow("up", "--yes").out.strip()
    made = Release(checkout, url)
    try:
        yield made
    finally:
        made.close()
        checkout.taskflow("up", "--yes")


@pytest.mark.timeout(3600 if _REPORT else 600)
def test_no_request_fails_while_pods_are_replaced_or_evicted(
    release: Release, times: dict[str, float]
) -> None:
    steps = []
    for _ in range(_ROUNDS):
        steps += [_told(release.upgrade()), _told(release.roll_back())]
    if _REPORT:
        steps += [_told(release.evict(name)) for name in COMPONENTS for _ in range(REPLICAS)]
    else:
        steps.append(_told(release.evict(*COMPONENTS)))
    starts = {name: [_start(release, name) for _ in range(_STARTS)] for name in COMPONENTS}
    if _REPORT:
        page.write(Path(_REPORT), steps, starts)
    complaints = [line for step in steps for line in step.complaints()]
    assert not complaints, "\n".join(complaints)
    # The short form runs where other things do, too.
    least = LEAST_RATE if _REPORT else LEAST_RATE / 2
    for step in steps:
        assert step.sent.rate >= least, (step.name, step.sent.rate)
        for component, seconds in step.starts.items():
            assert all(one <= _START_SECONDS for one in seconds), (component, seconds)
    assert not _REPORT or not page.missed(starts)
    times["upgrade, rollback and evictions under load"] = sum(step.sent.seconds for step in steps)


def _told(step: Step) -> Step:
    print(f"\n{page.line(step)}")  # noqa: T201 - a long test tells how far it is
    for complaint in step.complaints():
        print(complaint)  # noqa: T201
    return step


def _start(release: Release, component: str) -> float:
    seconds = release.start(component)
    print(f"{component} ready {seconds:.2f} s after its creation")  # noqa: T201
    return seconds
