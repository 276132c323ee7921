"""Writes the tables of docs/operations/checkpoints.md from the checkpoints themselves.

``python -m tests.checkpoints_page`` writes them anew; a test compares.
"""

import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from taskflow_deploy import errors
from taskflow_deploy.checkpoints.checkpoint import Checkpoint
from taskflow_deploy.checks import Check
from taskflow_deploy.clusters.embedded.preflight import Needs
from taskflow_deploy.clusters.minikube.cluster import MinikubeCluster
from taskflow_deploy.output import Output
from taskflow_deploy.paths import REPOSITORY, Paths
from taskflow_deploy.pipeline import CHECKPOINTS

PAGE = REPOSITORY / "docs" / "operations" / "checkpoints.md"
_BEGIN, _END = "<!-- begin of the tables -->\n", "<!-- end of the tables -->\n"
_CODES = {
    "prerequisites": "10 to 29, 70, 71",
    "built": str(errors.ImageBuildError.exit_code),
    "loaded": str(errors.ImageLoadError.exit_code),
    "chart": str(errors.ChartError.exit_code),
    "pods": f"{errors.PodsError.exit_code}, {errors.InstallError.exit_code}",
    "contract": f"{errors.ContractError.exit_code}, {errors.LimitError.exit_code}",
}


def page(text: str) -> str:
    """Return the page's text with its tables as they should be."""
    head, _, rest = text.partition(_BEGIN)
    tail = rest.partition(_END)[2]
    return f"{head}{_BEGIN}\n{''.join(_tables())}{_END}{tail}"


def _tables() -> Iterator[str]:
    yield "| Checkpoint | Is | Exit codes | What a dry run cannot tell |\n|---|---|---|---|\n"
    for checkpoint in CHECKPOINTS:
        codes = _CODES[checkpoint.id]
        unproven = checkpoint.unproven or "nothing"
        yield f"| `{checkpoint.id}` | {checkpoint.title} | {codes} | {unproven} |\n"
    for checkpoint in CHECKPOINTS:
        yield f"\n## {checkpoint.title.capitalize()}\n\n"
        yield from _rows(_checks(checkpoint))
    for kind, needed in _needs().items():
        yield f"\n## What {kind} needs of the machine\n\n"
        yield from _rows(needed)
    yield "\n"


def _checks(checkpoint: Checkpoint) -> list[Check[Any]]:
    return [check for stage in checkpoint.stages for check in stage]


def _needs() -> dict[str, list[Check[Any]]]:
    nowhere = Path(tempfile.gettempdir())
    paths = Paths(REPOSITORY, nowhere, nowhere, nowhere, "t")
    minikube = MinikubeCluster(paths, Output())
    return {"the embedded cluster": [*Needs(paths).checks()],
            "Minikube": [*minikube.requirements()]}  # fmt: skip


def _rows(checks: Iterable[Check[Any]]) -> Iterator[str]:
    yield "| Check | Title | What it does | In a dry run |\n|---|---|---|---|\n"
    for check in checks:
        about = re.sub(r":\w+:`~?\.?([^`]+)`", r"`\1`", check.about)
        assert about, f"{check.id}: its function says nothing about itself"
        dry = "the same" if check.plan is None else "what is so, or would be done"
        yield f"| `{check.id}` | {check.title} | {about} | {dry} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
