"""Puts in one order what the command did and what Kubernetes said of pods and events."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from taskflow_deploy.journal import Journal

Entry = dict[str, Any]
_STATUSES = ("initContainerStatuses", "containerStatuses")
# What has an entry of its own.
_TOLD_ELSEWHERE = {"evidence", "undo"}


def entries(
    journal: Journal | None,
    pods: Sequence[Mapping[str, Any]],
    events: Sequence[Mapping[str, Any]],
) -> list[Entry]:
    """Return what happened, the earliest first.

    Each entry has ``at`` (UTC, when it began), ``seconds`` (how long it took, or None), ``kind``
    (``command``, ``checkpoint``, ``check``, ``step``, ``pod``, ``container`` or ``event``),
    ``what``, ``verdict`` and ``detail``.
    """
    found = [
        *(_steps(journal.entries) if journal else ()),
        *(entry for pod in pods for entry in _pod(pod)),
        *(_event(event) for event in events if event_time(event)),
    ]
    return sorted(found, key=lambda entry: moment_of(entry["at"]))


def moment_of(text: str) -> datetime:
    """Return a time that Kubernetes or the journal wrote; the earliest of all where it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def written(moment: datetime) -> str:
    """Return a time as it is kept: UTC, in milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def event_time(event: Mapping[str, Any]) -> str:
    """Return when an event happened last; empty where it does not say."""
    series = event.get("series") or {}
    names = ("lastTimestamp", "eventTime", "firstTimestamp")
    told = [series.get("lastObservedTime"), *(event.get(name) for name in names)]
    return str(next((one for one in told if one), ""))


def event_count(event: Mapping[str, Any]) -> int:
    """Return how often an event happened."""
    series = event.get("series") or {}
    return int(series.get("count") or event.get("count") or 1)


def _entry(
    at: str, kind: str, what: str, verdict: str, detail: str, seconds: float | None = None
) -> Entry:
    began = written(moment_of(at))
    return {"at": began, "seconds": seconds, "kind": kind, "what": what, "verdict": verdict,
            "detail": detail}  # fmt: skip


def _steps(journal: Sequence[Mapping[str, Any]]) -> Iterator[Entry]:
    """Return the steps of a command; the journal notes each when it ends."""
    ended = {step["what"] for step in journal if step["verdict"] not in {"began", "ended"}}
    for number, step in enumerate(journal):
        what, verdict = str(step["what"]), str(step["verdict"])
        if what in _TOLD_ELSEWHERE or verdict == "ended" or (verdict == "began" and what in ended):
            continue
        seconds = float(step["seconds"]) if verdict != "began" else None
        began = moment_of(step["at"]) - timedelta(seconds=seconds or 0.0)
        kind = _kind(what, verdict, is_first=number == 0)
        yield _entry(began.isoformat(), kind, what, verdict, str(step["reason"]), seconds)


def _kind(what: str, verdict: str, *, is_first: bool) -> str:
    if is_first:
        return "command"
    if verdict == "began":
        return "step"
    return "check" if "." in what else "checkpoint"


def _pod(pod: Mapping[str, Any]) -> Iterator[Entry]:
    name = pod["metadata"]["name"]
    if made := pod["metadata"].get("creationTimestamp"):
        yield _entry(made, "pod", name, "began", "created")
    status = pod.get("status", {})
    for condition in status.get("conditions", ()):
        if condition["type"] == "Ready" and condition.get("lastTransitionTime"):
            ready = condition["status"] == "True"
            detail = "ready" if ready else f"not ready: {condition.get('reason', 'no reason')}"
            yield _entry(condition["lastTransitionTime"], "pod", name,
                         "passed" if ready else "failed", detail)  # fmt: skip
    for kind in _STATUSES:
        for container in status.get(kind, ()):
            yield from _runs(f"{name}/{container['name']}", container)


def _runs(what: str, container: Mapping[str, Any]) -> Iterator[Entry]:
    """Return the runs of a container that Kubernetes still knows: the last and the one before."""
    for state in (container.get("lastState", {}), container.get("state", {})):
        if begun := state.get("running", {}).get("startedAt"):
            yield _entry(begun, "container", what, "began", "runs")
        ended = state.get("terminated", {})
        if ended.get("startedAt") and ended.get("finishedAt"):
            took = moment_of(ended["finishedAt"]) - moment_of(ended["startedAt"])
            code = ended.get("exitCode", 0)
            detail = f"ended with code {code}" + (
                f", {ended['reason']}" if "reason" in ended else ""
            )
            yield _entry(ended["startedAt"], "container", what, "failed" if code else "passed",
                         detail, took.total_seconds())  # fmt: skip


def _event(event: Mapping[str, Any]) -> Entry:
    about = event.get("involvedObject") or event.get("regarding") or {}
    count = event_count(event)
    often = f" ({count} times)" if count > 1 else ""
    said = str(event.get("message") or event.get("note") or "").strip()
    return _entry(
        event_time(event), "event", f"{about.get('kind', '?')}/{about.get('name', '?')}",
        "warned" if event.get("type") == "Warning" else "passed",
        f"{event.get('reason', '')}: {said}{often}",
    )  # fmt: skip
