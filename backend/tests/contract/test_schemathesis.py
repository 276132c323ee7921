"""Schemathesis, from the API's own description, against the server as it is run.

``make schemathesis`` runs it longer, with the day as its seed.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from src.config import Settings
from tests.conftest import BACKEND, SECRET, migrate
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
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    limits = [name.upper() for name in Settings.model_fields if name.startswith("rate_limit_")]
    environment = {
        **os.environ,
        "DATABASE_URL": own,
        "BETTER_AUTH_SECRET": SECRET,
        "LOG_LEVEL": "error",
        **dict.fromkeys(limits, "off"),
    }
    command = [sys.executable, "-m", "src.server", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, cwd=BACKEND, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(url: str) -> None:
    ends = time.monotonic() + 30
    while True:
        try:
            if httpx2.get(f"{url}/health/ready").status_code == 200:
                return
        except httpx2.TransportError:
            if time.monotonic() > ends:
                raise
        time.sleep(0.1)


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
