"""Schemathesis, from the API's own description, against the server as it is run.

``make schemathesis`` runs it longer, with the day as its seed.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.conftest import BACKEND, migrate
from tests.faults.backend import backend
from tests.helpers import empty_schema

# How many requests to make up for each endpoint and phase, and from which seed.
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "25"))
SEED = os.environ.get("SCHEMATHESIS_SEED", "1")
PHASES = {"examples", "coverage", "fuzzing", "stateful"}
CONFIG = "tests/contract/schemathesis.toml"


@pytest.fixture
def server_url(database_url: str) -> Iterator[str]:
    """The server, without rate limits, on an empty database."""
    own = asyncio.run(empty_schema(database_url, "schemathesis"))
    migrate(own)
    with backend(own) as running:
        yield running.url
        running.stop()
        running.exit_code(30)


@pytest.mark.timeout(180 + 4 * EXAMPLES)
def test_schemathesis_finds_nothing_in_any_endpoint_and_phase(
    server_url: str, tmp_path: Path
) -> None:
    described = httpx2.get(f"{server_url}/openapi.json").json()
    report = tmp_path / "report.json"
    command = [
        str(Path(sys.prefix) / "bin" / "schemathesis"), "--config-file", CONFIG,
        "run", f"{server_url}/openapi.json", "--seed", SEED, "--max-examples", str(EXAMPLES),
        "--no-color", "--report", "json", "--report-json-path", str(report),
    ]  # fmt: skip
    environment = {
        **os.environ,
        "FUZZED_URL": server_url,
        "HYPOTHESIS_STORAGE_DIRECTORY": str(tmp_path),
    }
    run = subprocess.run(
        command, cwd=BACKEND, env=environment, capture_output=True, text=True, check=False
    )
    sys.stdout.write(run.stdout)
    assert run.returncode == 0, run.stdout + run.stderr
    done = json.loads(report.read_text(encoding="utf-8"))
    operations = sum(len(methods) for methods in described["paths"].values())
    assert done["operations"]["tested"] == operations
    assert {name: phase["status"] for name, phase in done["phases"].items()} == dict.fromkeys(
        PHASES, "success"
    )
