"""Shows a report: as a page, for systems of continuous integration, as data, and on a terminal."""

import json
from pathlib import Path

from taskflow_deploy.verifier.report import Report
from taskflow_deploy.verifier.reports import html, junit
from taskflow_deploy.verifier.reports.text import COLUMNS, cause, first_difference, rows

__all__ = ["COLUMNS", "cause", "first_difference", "rows", "write"]


def write(report: Report, folder: Path, *, when: str = "", name: str = "API") -> None:
    """Write ``report.html``, ``report.json`` and ``junit.xml`` into a folder.

    Parameters
    ----------
    folder
        It is made where there is none.
    when, name
        When it was asked and what, for people.

    Raises
    ------
    OSError
        They could not be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = json.dumps(report.to_json(), ensure_ascii=False, indent=2)
    files = {
        "report.html": html.page(report, when=when, name=name),
        "report.json": f"{data}\n",
        "junit.xml": junit.document(report, name=name),
    }
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
