"""Explain: the first cause in one sentence, what shows it, where to look, what mends it."""

import json
from pathlib import Path
from typing import Any

import pytest

from taskflow_deploy.errors import (
    ClusterError,
    ClusterNotRunningError,
    ContractError,
    PodsError,
    UsageError,
)
from taskflow_deploy.evidence import folder
from taskflow_deploy.evidence.capture import capture
from taskflow_deploy.evidence.outcome import conclude
from taskflow_deploy.explain import case as cases
from taskflow_deploy.explain.case import Case
from taskflow_deploy.explain.explanation import Explanation, explain
from taskflow_deploy.explain.why import Shown
from taskflow_deploy.first_cause import Cause
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from tests.unit import evidence_samples as samples
from tests.unit.log_cluster import LogCluster
from tests.unit.pods import event, pod, restarted, waiting
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools

_UNDONE = "The deployment was rolled back to revision 2, and that was verified again."


@pytest.fixture
def crashed(tools: Tools, paths: Paths, cluster: RecordingCluster) -> Path:
    """Kept evidence of a backend that keeps crashing."""
    cluster.start()
    return samples.taken(tools, paths, cluster)


def _newest(paths: Paths) -> Explanation:
    return explain(cases.kept(folder.kept(paths)[-1]))


def test_kept_evidence_of_a_crash_is_explained_by_its_log(crashed: Path, paths: Paths) -> None:
    found = _newest(paths)
    assert (found.sentence, found.kind) == (samples.SENTENCE, "crash")
    assert found.case.name == crashed.name
    by_source: dict[str, list[str]] = {}
    for one in found.why:
        by_source.setdefault(one.source, []).append(one.text)
    assert by_source["pod"] == [
        "backend waits: CrashLoopBackOff, started again 3 times",
        "backend ended with code 3 (Error), started again 3 times",
    ]
    assert by_source["event"][-1].startswith("BackOff: Back-off restarting failed container")
    assert "RuntimeError: broken on purpose" in by_source["log"]
    assert by_source["log"][-1] == "error   the application could not be loaded exit_code=3"
    assert found.commands == [
        f"./taskflow kubectl logs {samples.CRASHING} --container backend --previous",
        f"./taskflow kubectl describe pod {samples.CRASHING}",
        f"./taskflow evidence {crashed.name} --open",
    ]
    assert (found.advice, found.mend) == ("Mend what the log tells.", "./taskflow up")


def test_it_is_explained_the_same_way_every_time(crashed: Path, paths: Paths) -> None:
    first, second = _newest(paths), _newest(paths)
    assert (first.sentence, first.why, first.commands) == (
        second.sentence, second.why, second.commands,
    )  # fmt: skip


def test_what_was_undone_is_looked_at_in_the_files_that_are_left(
    crashed: Path, paths: Paths
) -> None:
    conclude(crashed, _UNDONE)
    found = _newest(paths)
    assert found.case.outcome == _UNDONE
    assert found.commands == [
        f"./taskflow evidence {crashed.name} --open",
        f"less {crashed}/logs-previous.txt",
        f"less {crashed}/pods.txt",
    ]


def test_a_broken_promise_is_explained_by_the_request_that_shows_it(
    paths: Paths, cluster: RecordingCluster, tools: Tools
) -> None:
    cluster.start()
    pods = [pod("backend"), pod("frontend")]
    # That one was started again long ago does not matter.
    pods[0]["status"]["containerStatuses"] = [restarted(3, ready=True)]
    tools.change(pods=pods, events=[])
    curl = "curl -i -X POST http://10.97.0.2:30300/api/v1/auth/login"
    told = ["POST /login: status 500, not 200", f"  {curl}", "GET /me: status 404, not 200",
            "  curl -i -X GET http://10.97.0.2:30300/api/v1/auth/me",
            "POST /chat: could not be tried, since an earlier step failed ('id')"]  # fmt: skip
    capture(paths, cluster, ContractError(told[0], "See the evidence.", told))
    found = _newest(paths)
    assert (found.sentence, found.kind) == ("POST /login: status 500, not 200", "error")
    assert found.why == [Shown("error", "GET /me: status 404, not 200")]
    assert found.commands == [f"./taskflow evidence {found.case.name} --open", curl]
    assert found.mend == "./taskflow up"


