"""What follows a failure: evidence, the undo, and in the evidence how that ended."""

import json
from pathlib import Path
from typing import Any

import pytest

from taskflow_deploy import failure
from taskflow_deploy.errors import CommandError, PodsError, UndoError
from taskflow_deploy.evidence import folder
from taskflow_deploy.failure import Known
from taskflow_deploy.journal import Journal
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from tests.unit import evidence_samples as samples
from tests.unit.recording import RecordingCluster

_ROLLED_BACK = "rolled back to revision 3, and that was verified again"


@pytest.fixture
def undone(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the undo finds of the evidence; it goes well."""
    seen: list[str] = []

    def undo(paths: Paths, *_given: Any) -> str:
        seen.append(folder.kept(paths)[-1].outcome)
        return _ROLLED_BACK

    monkeypatch.setattr(failure, "undo", undo)
    return seen


def _known() -> Known:
    return Known(Journal(None, "up"), samples.MANIFEST, samples.DIFF, samples.IMAGES)


def _outcome(paths: Paths) -> dict[str, Any]:
    (kept,) = folder.kept(paths)
    found: dict[str, Any] = kept.record["outcome"]
    return found


def test_evidence_is_taken_first_and_told_the_outcome_last(
    paths: Paths, cluster: RecordingCluster, output: Output, undone: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    cluster.start()
    known, error = _known(), PodsError("It crashed.")
    assert failure.after_change(paths, output, cluster, error, known) is error
    assert undone == [""], "evidence was there, and its outcome was not"
    outcome = _outcome(paths)
    assert outcome["text"] == f"The deployment was {_ROLLED_BACK}."
    assert (outcome["failed"], outcome["undone"]) == (False, True)
    (kept,) = folder.kept(paths)
    assert error.details == [f"evidence: {kept.folder}"]
    assert (kept.folder / "chart.diff").read_text(encoding="utf-8") == samples.DIFF
    assert (kept.folder / "rendered.yaml").read_text(encoding="utf-8") == samples.MANIFEST
    assert len(kept.record["images"]) == 4
    assert known.journal is not None
    steps = [(step["what"], step["verdict"]) for step in known.journal.entries]
    assert steps == [("evidence", "began"), ("evidence", "passed"), ("undo", "began"),
                     ("undo", "passed")]  # fmt: skip
    assert _ROLLED_BACK in capsys.readouterr().err


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (CommandError("Helm is gone."), "Helm is gone."),
        (KeyboardInterrupt(), "it was interrupted."),
    ],
)
def test_an_undo_that_fails_is_the_outcome_as_well(
    paths: Paths, cluster: RecordingCluster, output: Output, monkeypatch: pytest.MonkeyPatch,
    fault: BaseException, said: str,
) -> None:  # fmt: skip
    def undo(*_given: object) -> str:
        raise fault

    monkeypatch.setattr(failure, "undo", undo)
    cluster.start()
    error = failure.after_change(paths, output, cluster, PodsError("It crashed."), Known())
    assert type(error) is UndoError
    assert error.message == f"It crashed. The undo failed as well: {said}"
    outcome = _outcome(paths)
    assert (outcome["text"], outcome["failed"]) == (f"The undo failed as well: {said}", True)


def test_where_nothing_was_changed_the_evidence_says_that(
    paths: Paths, cluster: RecordingCluster, output: Output, undone: list[str]
) -> None:
    cluster.start()
    failure.take_evidence(paths, output, cluster, PodsError("It crashed."), Known())
    assert undone == []
    outcome = _outcome(paths)
    assert outcome["text"] == "Nothing had been changed, so nothing was undone."
    assert (outcome["failed"], outcome["undone"]) == (False, False)
    (kept,) = folder.kept(paths)
    assert '<span class="label">undo</span>' not in kept.report.read_text(encoding="utf-8")


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyError("a fault")])
def test_evidence_that_cannot_be_taken_keeps_nothing_from_being_undone(
    paths: Paths, cluster: RecordingCluster, output: Output, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], fault: Exception,
) -> None:  # fmt: skip
    def fail(*_given: object, **_named: object) -> None:
        raise fault

    monkeypatch.setattr(failure, "capture", fail)
    monkeypatch.setattr(failure, "undo", lambda *_given: _ROLLED_BACK)
    error = PodsError("It crashed.")
    assert failure.after_change(paths, output, cluster, error, Known()) is error
    assert error.details == [f"evidence: not whole, {fault}"]
    said = capsys.readouterr().err
    assert "The evidence could not be kept whole" in said
    assert _ROLLED_BACK in said


def test_an_outcome_that_cannot_be_written_makes_a_good_undo_no_failed_one(
    paths: Paths, cluster: RecordingCluster, output: Output, undone: list[str],
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def fail(*_given: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(failure, "conclude", fail)
    cluster.start()
    error = PodsError("It crashed.")
    assert failure.after_change(paths, output, cluster, error, Known()) is error
    assert "How it ended could not be added to the evidence" in capsys.readouterr().err


def test_a_journal_on_a_full_disk_keeps_nothing_from_being_undone(
    paths: Paths, cluster: RecordingCluster, output: Output, undone: list[str], tmp_path: Path
) -> None:
    cluster.start()
    known = Known(Journal(tmp_path / "no such folder" / "journal.json", "up"))
    error = PodsError("It crashed.")
    assert failure.after_change(paths, output, cluster, error, known) is error
    assert undone == [""]
    (kept,) = folder.kept(paths)
    assert json.loads((kept.folder / "timeline.json").read_text(encoding="utf-8"))["items"] == []
