"""How long commands take, beside what Helm takes by hand.

``TIMES_ROUNDS`` says how often, and ``TIMES_REPORT`` names the page that the table is then
written into.
"""

import os
from collections import defaultdict
from pathlib import Path

import pytest

from tests.cluster.checkout import Checkout
from tests.drills import page, times
from tests.drills.times import Seconds

_ROUNDS = int(os.environ.get("TIMES_ROUNDS", "20"))
_REPORT = os.environ.get("TIMES_REPORT")


@pytest.mark.timeout(7200)
def test_commands_are_as_quick_as_they_have_to_be(deployed: Checkout) -> None:
    seconds: Seconds = defaultdict(list)
    for number in range(_ROUNDS):
        times.measure(deployed, number, seconds)
        print(page.times_line(number, seconds))  # noqa: T201 - a long test tells how far it is
    if _REPORT:
        page.write_times(Path(_REPORT), seconds)
    assert not times.missed(seconds)
