"""One real cluster for all tests of this folder, in the order of their files' numbers.

Each file goes on where the one before left off, since a cluster that starts anew
for every test would take an hour. The last file removes everything again.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from taskflow_deploy.clusters.embedded import packages
from taskflow_deploy.output import Output
from tests.cluster import machine
from tests.cluster.checkout import Checkout

# An instance of its own lets a longer test run beside the others.
INSTANCE = os.environ.get("CLUSTER_TEST_INSTANCE", "test")
NODE_PORT = os.environ.get("CLUSTER_TEST_NODE_PORT", "30311")
_TEST_SECONDS = 900
_TIMES: dict[str, float] = {}
_SHOWN: list[str] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give a test of this folder the time that a whole deployment may take."""
    for item in items:
        item.add_marker(pytest.mark.timeout(_TEST_SECONDS))


@pytest.fixture(scope="session")
def before(checkout: Checkout) -> dict[str, list[str]]:
    """What the machine held before the first command."""
    return machine.look(checkout.instance)


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory, kept: Path) -> Iterator[Checkout]:
    """A fresh copy; what a failed run left is removed first, and nothing stays at the end."""
    assert os.geteuid() == 0, "the embedded cluster needs root: run the tests as root"
    made = Checkout(tmp_path_factory.mktemp("checkout"), INSTANCE)
    made.environment["TASKFLOW_NODE_PORT"] = NODE_PORT
    # Packages stay on the machine, so they are no part of what is compared.
    packages.ensure(packages.NODE_PACKAGES, Output(), assume_yes=True)
    _remove(made)
    yield made
    if (made.state / "evidence").exists():
        shutil.copytree(made.state / "evidence", kept / "evidence", dirs_exist_ok=True)
    _remove(made)
    shutil.rmtree(made.folder)


def _remove(checkout: Checkout) -> None:
    checkout.taskflow("down", "--purge", "--yes")
    checkout.taskflow("cluster", "delete")


@pytest.fixture(scope="session")
def times() -> dict[str, float]:
    """Seconds by what took them; shown at the end."""
    return _TIMES


@pytest.fixture(scope="session")
def shown() -> list[str]:
    """Text that is shown at the end."""
    return _SHOWN


@pytest.fixture(scope="session")
def kept() -> Path:
    """Where files for people to read are kept."""
    folder = Path(__file__).parents[2] / "test-results"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def url(checkout: Checkout) -> str:
    """Where the deployed frontend answers."""
    found: str = checkout.taskflow("status", "--json").json["url"]
    return found


@pytest.fixture
def browserless(url: str) -> Iterator[httpx2.Client]:
    """A client of the deployed frontend."""
    with httpx2.Client(base_url=url, timeout=30) as client:
        yield client


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the times, and on which machine they were measured."""
    if not _TIMES:
        return
    memory = subprocess.run(["free", "-g"], check=True, capture_output=True, text=True).stdout
    gigabytes = memory.splitlines()[1].split()[1]
    terminalreporter.section(f"times on {os.cpu_count()} cores, {gigabytes} GB")
    for what, seconds in _TIMES.items():
        terminalreporter.write_line(f"{what:<60} {seconds:7.1f} s")
    for text in _SHOWN:
        terminalreporter.write_line(f"\n{text}")
