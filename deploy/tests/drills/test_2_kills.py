"""After ``kill -9`` at any moment the next ``up`` succeeds, and nothing is left over.

``KILLS`` says how often, ``KILL_SEED`` repeats the moments of an earlier run, and ``KILL_REPORT``
names the page that the table is then written into.
"""

import os
import secrets
from pathlib import Path

import pytest

from tests.cluster.checkout import Checkout
from tests.drills import page
from tests.drills.kills import Killer, plans

_KILLS = int(os.environ.get("KILLS", "20"))
_SEED = int(os.environ.get("KILL_SEED", secrets.randbelow(1_000_000)))
_REPORT = os.environ.get("KILL_REPORT")


@pytest.mark.timeout(3600)
def test_the_next_up_puts_everything_right(deployed: Checkout) -> None:
    print(f"\nKILL_SEED={_SEED} repeats the moments")  # noqa: T201 - needed to repeat a failure
    killer = Killer(deployed)
    kills = []
    for plan in plans(_KILLS, _SEED):
        kills.append(killer.kill(plan))
        print(page.kill_line(kills[-1]))  # noqa: T201 - a long test tells how far it is
    deployed.taskflow("up", "--yes")
    if _REPORT:
        page.write_kills(Path(_REPORT), kills, _SEED)
