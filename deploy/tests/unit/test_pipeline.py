"""Six checkpoints; a failure is kept as evidence first, then undone, and stays the headline."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from taskflow_deploy import failure, pipeline, records, undo
from taskflow_deploy.checkpoints import pods
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.errors import (
    ChartError,
    ClusterError,
    ContractError,
    DeployError,
    ImageBuildError,
    ImageLoadError,
    InstallError,
    InterruptedByUserError,
    PodsError,
    UndoError,
)
from tests.unit.deployments import KEY, SECRET, Run
from tests.unit.proxy import Answer, damaging


def test_all_checkpoints_pass_in_order_and_the_revision_is_recorded(whole: Run) -> None:
    run = whole
    passed = run.up()
    ids = ["prerequisites", "built", "loaded", "chart", "pods", "contract"]
    assert [entry.id for entry in passed] == ids == list(pipeline.IDS)
    assert {entry.verdict for entry in passed} == {"passed"}
    verified = records.last_verified(run.paths)
    assert verified is not None
    assert (verified.revision, verified.url) == (1, f"http://127.0.0.1:{run.settings.node_port}")
    order = [run.place("cluster", "start"), run.place("cluster", "build"),
             run.place("cluster", "load"), run.place("helm", "lint"), run.place("helm", "upgrade"),
             run.place("cluster", "make_reachable")]  # fmt: skip
    assert order == sorted(order)
    assert run.evidence == []


def test_secrets_go_by_standard_input_only(run: Run) -> None:
    run.up()
    objects = run.tools.state("objects")
    stored = next(o["stringData"] for name, o in objects.items() if "backend-secrets" in name)
    assert stored == {
        "DATABASE_URL": run.settings.database_url,
        "BETTER_AUTH_SECRET": SECRET,
        "ANTHROPIC_API_KEY": KEY,
    }
    values = json.dumps(run.tools.state("revisions"))
    for secret in stored.values():
        assert secret not in values
        assert not [word for word in run.tools.words() if secret in word]


def test_nothing_changed_means_nothing_done_and_a_change_is_a_new_revision(run: Run) -> None:
    run.up()
    before = len(run.tools.calls())
    passed = {entry.id: entry.fact for entry in run.up()}
    done = run.tools.calls()[before:]
    assert passed["built"] == "sources unchanged"
    assert passed["chart"] == "revision 1, unchanged"
    assert not [call for call in done if call[:2] == ["cluster", "build"]]
    assert not [call for call in done if call[1] in {"upgrade", "lint", "apply", "delete"}]
    run.up(anthropic_api_key="")
    run.up(better_auth_secret="x" * 40)
    verified = records.last_verified(run.paths)
    assert verified is not None
    assert verified.revision == 3


def _start_fails(run: Run) -> None:
    run.cluster.raises["start"] = ClusterError("No node.", "Look.")


def _build_fails(run: Run) -> None:
    run.cluster.raises["build"] = ImageBuildError("No image.", "Look.")


def _load_loses(run: Run) -> None:
    run.cluster.loses_images = True


def _lint_fails(run: Run) -> None:
    run.tools.fail("helm lint", "[ERROR] values.yaml: bad indentation")


def _template_fails(run: Run) -> None:
    run.tools.fail("helm template", "Error: nil pointer evaluating")


@pytest.mark.parametrize(
    ("break_it", "error"),
    [
        (_start_fails, ClusterError),
        (_build_fails, ImageBuildError),
        (_load_loses, ImageLoadError),
        (_lint_fails, ChartError),
        (_template_fails, ChartError),
    ],
)
def test_before_anything_is_changed_nothing_is_undone(
    run: Run, break_it: Any, error: type[DeployError]
) -> None:
    break_it(run)
    run.fails(error)
    assert run.evidence == []
    for words in (("helm", "rollback"), ("helm", "uninstall"), ("kubectl", "apply")):
        assert run.tools.calls(*words) == []
    assert records.last_verified(run.paths) is None


def _upgrade_fails(run: Run, revision: int) -> None:
    run.tools.fail("helm upgrade", "Error: admission webhook denied the request")


def _pods_crash(run: Run, revision: int) -> None:
    run.tools.change(pods_become={str(revision): "crash"})


def _images_are_missing(run: Run, revision: int) -> None:
    run.tools.change(pods_become={str(revision): "pull"})


_AFTER_THE_CHANGE = [
    (_upgrade_fails, InstallError, "helm upgrade failed: admission webhook denied the request"),
    (_pods_crash, PodsError, "its container backend keeps ending with code 3."),
    (_images_are_missing, PodsError, "ErrImageNeverPull"),
]


@pytest.mark.parametrize(("break_it", "error", "headline"), _AFTER_THE_CHANGE)
def test_a_failed_first_install_is_kept_as_evidence_then_removed(
    run: Run, break_it: Any, error: type[DeployError], headline: str
) -> None:
    break_it(run, 1)
    failed = run.fails(error)
    assert headline in failed.message
    assert failed.details[-1] == f"evidence: {run.evidence[0]}"
    assert run.place("helm", "get", "manifest") < run.place("helm", "uninstall")
    logs = [n for n, call in enumerate(run.tools.calls()) if "logs" in call]
    assert max(logs) < run.place("helm", "uninstall")
    assert run.tools.calls("kubectl", "delete", "namespace", "taskflow", "--ignore-not-found")
    assert records.last_verified(run.paths) is None
    assert run.tools.state("revisions", []) == []


@pytest.mark.parametrize(("break_it", "error", "headline"), _AFTER_THE_CHANGE[1:2])
def test_a_failed_upgrade_goes_back_to_what_was_verified_and_verifies_that(
    run: Run, break_it: Any, error: type[DeployError], headline: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    run.up()
    content = records.last_verified(run.paths)
    assert content is not None
    break_it(run, 2)
    failed = run.fails(error, anthropic_api_key="")
    assert headline in failed.message
    assert run.place("helm", "get", "manifest") < run.place("helm", "rollback", "taskflow", "1")
    assert run.tools.calls("helm", "uninstall") == []
    assert "rolled back to revision 1, and that was verified again" in capsys.readouterr().err
    verified = records.last_verified(run.paths)
    assert verified is not None
    assert verified.content == content.content
    used = run.tools.state("revisions")[-1]["values"]["backend"]["secrets"]["existingSecret"]
    kept = run.tools.state("objects")[f"Secret/taskflow/{used}"]["stringData"]
    assert kept["ANTHROPIC_API_KEY"] == KEY, "the old revision has its own secrets again"
    newest = run.tools.state("revisions")[-1]
    assert (verified.revision, newest["status"]) == (newest["revision"], "deployed")

    run.tools.heal()
    assert {entry.id: entry.fact for entry in run.up()}["chart"].endswith("unchanged")


@dataclass
class _Health:
    """Damages the answer of /health while it is broken."""

    broken: bool = False

    def __call__(self, _method: str, path: str, answer: Answer) -> None:
        if self.broken and path == "/health":
            answer.status = 500


def test_a_broken_contract_is_undone(run: Run) -> None:
    with damaging(run.settings.node_port, _Health(broken=True)) as port:
        failed = run.fails(ContractError, node_port=port)
    assert failed.message == "GET /health: status is 500, not 200 (health)"
    assert run.place("helm", "get", "manifest") < run.place("helm", "uninstall")


def test_a_release_that_was_not_changed_leaves_evidence_and_is_not_undone(run: Run) -> None:
    health = _Health()
    with damaging(run.settings.node_port, health) as port:
        run.up(node_port=port)
        health.broken = True
        failed = run.fails(ContractError, node_port=port)
    assert failed.details[-1] == f"evidence: {run.evidence[0]}"
    assert run.tools.calls("helm", "rollback") == run.tools.calls("helm", "uninstall") == []


def test_a_rollback_that_does_not_keep_the_contract_is_no_success(run: Run) -> None:
    health = _Health()
    with damaging(run.settings.node_port, health) as port:
        run.up(node_port=port)
        health.broken = True
        failed = run.fails(UndoError, node_port=port, anthropic_api_key="")
    assert failed.message.count("GET /health: status is 500") == 2


def test_an_interrupted_build_changes_nothing(run: Run) -> None:
    run.cluster.raises["build"] = KeyboardInterrupt()
    failed = run.fails(InterruptedByUserError)
    assert failed.exit_code == 130
    assert run.evidence == []
    assert run.tools.calls("helm", "upgrade") == []


def test_an_interrupted_wait_is_undone(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_deployment: Deployment, _pod: dict[str, Any]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pods, "awaited", interrupt)
    failed = run.fails(InterruptedByUserError)
    assert failed.resolution == "Run the command again to go on."
    assert run.evidence
    assert run.tools.state("revisions", []) == []


def test_a_second_interruption_stops_the_undo_and_prints_the_way_back(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.up()

    def interrupt(*_given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pods, "awaited", interrupt)
    monkeypatch.setattr(undo, "go_back", interrupt)
    failed = run.fails(UndoError, anthropic_api_key="")
    assert failed.message == "Interrupted. The undo failed as well: it was interrupted."
    assert "./taskflow up again, or ./taskflow down" in failed.resolution
    monkeypatch.undo()
    assert run.tools.state("revisions")[-1]["revision"] == 2, "it is as it was left"


def test_a_fault_of_ours_is_undone_as_well(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(_deployment: Deployment, pod: dict[str, Any]) -> None:
        pod["no such key"]

    monkeypatch.setattr(pods, "awaited", fault)
    failed = run.fails(DeployError)
    assert (failed.exit_code, "KeyError" in failed.message) == (1, True)
    assert "test_pipeline.py" in (run.paths.logs / "crash.log").read_text(encoding="utf-8")
    assert run.tools.state("revisions", []) == []


def test_evidence_that_cannot_be_written_keeps_nothing_from_being_undone(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_given: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    _pods_crash(run, 1)
    monkeypatch.setattr(failure, "capture", full)
    failed = run.fails(PodsError)
    assert "keeps ending with code 3" in failed.message
    assert failed.details[-1] == "evidence: not whole, [Errno 28] No space left on device"
    assert "The evidence could not be kept whole" in capsys.readouterr().err
    assert run.tools.state("revisions", []) == []


@pytest.mark.parametrize("step", ["helm uninstall", "helm history"])
def test_an_undo_that_fails_is_told_beside_the_first_failure(run: Run, step: str) -> None:
    _pods_crash(run, 1)
    calls_before_the_undo = {"helm uninstall": 0, "helm history": 3}
    message = "Error: Kubernetes cluster unreachable"
    run.tools.fail(step, message, after=calls_before_the_undo[step])
    failed = run.fails(UndoError)
    assert failed.exit_code == 69
    assert "keeps ending with code 3." in failed.message
    assert "started”. The undo failed as well: " in failed.message
    assert failed.details[-1] == f"evidence: {run.evidence[0]}"
    assert "./taskflow down" in failed.resolution


def test_an_unreachable_cluster_does_not_make_us_forget_what_was_verified(run: Run) -> None:
    run.up()
    before = records.last_verified(run.paths)
    _pods_crash(run, 2)
    run.tools.fail("helm history", "Error: Kubernetes cluster unreachable", after=3)
    run.fails(UndoError, anthropic_api_key="")
    assert records.last_verified(run.paths) == before
    assert run.tools.calls("helm", "uninstall") == []


@pytest.mark.parametrize("deployed", [True, False])
def test_a_release_that_was_left_pending_is_repaired_first(run: Run, deployed: bool) -> None:
    if deployed:
        run.up()
    revisions = run.tools.state("revisions", [])
    for entry in revisions:
        entry["status"] = "superseded"
    number = len(revisions) + 1
    pending = {"revision": number, "status": "pending-upgrade", "values": {}}
    run.tools.change(revisions=[*revisions, pending])
    run.up()
    repair = ("helm", "rollback", "taskflow", "1") if deployed else ("helm", "uninstall")
    assert run.place(*repair) < run.place("helm", "upgrade")
