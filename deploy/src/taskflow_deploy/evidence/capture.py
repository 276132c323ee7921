"""Takes evidence of a failure: asks everything at the same time, and writes it down."""

import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from taskflow_deploy import first_cause
from taskflow_deploy.clusters.base import BuiltImage, Cluster
from taskflow_deploy.errors import DeployError
from taskflow_deploy.evidence import folder as folders
from taskflow_deploy.evidence import images as compared
from taskflow_deploy.evidence import manifest as record
from taskflow_deploy.evidence import report, sources, timeline, versions, writing
from taskflow_deploy.evidence.asking import ask_all
from taskflow_deploy.evidence.files import Files
from taskflow_deploy.evidence.told import Told
from taskflow_deploy.journal import Journal, moment
from taskflow_deploy.paths import Paths


def capture(
    paths: Paths,
    cluster: Cluster,
    error: DeployError,
    *,
    journal: Journal | None = None,
    manifest: str = "",
    diff: str = "",
    images: Mapping[str, BuiltImage] | None = None,
) -> Path:
    """Write what is known of a failure to a folder of its own and return it.

    It takes ten seconds at most. The newest ten folders are kept. What cannot be had says so in
    its file.

    Parameters
    ----------
    journal
        What the command did.
    manifest, diff
        The rendered chart, and how it differs from what was deployed.
    images
        What was built, by name.

    Raises
    ------
    OSError
        It could not be written.
    """
    at, began, built = moment(), time.monotonic(), images or {}
    files = Files(folders.make(paths))
    # First, since whatever follows may be interrupted.
    files.text("failure.txt", "\n".join([error.message, error.resolution, *error.details]))
    told = Told(ask_all(sources.questions(paths, cluster, built)))
    writing.answers(files, told)
    writing.logs(files, told)
    writing.given(files, error, manifest, diff)
    nothing: list[Any] = []
    places = told.made(lambda: compared.compare(built, told.answers, told.pods), nothing)
    steps = told.made(lambda: timeline.entries(journal, told.pods, told.events), nothing)
    found = versions.of(told.answers)
    since = journal.since if journal else ""
    cause = told.made(lambda: first_cause.find(told.pods, told.events, since), None)
    files.text("images.txt", compared.table(places))
    files.text("versions.txt", versions.table(found, told.answers))
    files.data("timeline.json", {"items": steps})
    known = {
        "at": at,
        "seconds": round(time.monotonic() - began, 3),
        "instance": paths.instance,
        "cluster": cluster.kind,
        "command": journal.command if journal else "",
        "error": record.error(error),
        "first_cause": record.cause(cause, error),
        "outcome": None,
        "journal": journal.entries if journal else [],
        "images": [asdict(place) for place in places],
        "versions": found,
        "faults": told.faults,
    }
    record.save(files.folder, files.written, known)
    report.write(files.folder)
    record.checksums(files.folder)
    folders.remove_old(files.folder)
    return files.folder
