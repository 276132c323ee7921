"""Two kills at random moments; ``make kill-test`` has twenty."""

import secrets

from tests.cluster.checkout import Checkout
from tests.drills.kills import Killer, plans


def test_after_kill_9_at_any_moment_the_next_up_puts_everything_right(
    checkout: Checkout, shown: list[str]
) -> None:
    checkout.taskflow("up", "--yes")
    seed = secrets.randbelow(1_000_000)
    shown.append(f"the kills were those of KILL_SEED={seed} KILLS=2")
    killer = Killer(checkout)
    for plan in plans(2, seed):
        killer.kill(plan)
    checkout.taskflow("up", "--yes")
