"""The chart with several values, as the checkers see it."""

from pathlib import Path

from tests.chart.helm import LOCAL, Helm, Rendered
from tests.chart.tools import CHECKS

_VALUES = CHECKS / "values"
# Values files by the name under which waivers speak of them, each over the one before.
SETS = {
    "existing": (_VALUES / "existing.yaml",),
    "given": (_VALUES / "given.yaml",),
    "local": (LOCAL, _VALUES / "existing.yaml"),
    "everything": (_VALUES / "everything.yaml",),
    "least": (_VALUES / "least.yaml",),
}


def render(helm: Helm, name: str) -> Rendered:
    """Render the chart with one set of values."""
    return helm.render({}, more=words(name))


def words(name: str) -> list[str | Path]:
    """Return what makes Helm use one set of values."""
    return [word for file in SETS[name] for word in ("--values", file)]
