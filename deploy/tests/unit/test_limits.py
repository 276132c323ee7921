"""The plan's limits, measured on what runs."""

import time

import pytest

from taskflow_deploy.checkpoints import limits
from taskflow_deploy.checks import Found
from taskflow_deploy.errors import LimitError
from tests.unit.deployments import Run
from tests.unit.pods import pod, restarted
from tests.unit.proxy import Answer, damaging


def test_health_is_measured_through_the_frontend(run: Run) -> None:
    said = limits.health(run.deployment())
    assert " ms, from " in said
    assert "100 allowed" in said


def test_a_slow_health_is_told_with_its_figure(run: Run) -> None:
    def slow(_method: str, _path: str, _answer: Answer) -> None:
        time.sleep(0.12)

    with (
        damaging(run.settings.node_port, slow) as port,
        pytest.raises(LimitError, match=r"GET /health is slow: 1\d\d ms"),
    ):
        limits.health(run.deployment(node_port=port))


def test_a_health_that_is_ill_is_no_figure(run: Run) -> None:
    def ill(_method: str, _path: str, answer: Answer) -> None:
        answer.status = 503

    with (
        damaging(run.settings.node_port, ill) as port,
        pytest.raises(LimitError, match="does not answer: HTTPStatusError"),
    ):
        limits.health(run.deployment(node_port=port))


def test_restarts_in_a_pod_that_was_just_made_are_refused_and_others_told(run: Run) -> None:
    run.cluster.start()
    deployment = run.deployment()
    deployment.journal.note("prerequisites", "began")
    run.tools.change(pods=[pod(), pod("frontend")])
    assert limits.restarts(deployment) == "0 in 2 containers"
    old = pod("frontend", status__containerStatuses=[restarted(1, 1)])
    run.tools.change(pods=[pod(), old])
    deployment.changed = True
    found = limits.restarts(deployment)
    assert isinstance(found, Found)
    assert "started again: frontend-1/backend" in found.reason
    made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    new = pod(status__containerStatuses=[restarted(1, 1)], metadata__creationTimestamp=made)
    run.tools.change(pods=[new, old])
    with pytest.raises(LimitError, match=r"again: backend-1/backend \d times\.$"):
        limits.restarts(deployment)


def test_memory_after_the_journey_is_compared_with_each_limit(run: Run) -> None:
    run.cluster.start()
    deployment = run.deployment()
    pods = [pod(spec__nodeName="node"), pod("frontend", spec__nodeName="node")]
    run.tools.change(pods=pods, memory={"backend": 100 * 2**20, "frontend": 60 * 2**20})
    assert limits.memory(deployment) == "backend 100 of 512 Mi, frontend 60 of 512 Mi"
    run.tools.change(memory={"backend": 470 * 2**20})
    with pytest.raises(LimitError, match="container backend 470 of 512 Mi"):
        limits.memory(deployment)


def test_what_the_node_has_not_measured_yet_is_no_failure(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.cluster.start()
    run.tools.change(pods=[pod(spec__nodeName="node")])
    monkeypatch.setattr(limits, "_used", lambda *_: {})
    found = limits.memory(run.deployment())
    assert isinstance(found, Found)
    assert found.reason == "the node has not measured backend yet"
