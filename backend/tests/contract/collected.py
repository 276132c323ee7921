"""A plugin of pytest: writes down which requirement each collected test proves."""

import json
import os
from pathlib import Path

import pytest


def pytest_collection_finish(session: pytest.Session) -> None:
    """Write the ids of each test that names some to the file that COLLECTED names."""
    proofs = {
        item.nodeid: [str(mark.args[0]) for mark in item.iter_markers("contract")]
        for item in session.items
    }
    Path(os.environ["COLLECTED"]).write_text(json.dumps(proofs), encoding="utf-8")
