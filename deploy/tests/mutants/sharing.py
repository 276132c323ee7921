"""The system that is damaged: the real backend on a real PostgreSQL, behind the proxy."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import taskflow_deploy.contract
from taskflow_deploy.verifier import recording as recordings
from taskflow_deploy.verifier import scenario as scenarios
from taskflow_deploy.verifier.recording import Recording
from taskflow_deploy.verifier.scenario import Scenario
from tests.mutants import proxy
from tests.mutants.verifying import System, make_stranger
from tests.unit import services

_CONTRACT = Path(taskflow_deploy.contract.__file__).parent


def contract() -> tuple[Scenario, Recording]:
    """Return TaskFlow's scenario, and what the reference answered to it."""
    scenario = scenarios.load(_CONTRACT / "scenario.yaml")
    return scenario, recordings.load(_CONTRACT / "recording.json")


@contextmanager
def running(database_url: str) -> Iterator[System]:
    """Run the backend and the proxy."""
    with (
        services.backend(database_url, quick=True, **services.UNLIMITED) as port,
        proxy.running(port) as before,
    ):
        stranger = make_stranger(port, "stranger@example.com")
        yield System(
            before, port, database_url, f"http://127.0.0.1:{port}", services.SECRET, stranger
        )
