"""One real cluster for all drills, kills and times, as the tests beside have it."""

import pytest

from tests.cluster.checkout import Checkout
from tests.cluster.conftest import checkout, kept
from tests.drills.canaries import SIGNING_SECRET

__all__ = ["checkout", "deployed", "kept"]
_TEST_SECONDS = 900


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give a test of this folder the time that a whole deployment may take."""
    for item in items:
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(_TEST_SECONDS))


@pytest.fixture(scope="session")
def deployed(checkout: Checkout) -> Checkout:
    """A checkout that is deployed and verified, with a secret that can be recognised."""
    checkout.environment["BETTER_AUTH_SECRET"] = SIGNING_SECRET
    checkout.taskflow("up", "--yes")
    return checkout