def test_a_fault_of_the_backend_shows_why_an_answer_was_500() -> None:
    log = ['{"event":"request","level":"info"}',
           '{"event":"request failed","level":"error","exception":"Traceback\\nKeyError: 1"}',
           '{"event":"request","status":500,"level":"info"}']  # fmt: skip
    error = {"type": "ContractError", "message": "POST /tasks: status 500, not 201"}
    pods = [pod("frontend"), pod("backend")]
    read: list[tuple[str, str, bool]] = []

    def read_log(name: str, container: str, previous: bool) -> list[str]:
        read.append((name, container, previous))
        return log

    found = explain(Case("2026", "", None, pods=pods, error=error, log=read_log))
    assert [one.text for one in found.why] == [
        "error   request failed", "  Traceback", "  KeyError: 1",
    ]  # fmt: skip
    assert read == [("backend-1", "backend", False)]


def test_what_helm_says_twice_is_shown_once() -> None:
    error = {
        "type": "InstallError", "message": "helm upgrade failed: UPGRADE FAILED: it is invalid",
        "details": ['level=WARN msg="upgrade failed"', "Error: UPGRADE FAILED: it is invalid",
                    "Error: and this", "evidence: /somewhere"],
        "resolution": "See the chart.", "mend": "./taskflow up --dry-run",
    }  # fmt: skip
    found = explain(Case("2026", "", None, error=error))
    assert found.why == [Shown("error", "and this")]
    assert (found.advice, found.mend) == ("See the chart.", "./taskflow up --dry-run")


def test_evidence_of_old_is_explained_by_its_words(paths: Paths) -> None:
    old = paths.state / "evidence" / "2026-01-01T00-00-00Z"
    old.mkdir(parents=True)
    text = "It crashed.\nSee the log.\na line\nevidence: somewhere"
    (old / "failure.txt").write_text(text, encoding="utf-8")
    (old / "pods.json").write_text("not to be had: no answer", encoding="utf-8")
    found = _newest(paths)
    assert (found.sentence, found.why) == ("It crashed.", [Shown("error", "a line")])
    assert found.mend == "./taskflow up"


def test_evidence_of_pods_that_came_up_meanwhile_keeps_the_cause_that_was_found(
    crashed: Path, paths: Paths
) -> None:
    (crashed / "pods.json").write_text(json.dumps({"items": [pod("backend")]}), encoding="utf-8")
    assert _newest(paths).sentence == samples.SENTENCE


def _case(cause: Cause, **known: Any) -> Case:
    return Case("now", "2026-01-01T00:00:00Z", cause, **known)


@pytest.mark.parametrize(
    ("kind", "mend"),
    [
        ("place", "./taskflow up"),
        ("rejected", "./taskflow up"),
        ("image", "./taskflow up --rebuild"),
        ("configuration", "./taskflow up"),
        ("memory", "./taskflow up"),
        ("crash", "./taskflow up"),
        ("evicted", "./taskflow up"),
        ("init", "./taskflow up"),
        ("probe", "./taskflow up"),
    ],
)
def test_each_kind_of_cause_has_its_advice(kind: str, mend: str) -> None:
    found = explain(_case(Cause("A sentence.", kind, "backend-1", "backend")))
    assert found.mend == mend
    assert found.advice.endswith((".", "anew."))
    assert found.commands
    assert all(command.startswith("./taskflow kubectl ") for command in found.commands)


def test_events_of_the_pod_alone_show_the_cause_the_newest_last() -> None:
    cause = Cause("It finds no place.", "place", "backend-1")
    events = [
        {**event("FailedScheduling", "backend-1", "too little\n cpu"), "count": 7,
         "type": "Warning", "lastTimestamp": "2026-01-01T00:00:02Z"},
        {**event("Older", "backend-1"), "type": "Warning",
         "lastTimestamp": "2026-01-01T00:00:01Z"},
        {**event("FailedScheduling", "backend-1", "the same before"), "type": "Warning",
         "lastTimestamp": "2026-01-01T00:00:00Z"},
        {**event("Scheduled", "backend-1"), "type": "Normal"},
        {**event("BackOff", "frontend-1"), "type": "Warning"},
    ]  # fmt: skip
    assert [one.text for one in explain(_case(cause, events=events)).why] == [
        "Older: because",
        "FailedScheduling: too little cpu (7 times)",
    ]


