"""One fault at each checkpoint; ``make drills`` has many more."""

import pytest

from tests.cluster.checkout import Checkout
from tests.drills.drill import Drill
from tests.drills.perform import perform
from tests.drills.table import QUICK


@pytest.fixture(scope="module")
def deployed(checkout: Checkout) -> Checkout:
    """A checkout that is deployed and verified."""
    checkout.taskflow("up", "--yes")
    return checkout


@pytest.mark.parametrize("drill", QUICK, ids=lambda drill: drill.id)
def test_a_fault_is_told_kept_and_undone(
    deployed: Checkout, drill: Drill, times: dict[str, float]
) -> None:
    outcome = perform(deployed, drill)
    if outcome.undone is not None:
        times[f"{drill.broken}: told"] = outcome.told
        times[f"{drill.broken}: verified again after that"] = outcome.undone
