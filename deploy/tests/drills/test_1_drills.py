"""Each fault is told by its first cause, kept as evidence without a secret, and undone.

``DRILL_REPORT`` names the page that the table is then written into.
"""

import os
from pathlib import Path

import pytest

from tests.cluster.checkout import Checkout
from tests.drills import page
from tests.drills.drill import CHECKPOINTS, Drill
from tests.drills.perform import Outcome, perform
from tests.drills.table import DRILLS, QUICK

_REPORT = os.environ.get("DRILL_REPORT")
_LEAST = 20
_LEAST_OF_EACH = 3


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    """What came of the drills so far."""
    return []


def test_there_are_enough_drills_of_each_checkpoint() -> None:
    assert len(DRILLS) >= _LEAST
    of_each = {name: [one for one in DRILLS if one.checkpoint == name] for name in CHECKPOINTS}
    assert {
        name: len(drills) for name, drills in of_each.items() if len(drills) < _LEAST_OF_EACH
    } == {}
    assert [drill.checkpoint for drill in QUICK] == list(CHECKPOINTS)


@pytest.mark.parametrize("drill", DRILLS, ids=lambda drill: drill.id)
def test_a_fault_is_told_kept_and_undone(
    deployed: Checkout, drill: Drill, outcomes: list[Outcome]
) -> None:
    outcome = perform(deployed, drill)
    print(f"\n{page.line(outcome)}")  # noqa: T201 - a long test tells how far it is
    outcomes.append(outcome)


def test_the_table_holds_every_drill(outcomes: list[Outcome]) -> None:
    assert [outcome.drill.id for outcome in outcomes] == [drill.id for drill in DRILLS]
    if _REPORT:
        page.write_drills(Path(_REPORT), outcomes)