def test_what_cannot_be_made_is_shown_by_the_refusal() -> None:
    events = [event("FailedCreate", "taskflow-backend", "exceeded quota"),
              event("BackOff", "x")]  # fmt: skip
    found = explain(_case(Cause("It cannot make its pods.", "rejected"), events=events))
    assert found.why == [Shown("event", "FailedCreate: exceeded quota")]
    assert found.commands[0] == "./taskflow kubectl get events --sort-by=.lastTimestamp"


def test_a_long_line_is_cut() -> None:
    made = pod("backend", status__containerStatuses=waiting("ErrImagePull"))
    cause = Cause("No image.", "image", "backend-1", "backend")
    long = {**event("Failed", "backend-1", "x" * 5000), "type": "Warning"}
    shown = explain(_case(cause, pods=[made], events=[long])).why
    assert shown[0] == Shown("pod", "backend waits: ErrImagePull")
    assert len(shown[1].text) == 400


@pytest.fixture
def there(tools: Tools, paths: Paths) -> LogCluster:
    """A cluster on which a backend crashes now."""
    made = LogCluster(tools, paths)
    made.pod("taskflow-backend-6f-a", "backend", backend="wait/b")
    made.write("taskflow-backend-6f-a/backend/b", "01 starting", "02 KeyError: 'PORT'")
    return made


def test_what_is_ill_now_is_looked_at_live(there: LogCluster, paths: Paths, output: Output) -> None:
    for name in ("", "now"):
        case = cases.find(paths, there.cluster, output, name)
        assert case is not None
        found = explain(case)
        assert (case.name, case.folder) == ("now", None)
        assert found.sentence.startswith("taskflow-backend-6f-a ")
        assert Shown("pod", "backend ended with code 1, started again once") in found.why


def test_what_is_ill_now_comes_before_old_evidence_and_a_name_before_both(
    crashed: Path, cluster: RecordingCluster, paths: Paths, output: Output, tools: Tools
) -> None:
    def name(asked: str) -> str | None:
        case = cases.find(paths, cluster, output, asked)
        return case.name if case else None

    assert name("") == "now"
    assert name("latest") == name(crashed.name) == crashed.name
    tools.change(pods=[], events=[])
    assert name("") == crashed.name
    assert name("now") is None


def test_a_name_that_there_is_not_is_wrong_usage(
    crashed: Path, paths: Paths, cluster: RecordingCluster, output: Output
) -> None:
    with pytest.raises(UsageError, match="no evidence named 'x'") as refused:
        cases.find(paths, cluster, output, "x")
    assert refused.value.resolution == f"Choose from: latest, {crashed.name}, now"


def test_a_cluster_that_does_not_run_has_nothing_ill(
    paths: Paths, cluster: RecordingCluster, output: Output
) -> None:
    assert cases.find(paths, cluster, output, "") is None
    with pytest.raises(ClusterNotRunningError, match="The cluster does not run"):
        cases.find(paths, cluster, output, "now")


def test_a_cluster_that_does_not_answer_leaves_the_evidence(
    crashed: Path, paths: Paths, cluster: RecordingCluster, output: Output, tools: Tools,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    tools.fail("kubectl get", "connection refused")
    case = cases.find(paths, cluster, output, "")
    assert case is not None
    assert case.name == crashed.name
    assert "! What is there now could not be looked at" in capsys.readouterr().err
    with pytest.raises(ClusterError):
        cases.find(paths, cluster, output, "now")


def test_pods_and_installs_are_the_failures_that_pods_explain() -> None:
    assert {"PodsError", "InstallError"} == cases._OF_PODS
    assert PodsError.__name__ in cases._OF_PODS
