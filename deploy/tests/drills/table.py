"""All drills, in the order of the checkpoints."""

from tests.drills import chart, contract, images, pods, prerequisites
from tests.drills.drill import Drill

DRILLS: tuple[Drill, ...] = (
    *prerequisites.DRILLS,
    *images.DRILLS,
    *chart.DRILLS,
    *pods.DRILLS,
    *contract.DRILLS,
)
QUICK = tuple(drill for drill in DRILLS if drill.quick)
"""One for each checkpoint."""
