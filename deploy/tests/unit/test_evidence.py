"""Evidence: everything that is known, never in the way of the failure."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from taskflow_deploy import first_cause
from taskflow_deploy.errors import ContractError, PodsError
from taskflow_deploy.evidence.capture import capture
from taskflow_deploy.evidence.outcome import conclude
from taskflow_deploy.paths import Paths
from tests.unit import evidence_samples as samples
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools

_FILES = {
    "failure.txt", "objects.txt", "pods.txt", "pods.json", "events.txt", "events.json",
    "rollout.txt", "logs.txt", "logs-previous.txt", "logs-init.txt", "history.txt", "values.yaml",
    "manifest.yaml", "rendered.yaml", "chart.diff", "node.txt", "images.txt", "contract.txt",
    "timeline.json", "versions.txt", "evidence.json", "report.html", "checksums.txt",
}  # fmt: skip


@pytest.fixture
def cluster(cluster: RecordingCluster, tools: Tools) -> RecordingCluster:
    """A cluster with a deployment."""
    image = {"image": {"repository": "taskflow", "tag": "abc"}}
    values = {"backend": image, "frontend": image}
    revision = {"revision": 1, "status": "deployed", "values": values}
    tools.change(revisions=[revision], logs="[pod/backend] ready\n", description="Name: backend\n")
    cluster.start()
    return cluster


def _capture(paths: Paths, cluster: RecordingCluster) -> dict[str, str]:
    return _read(capture(paths, cluster, PodsError("It crashed.", "Look.", ["line"])))


def _read(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}


def test_what_is_known_is_kept_with_the_command_that_showed_it(
    paths: Paths, cluster: RecordingCluster
) -> None:
    kept = _capture(paths, cluster)
    assert set(kept) == _FILES
    assert kept["failure.txt"] == "It crashed.\nLook.\nline"
    command, said = kept["logs.txt"].split("\n", 1)
    assert command.startswith("$ ")
    assert "logs -l app.kubernetes.io/name=taskflow --all-containers" in command
    assert said == "[pod/backend] ready\n"
    assert "1 deployed" in kept["history.txt"]
    assert "--previous" in kept["logs-previous.txt"]
    for name in ("pods.txt", "objects.txt", "events.txt", "rollout.txt", "history.txt"):
        assert kept[name].startswith("$ "), name


def test_logs_are_kept_by_container_and_those_of_init_containers_apart(
    paths: Paths, cluster: RecordingCluster, tools: Tools
) -> None:
    kept = _read(samples.taken(tools, paths, cluster))
    blocks = [block.splitlines() for block in kept["logs.txt"].split("\n", 1)[1].split("\n\n")]
    places = [{line.partition("] ")[0] for line in block} for block in blocks]
    assert places == [
        {f"[pod/{samples.CRASHING}/backend"}, {f"[pod/{samples.OLD}/backend"},
        {f"[pod/{samples.FRONTEND}/frontend"},
    ]  # fmt: skip
    migrated = '{"level": "info", "event": "schema is current", "revision": "0009"}\n'
    assert kept["logs-init.txt"].split("\n", 1)[1] == "\n".join(
        f"[pod/{pod}/migrate] {migrated}" for pod in (samples.CRASHING, samples.OLD)
    )
    assert "RuntimeError: broken on purpose" in kept["logs-previous.txt"]


def test_what_the_command_knew_is_kept(
    paths: Paths, cluster: RecordingCluster, tools: Tools
) -> None:
    kept = _read(samples.taken(tools, paths, cluster))
    assert (kept["rendered.yaml"], kept["chart.diff"]) == (samples.MANIFEST, samples.DIFF)
    assert kept["contract.txt"] == "not to be had: the failure is none of the contract\n"
    assert yaml.safe_load(kept["values.yaml"])["backend"]["image"]["tag"] == "f7937f1ee834"
    assert kept["values.yaml"].startswith("# $ ")
    assert [found["kind"] for found in yaml.safe_load_all(kept["manifest.yaml"]) if found]


def test_broken_promises_are_kept_with_the_requests_that_show_them(
    paths: Paths, cluster: RecordingCluster, tools: Tools
) -> None:
    details = ["GET /health: status 500, not 200", "  curl -i -X GET http://10.97.0.2:30300/health"]
    error = ContractError("GET /health: status 500, not 200", "Look.", details)
    kept = _read(samples.taken(tools, paths, cluster, error))
    assert kept["contract.txt"] == "\n".join([error.message, "", *details, ""])
    assert "curl -i -X GET" in kept["report.html"]


def test_images_are_compared_in_all_places(
    paths: Paths, cluster: RecordingCluster, tools: Tools
) -> None:
    folder = samples.taken(tools, paths, cluster)
    places = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))["images"]
    told = {place["where"]: place["verdict"] for place in places}
    assert told == {
        "built": "same", "node": "same", f"{samples.CRASHING}/migrate": "same",
        f"{samples.CRASHING}/backend": "same", f"{samples.FRONTEND}/frontend": "same",
        f"{samples.OLD}/backend": "unknown",
    }  # fmt: skip
    node = tools.state("node_images")
    reference = samples.IMAGES["taskflow-backend"].reference
    tools.change(node_images={**node, reference: "sha256:other"})
    again = capture(paths, cluster, PodsError("It crashed."), images=samples.IMAGES)
    lines = (again / "images.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split() for line in lines if "different" in line] == [
        [reference, "node", "different", "sha256:other"]
    ]


def test_the_record_says_what_failed_and_what_is_kept(
    paths: Paths, cluster: RecordingCluster, tools: Tools
) -> None:
    folder = samples.taken(tools, paths, cluster)
    record = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
    assert (record["schema_version"], record["instance"], record["cluster"]) == (1, "t", "minikube")
    assert record["error"] == {
        "type": "PodsError", "message": samples.SENTENCE,
        "resolution": "See the evidence, or run ./taskflow logs.", "mend": "", "details": [],
        "exit_code": 50,
    }  # fmt: skip
    cause = record["first_cause"]
    assert (cause["sentence"], cause["kind"]) == (samples.SENTENCE, "crash")
    assert (cause["pod"], cause["container"]) == (samples.CRASHING, "backend")
    assert any("--previous" in command for command in cause["commands"])
    assert [step["what"] for step in record["journal"]][:2] == ["up", "prerequisites.settings"]
    assert record["versions"]["helm"].startswith("v4.")
    assert record["versions"]["kubernetes"] == "v1.37.2"
    assert (record["outcome"], record["faults"]) == (None, [])
    by_name = {file["name"]: file for file in record["files"]}
    assert set(by_name) == _FILES - {"evidence.json", "report.html", "checksums.txt"}
    for name, file in by_name.items():
        data = (folder / name).read_bytes()
        assert (file["bytes"], file["cut"]) == (len(data), 0), name
        assert file["sha256"] == hashlib.sha256(data).hexdigest(), name
    assert not by_name["contract.txt"]["had"]
    assert by_name["pods.json"]["command"].endswith("get pods -o json -n taskflow")


def test_without_a_fault_of_a_pod_the_error_itself_is_the_first_cause(
    paths: Paths, cluster: RecordingCluster
) -> None:
    kept = _capture(paths, cluster)
    cause = json.loads(kept["evidence.json"])["first_cause"]
    assert cause == {
        "sentence": "It crashed.", "kind": "error", "pod": "", "container": "", "commands": [],
    }  # fmt: skip


def test_the_node_is_described_with_the_clusters_parts_and_the_disk(
    paths: Paths, cluster: RecordingCluster, tools: Tools
) -> None:
    (paths.state / "postgres").mkdir()
    (paths.state / "postgres" / "data").write_bytes(b"x" * 3_000_000)
    kept = _read(samples.taken(tools, paths, cluster))
    assert "minikube cluster: running" in kept["node.txt"]
    assert "MemoryPressure" in kept["node.txt"]
    (line,) = [line for line in kept["node.txt"].splitlines() if "postgres" in line]
    assert line.split()[-2:] == ["3.0", "MB"]


def _checked(folder: Path) -> set[str]:
    """Return the files whose checksums are right; all must be."""
    lines = (folder / "checksums.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        told, name = line.split("  ")
        assert told == hashlib.sha256((folder / name).read_bytes()).hexdigest(), name
    return {line.split("  ")[1] for line in lines}


def test_how_it_ended_is_added_later(paths: Paths, cluster: RecordingCluster, tools: Tools) -> None:
    folder = samples.taken(tools, paths, cluster)
    assert _checked(folder) == _FILES - {"checksums.txt"}
    assert "How it ended is not known." in (folder / "report.html").read_text(encoding="utf-8")
    conclude(folder, "The deployment was rolled back to revision 3.")
    record = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
    assert record["outcome"]["text"] == "The deployment was rolled back to revision 3."
    assert (record["outcome"]["failed"], record["outcome"]["at"] > record["at"]) == (False, True)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "The deployment was rolled back to revision 3." in page
    assert "is not known" not in page
    assert '<span class="label">undo</span>' in page
    assert _checked(folder) == _FILES - {"checksums.txt"}
    conclude(folder, "The undo failed as well: helm is gone.", failed=True)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert '<p class="outcome bad"><strong>The undo failed.</strong>' in page


def test_what_cannot_be_had_says_so(paths: Paths, cluster: RecordingCluster, tools: Tools) -> None:
    tools.fail("kubectl", "The connection to the server was refused")
    (tools.folder / "helm").unlink()
    kept = _capture(paths, cluster)
    assert set(kept) == _FILES
    for name in ("pods.txt", "pods.json", "logs.txt", "logs-init.txt", "node.txt", "rollout.txt"):
        assert "The connection to the server was refused" in kept[name], name
    gone = f"not to be had: {tools.folder}/helm is not installed.\n"
    assert (kept["history.txt"], kept["values.yaml"]) == (gone, f"# {gone}")
    assert kept["failure.txt"].startswith("It crashed.")
    record = json.loads(kept["evidence.json"])
    assert {file["name"] for file in record["files"] if file["had"]} == {
        "failure.txt", "images.txt", "timeline.json", "versions.txt",
    }  # fmt: skip
    assert record["versions"]["kubectl"] == record["versions"]["helm"] == "unknown"
    assert "They could not be had." in kept["report.html"]


def test_a_fault_of_ours_is_told_and_hides_nothing(
    paths: Paths, cluster: RecordingCluster, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_given: Any) -> None:
        raise KeyError("no such key")

    monkeypatch.setattr(first_cause, "find", fault)
    monkeypatch.setattr(cluster, "status", fault)
    folder = samples.taken(tools, paths, cluster)
    record = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
    assert record["faults"] == ["KeyError: 'no such key'"]
    assert record["first_cause"]["sentence"] == samples.SENTENCE
    assert "not to be had: KeyError: 'no such key'" in (folder / "node.txt").read_text("utf-8")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "something of TaskFlow's own failed" in page


def test_a_disk_that_is_full_is_told_to_whoever_asked(
    paths: Paths, cluster: RecordingCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("taskflow_deploy.evidence.files.write", full)
    with pytest.raises(OSError, match="No space left"):
        _capture(paths, cluster)
