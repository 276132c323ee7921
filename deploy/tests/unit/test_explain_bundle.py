"""What a helper is given: the most telling first, bounded, and nothing secret."""

from pathlib import Path

import pytest

from taskflow_deploy.evidence import folder
from taskflow_deploy.explain import case as cases
from taskflow_deploy.explain.bundle import MOST_BYTES, bundle
from taskflow_deploy.explain.case import Case
from taskflow_deploy.explain.explanation import explain
from taskflow_deploy.first_cause import Cause
from taskflow_deploy.paths import Paths
from taskflow_deploy.redaction import hide
from tests.unit import evidence_samples as samples
from tests.unit.pods import pod, waiting
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools


@pytest.fixture
def crashed(tools: Tools, paths: Paths, cluster: RecordingCluster) -> Path:
    """Kept evidence of a backend that keeps crashing."""
    cluster.start()
    return samples.taken(tools, paths, cluster)


def _given(paths: Paths) -> str:
    return bundle(explain(cases.kept(folder.kept(paths)[-1])))


def test_the_bundle_begins_with_what_tells_most_and_holds_no_secret(
    crashed: Path, paths: Paths
) -> None:
    secret = hide("a-secret-that-nobody-may-see")
    log = crashed / "logs-previous.txt"
    spoken = f"[pod/{samples.CRASHING}/backend] DATABASE_URL=postgresql://u:hunter22@h/d {secret}\n"
    log.write_text(log.read_text(encoding="utf-8") + spoken, encoding="utf-8")
    text = _given(paths)
    titles = [line.strip("= ") for line in text.splitlines() if line.startswith("=====")]
    assert titles[:3] == ["first cause, as worked out without AI", "what shows it", "the error"]
    assert titles.index(f"log of {samples.CRASHING}/backend, the run before") < titles.index("pods")
    assert "RuntimeError: broken on purpose" in text
    assert secret not in text
    assert "hunter22" not in text
    assert "the failure is none of the contract" not in text


def test_the_bundle_is_bounded_and_keeps_the_end_of_a_log(crashed: Path, paths: Paths) -> None:
    log = crashed / "logs-previous.txt"
    line = f"[pod/{samples.CRASHING}/backend] "
    many = "".join(f"{line}äöü line {number}\n" for number in range(20_000))
    log.write_text(f"{many}{line}the last words\n", encoding="utf-8")
    for name in ("logs.txt", "events.txt", "chart.diff", "rollout.txt", "history.txt"):
        (crashed / name).write_text("x" * 100_000, encoding="utf-8")
    text = _given(paths)
    assert MOST_BYTES // 2 < len(text.encode()) <= MOST_BYTES
    assert "the last words" in text
    assert "[... left out ...]" in text


def test_nothing_of_a_pod_but_its_state_is_given_away() -> None:
    made = pod("backend", status__containerStatuses=waiting("ErrImagePull"))
    variable = {"name": "HIDDEN_PLACE", "value": "told-to-nobody"}
    made["spec"]["containers"][0]["env"] = [variable]
    cause = Cause("No image.", "image", "backend-1", "backend")
    text = bundle(explain(Case("now", "", cause, pods=[made])))
    assert "ErrImagePull" in text
    assert "told-to-nobody" not in text
