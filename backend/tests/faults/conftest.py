"""A PostgreSQL that may be killed, for the tests of one file."""

from collections.abc import Iterator

import pytest

from tests.faults.postgres import Postgres, postgres


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[Postgres]:
    """A server that nobody else uses, with all tables."""
    with postgres() as made:
        yield made
