"""What happened when: from the journal, the pods and the events, in one order."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from taskflow_deploy.evidence import timeline
from taskflow_deploy.evidence.timeline import event_count, event_time, moment_of
from taskflow_deploy.journal import Journal


def _journal(*steps: tuple[str, str, str, float]) -> Journal:
    entries: list[dict[str, Any]] = [
        {"at": f"2026-01-20T10:30:{second}Z", "what": what, "verdict": verdict,
         "seconds": seconds, "reason": "why"}
        for second, what, verdict, seconds in steps
    ]  # fmt: skip
    return Journal(Path("journal.json"), "up", entries)


def _short(entries: list[dict[str, Any]]) -> list[tuple[str, str, str, float | None]]:
    return [(one["at"][17:23], one["kind"], one["what"], one["seconds"]) for one in entries]


def test_steps_begin_when_they_began_and_not_when_they_were_noted() -> None:
    journal = _journal(
        ("00.000", "up", "began", 0), ("00.100", "chart", "began", 0),
        ("02.000", "chart.lint", "passed", 1.5), ("02.500", "release", "began", 0),
        ("05.100", "chart", "failed", 5.0), ("05.200", "evidence", "began", 0),
        ("06.000", "evidence", "passed", 0.8), ("06.000", "undo", "began", 0),
    )  # fmt: skip
    assert _short(timeline.entries(journal, [], [])) == [
        ("00.000", "command", "up", None), ("00.100", "checkpoint", "chart", 5.0),
        ("00.500", "check", "chart.lint", 1.5), ("02.500", "step", "release", None),
    ]  # fmt: skip


def test_a_pod_tells_when_it_was_made_was_ready_and_what_its_containers_did() -> None:
    run = {"startedAt": "2026-01-20T10:30:02Z", "finishedAt": "2026-01-20T10:30:04Z"}
    conditions = [
        {"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-20T10:30:09Z"},
        {"type": "PodScheduled", "status": "True", "lastTransitionTime": "2026-01-20T10:30:01Z"},
    ]
    containers = [
        {"name": "backend", "state": {"running": {"startedAt": "2026-01-20T10:30:05Z"}},
         "lastState": {"terminated": {**run, "exitCode": 137, "reason": "OOMKilled"}}},
    ]  # fmt: skip
    pod = {
        "metadata": {"name": "p", "creationTimestamp": "2026-01-20T10:30:00Z"},
        "status": {"conditions": conditions, "containerStatuses": containers},
    }
    entries = timeline.entries(None, [pod], [])
    assert _short(entries) == [
        ("00.000", "pod", "p", None), ("02.000", "container", "p/backend", 2.0),
        ("05.000", "container", "p/backend", None), ("09.000", "pod", "p", None),
    ]  # fmt: skip
    assert (entries[1]["verdict"], entries[1]["detail"]) == (
        "failed", "ended with code 137, OOMKilled",
    )  # fmt: skip


def test_a_pod_that_is_only_asked_for_tells_nothing() -> None:
    assert timeline.entries(None, [{"metadata": {"name": "p"}}], []) == []


@pytest.mark.parametrize(
    ("event", "at", "count"),
    [
        ({"lastTimestamp": "b", "firstTimestamp": "a", "count": 3}, "b", 3),
        ({"lastTimestamp": None, "eventTime": "c", "count": None}, "c", 1),
        ({"eventTime": "c", "series": {"lastObservedTime": "d", "count": 9}}, "d", 9),
        ({"firstTimestamp": "a", "series": None}, "a", 1),
        ({}, "", 1),
    ],
)
def test_both_kinds_of_event_are_understood(event: dict[str, Any], at: str, count: int) -> None:
    assert (event_time(event), event_count(event)) == (at, count)


def test_events_say_what_they_are_about_and_how_often() -> None:
    event = {
        "type": "Warning", "reason": "BackOff", "message": "Back-off\n", "count": 4,
        "involvedObject": {"kind": "Pod", "name": "p"}, "lastTimestamp": "2026-01-20T10:30:00Z",
    }  # fmt: skip
    newer = {
        "type": "Normal", "reason": "Scheduled", "note": "Assigned",
        "regarding": {"kind": "Pod", "name": "q"}, "eventTime": "2026-01-20T10:29:59.25Z",
    }  # fmt: skip
    found = timeline.entries(None, [], [event, newer, {"message": "without a time"}])
    assert [(one["at"], one["what"], one["verdict"], one["detail"]) for one in found] == [
        ("2026-01-20T10:29:59.250Z", "Pod/q", "passed", "Scheduled: Assigned"),
        ("2026-01-20T10:30:00.000Z", "Pod/p", "warned", "BackOff: Back-off (4 times)"),
    ]


def test_what_is_no_time_is_the_earliest_of_all() -> None:
    assert moment_of("soon") < moment_of("0001-01-02T00:00:00Z")
    assert moment_of("2026-01-20T10:30:00") == datetime(2026, 1, 20, 10, 30, tzinfo=UTC)
