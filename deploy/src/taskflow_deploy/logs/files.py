"""Logs that are files on this machine: PostgreSQL's, and those of the embedded cluster's parts."""

from pathlib import Path

from taskflow_deploy.paths import Paths


def log_files(paths: Paths) -> dict[str, Path]:
    """Return the log files by the names of what writes them."""
    return {path.stem: path for path in paths.logs.rglob("*.log")}
