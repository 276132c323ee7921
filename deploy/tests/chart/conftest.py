"""The Helm that the project builds, and what it makes of the chart."""

import pytest

from tests.chart.helm import GIVEN, Helm, Rendered
from tests.chart.renderings import SETS, render
from tests.chart.tools import program


@pytest.fixture(scope="session")
def helm() -> Helm:
    """Helm, as it puts TaskFlow on the cluster."""
    return Helm(program("helm"))


@pytest.fixture(scope="session")
def rendered(helm: Helm) -> Rendered:
    """The chart with its default values and the secrets it needs."""
    return helm.render(GIVEN)


@pytest.fixture(scope="session")
def renderings(helm: Helm) -> dict[str, Rendered]:
    """The chart with each set of values, as the checkers see it."""
    return {name: render(helm, name) for name in SETS}
