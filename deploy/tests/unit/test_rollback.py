"""history and rollback: back to any revision, verified again, and undone where that fails."""

from collections.abc import Callable

import pytest

from taskflow_deploy import records, rollback
from taskflow_deploy.cli.common import Context
from taskflow_deploy.errors import ClusterNotRunningError, PodsError, UndoError, UsageError
from taskflow_deploy.output import Output
from taskflow_deploy.records import Verified
from tests.unit.command import CommandLine
from tests.unit.deployments import Run

Back = Callable[[int | None], Verified]


@pytest.fixture
def run(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same machine, which the commands find, and which does not wait long for pods."""
    monkeypatch.setattr("taskflow_deploy.settling._READY_SECONDS", 0.1)
    monkeypatch.setattr(
        "taskflow_deploy.cli.revisions.open_context",
        lambda *_, as_json=False, **__: Context(run.paths, Output(as_json=as_json), run.cluster),
    )
    return run


@pytest.fixture
def back(run: Run) -> Back:
    return lambda number: rollback.roll_back(run.paths, Output(), run.cluster, number)


def _versions(run: Run) -> None:
    """Revision 1 without Claude, 2 with; both verified."""
    run.up(anthropic_api_key="")
    run.up()


def _secret(run: Run, revision: int) -> str:
    found = {entry["revision"]: entry for entry in run.tools.state("revisions")}
    name: str = found[revision]["values"]["backend"]["secrets"]["existingSecret"]
    return name


def test_without_a_number_it_is_what_was_verified_before_that_differs(run: Run, back: Back) -> None:
    _versions(run)
    made = back(None)
    assert made.revision == 3
    assert run.tools.calls("helm", "rollback", "taskflow", "1")
    assert _secret(run, 3) == _secret(run, 1) != _secret(run, 2)
    assert records.last_verified(run.paths) == made
    # Revision 3 is revision 1 again, so the one before that differs is 2.
    assert back(None).revision == 4
    assert _secret(run, 4) == _secret(run, 2)


def test_a_number_is_gone_back_to_and_verified_again(run: Run, back: Back) -> None:
    _versions(run)
    run.up(better_auth_secret="x" * 40)
    made = back(2)
    assert (made.revision, _secret(run, 4)) == (4, _secret(run, 2))
    facts = {entry.id: entry.fact for entry in run.up()}
    assert facts["chart"] == "revision 4, unchanged"


def test_what_was_never_verified_is_verified_now_with_a_warning(
    run: Run, back: Back, capsys: pytest.CaptureFixture[str]
) -> None:
    _versions(run)
    only = [entry for entry in records.all_verified(run.paths) if entry.revision == 2]
    records.forget(run.paths)
    records.remember(run.paths, only[0])
    assert back(1).revision == 3
    assert "Revision 1 was never verified." in capsys.readouterr().err
    # What is in it is not known, so the next up looks for itself.
    assert not {entry.id: entry.fact for entry in run.up()}["chart"].endswith("unchanged")


def test_what_does_not_work_any_more_is_undone(
    run: Run, back: Back, capsys: pytest.CaptureFixture[str]
) -> None:
    _versions(run)
    run.tools.change(pods_become={"3": "crash"})
    with pytest.raises(PodsError) as failed:
        back(1)
    assert failed.value.message == (
        "What was gone back to does not run: "
        "taskflow-backend-5d4f: its container backend keeps ending with code 3."
    )
    assert failed.value.details[-1] == f"evidence: {run.evidence[0]}"
    assert "rolled back to revision 2, and that was verified again" in capsys.readouterr().err
    verified = records.last_verified(run.paths)
    assert verified is not None
    assert (verified.revision, _secret(run, 4)) == (4, _secret(run, 2))


def test_an_undo_that_fails_too_is_told(run: Run, back: Back) -> None:
    _versions(run)
    run.tools.fail("helm rollback", "Error: connection lost")
    with pytest.raises(UndoError, match="The undo failed as well") as failed:
        back(1)
    assert failed.value.details[-1] == f"evidence: {run.evidence[0]}"


@pytest.mark.parametrize(
    ("number", "said"),
    [(7, "There is no revision 7."), (2, "Revision 2 is what runs.")],
)
def test_a_number_that_is_none_changes_nothing(
    run: Run, back: Back, number: int, said: str
) -> None:
    _versions(run)
    with pytest.raises(UsageError) as refused:
        back(number)
    assert refused.value.message == said
    assert "./taskflow history" in refused.value.resolution
    assert run.tools.calls("helm", "rollback") == []


def test_without_another_verified_revision_there_is_nothing_to_do(run: Run, back: Back) -> None:
    with pytest.raises(ClusterNotRunningError):
        back(None)
    run.up()
    with pytest.raises(UsageError, match="Nothing else was verified"):
        back(None)


def test_history_says_which_revisions_were_verified(run: Run, command: CommandLine) -> None:
    _versions(run)
    kept = records.all_verified(run.paths)
    records.forget(run.paths)
    records.remember(run.paths, kept[1])
    listed = command.run("history", "--json").json["revisions"]
    assert [(one["revision"], one["status"], one["verified"]) for one in listed] == [
        (1, "superseded", None), (2, "deployed", kept[1].at),
    ]  # fmt: skip
    lines = command.run("history").out.splitlines()
    assert lines[0] == "Revisions, the newest last"
    assert lines[2].split()[-1] == "never"
    assert lines[3].split()[-1] == kept[1].at.replace("T", " ").split()[-1]


def test_rollback_prints_the_address_alone(run: Run, command: CommandLine) -> None:
    _versions(run)
    ended = command.run("rollback", "--to", "1")
    url = f"http://127.0.0.1:{run.settings.node_port}"
    assert (ended.code, ended.out) == (0, url + "\n")
    assert "it is revision 3 now" in ended.err
    assert command.run("rollback", "--json").json == {
        "schema_version": 1, "status": "verified", "revision": 4, "url": url,
    }  # fmt: skip
