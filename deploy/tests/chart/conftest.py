"""The Helm that the project builds."""

import pytest

from taskflow_deploy.clusters.embedded import compiler
from taskflow_deploy.paths import current_paths
from tests.chart.helm import GIVEN, Helm, Rendered


@pytest.fixture(scope="session")
def helm() -> Helm:
    """Helm, compiled by ``taskflow_deploy cluster build``."""
    program = compiler.programs(current_paths().cache) / "helm"
    assert program.exists(), f"{program} is not built: run make chart-check"
    return Helm(program)


@pytest.fixture(scope="session")
def rendered(helm: Helm) -> Rendered:
    """The chart with its default values and the secrets it needs."""
    return helm.render(GIVEN)
