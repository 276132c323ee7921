"""Shows a report: as a page, for systems of continuous integration, as data, and on a terminal."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from taskflow_deploy.verifier.report import Report
from taskflow_deploy.verifier.reports import html, junit
from taskflow_deploy.verifier.reports.text import COLUMNS, cause, first_difference, rows

__all__ = ["COLUMNS", "cause", "first_difference", "rows", "write"]


def write(
    report: Report,
    folder: Path,
    *,
    when: str = "",
    name: str = "API",
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write ``report.html``, ``report.json`` and ``junit.xml`` into a folder.

    Parameters
    ----------
    folder
        It is made where there is none.
    when, name
        When it was asked and what, for people.
    data
        What ``report.json`` has, where that is not the report itself.

    Raises
    ------
    OSError
        They could not be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    told = report.to_json() if data is None else data
    files = {
        "report.html": html.page(report, when=when, name=name),
        "report.json": f"{json.dumps(told, ensure_ascii=False, indent=2)}\n",
        "junit.xml": junit.document(report, name=name),
    }
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
