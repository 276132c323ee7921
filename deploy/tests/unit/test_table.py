"""The table of checkpoints drives runs from one to another, rehearsals, data and documents."""

import re
from collections.abc import Callable

import pytest

from taskflow_deploy import journal, pipeline, records
from taskflow_deploy.checks import Check, Verdict
from taskflow_deploy.errors import (
    ChartError,
    ClusterNotRunningError,
    DiskSpaceError,
    ImageBuildError,
    UsageError,
)
from tests import checkpoints_page
from tests.unit.deployments import Run


def _changes(run: Run) -> list[list[str]]:
    """Return the calls that changed the cluster."""
    changing = {"upgrade", "rollback", "uninstall", "apply", "delete", "build", "load", "start"}
    return [call for call in run.tools.calls() if call[1] in changing]


def test_every_check_has_an_id_of_its_checkpoint_and_a_title() -> None:
    ids: list[str] = []
    for checkpoint in pipeline.CHECKPOINTS:
        for check in (check for stage in checkpoint.stages for check in stage):
            assert re.fullmatch(rf"{checkpoint.id}\.[a-z-]+", check.id)
            assert check.title[0].isupper()
            ids.append(check.id)
    assert len(ids) == len(set(ids))


def test_the_document_is_what_the_table_makes_of_it() -> None:
    text = checkpoints_page.PAGE.read_text(encoding="utf-8")
    assert checkpoints_page.page(text) == text, "run make fmt"


def test_until_stops_there_and_records_nothing(run: Run) -> None:
    passed = run.up(last="chart")
    assert [entry.id for entry in passed] == ["prerequisites", "built", "loaded", "chart"]
    assert run.tools.calls("helm", "upgrade") == []
    assert records.last_verified(run.paths) is None
    last = journal.last(run.paths)
    assert last is not None
    assert last.entries[-1]["reason"] == "stopped after chart"


def test_from_takes_what_came_before_as_it_is(run: Run) -> None:
    run.up(last="loaded")
    before = len(_changes(run))
    passed = run.up(first="chart")
    assert [entry.verdict for entry in passed] == ["recalled"] * 3 + ["passed"] * 3
    assert [call[1] for call in _changes(run)[before:]] == ["apply", "upgrade"]
    verified = records.last_verified(run.paths)
    assert verified is not None
    assert verified.revision == 1


def test_from_the_last_one_asks_what_runs_again(run: Run) -> None:
    run.up()
    before = len(_changes(run))
    passed = run.up(first="contract")
    assert [entry.verdict for entry in passed] == ["recalled"] * 5 + ["passed"]
    assert _changes(run)[before:] == []


def test_from_fails_where_what_came_before_is_not_there(run: Run) -> None:
    with pytest.raises(ClusterNotRunningError):
        run.up(first="built")
    run.up(last="prerequisites")
    with pytest.raises(ImageBuildError, match="not built yet: taskflow-backend:") as caught:
        run.up(first="chart")
    assert caught.value.mend == "./taskflow up"
    assert run.tools.calls("helm", "upgrade") == []


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        ("nowhere", None, "There is no checkpoint 'nowhere'."),
        (None, "nowhere", "There is no checkpoint 'nowhere'."),
        ("pods", "built", "Checkpoint pods comes after built."),
    ],
)
def test_a_part_that_is_none_is_refused_before_anything_begins(
    run: Run, first: str | None, last: str | None, message: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(message)) as caught:
        run.up(first, last)
    assert "prerequisites, built, loaded, chart, pods, contract" in caught.value.resolution
    assert run.tools.calls() == []


def test_a_rehearsal_on_a_bare_machine_changes_nothing_and_tells_what_it_cannot_know(
    run: Run,
) -> None:
    rehearsed = pipeline.rehearse(run.deployment())
    assert [entry.id for entry in rehearsed] == list(pipeline.IDS)
    assert _changes(run) == []
    assert list(run.paths.state.iterdir()) == []
    verdicts = {
        result.id: result.verdict for checkpoint in rehearsed for result in checkpoint.results
    }
    assert verdicts["prerequisites.cores"] in {Verdict.PASSED, Verdict.WARNED}
    for id_ in ("prerequisites.cluster", "prerequisites.health", "pods.ready",
                "contract.endpoints"):  # fmt: skip
        assert verdicts[id_] is Verdict.SKIPPED
    assert all(checkpoint.fact for checkpoint in rehearsed if checkpoint.id != "chart")


def test_a_rehearsal_of_a_change_shows_what_would_change(run: Run) -> None:
    run.up()
    before = len(_changes(run))
    rehearsed = pipeline.rehearse(run.deployment(anthropic_api_key=""))
    reasons = {
        result.id: result.reason for checkpoint in rehearsed for result in checkpoint.results
    }
    assert reasons["built.images"] == "sources unchanged"
    assert reasons["chart.diff"] == "changed Deployment/taskflow-backend"
    assert reasons["pods.install"] == "would make revision 2"
    assert _changes(run)[before:] == []


def _a_disk_is_full(run: Run) -> None:
    def full(_: None) -> str:
        raise DiskSpaceError("No space.", mend="rm x")

    run.cluster.needs = [Check("prerequisites.disk", "Disk", full)]


def _the_chart_is_broken(run: Run) -> None:
    run.tools.fail("helm lint", "[ERROR] values.yaml: bad indentation")


@pytest.mark.parametrize(
    ("break_it", "last", "error"),
    [
        (_a_disk_is_full, "prerequisites", DiskSpaceError),
        (_the_chart_is_broken, "chart", ChartError),
    ],
)
def test_a_rehearsal_finds_every_fault_of_a_stage_and_stops_behind_it(
    run: Run, break_it: Callable[[Run], None], last: str, error: type[Exception]
) -> None:
    run.up(last="loaded")
    break_it(run)
    rehearsed = pipeline.rehearse(run.deployment())
    assert rehearsed[-1].id == last
    assert rehearsed[-1].verdict == "failed"
    [failed] = [result for result in rehearsed[-1].results if result.verdict is Verdict.FAILED]
    assert isinstance(failed.error, error)
    assert failed.mend


def test_what_the_kind_of_cluster_needs_is_checked_first(run: Run) -> None:
    _a_disk_is_full(run)
    with pytest.raises(DiskSpaceError):
        run.up()
    assert _changes(run) == []
