"""A person's journey through the deployed system, in headless Chromium."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.cluster.checkout import REPOSITORY


def test_the_journey_in_a_browser(url: str, kept: Path, times: dict[str, float]) -> None:
    screenshot = kept / "taskflow.png"
    screenshot.unlink(missing_ok=True)
    environment = {**os.environ, "TASKFLOW_URL": url, "TASKFLOW_SCREENSHOT": str(screenshot)}
    shell = shutil.which("sh") or "/bin/sh"
    done = subprocess.run(
        [shell, "scripts/npm.sh", "run", "e2e"],
        cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert screenshot.stat().st_size > 20_000
