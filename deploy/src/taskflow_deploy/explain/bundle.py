"""What an AI helper is given: the most telling parts first, bounded, and without secrets."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from taskflow_deploy.explain.case import Case
from taskflow_deploy.explain.explanation import Explanation
from taskflow_deploy.redaction import without_variables

MOST_BYTES = 60_000
_MOST_OF_A_PART = 12_000
_EVENTS = 60
_NOTHING = "not to be had"
_MARK = "[... left out ...]"
# Of a pod nothing else is given: its variables may hold what nobody told us to hide.
_STATUS = ("phase", "reason", "message", "conditions", "initContainerStatuses", "containerStatuses")
_SPEC = ("name", "image", "resources", "startupProbe", "livenessProbe", "readinessProbe")
_FILES = ("contract.txt", "logs-previous.txt", "logs.txt", "logs-init.txt", "events.txt",
          "images.txt", "versions.txt", "rollout.txt", "chart.diff", "history.txt")  # fmt: skip


def bundle(explanation: Explanation) -> str:
    """Return what is known as text of at most ``MOST_BYTES`` bytes."""
    left, parts = MOST_BYTES, []
    for title, text in _parts(explanation):
        clean = without_variables(text).strip()
        if not clean:
            continue
        part = f"===== {title} =====\n{_end(clean, min(left, _MOST_OF_A_PART) - 200)}\n"
        size = len(part.encode())
        if size > left:
            break
        parts.append(part)
        left -= size
    return "\n".join(parts)[:MOST_BYTES]


def _end(text: str, most: int) -> str:
    """Return text, or its beginning and its end where it is longer than some bytes."""
    data = text.encode()
    if len(data) <= most:
        return text
    head, tail = most // 4, most - most // 4 - len(_MARK)
    begin, end = data[:head], data[-tail:]
    return f"{begin.decode(errors='ignore')}\n{_MARK}\n{end.decode(errors='ignore')}"


def _parts(explanation: Explanation) -> Iterator[tuple[str, str]]:
    case = explanation.case
    yield "first cause, as worked out without AI", explanation.sentence
    yield "what shows it", "\n".join(f"{one.source}: {one.text}" for one in explanation.why)
    yield "the error", _error(case)
    yield "what was done about it", case.outcome
    cause = case.cause
    if cause is not None and cause.container:
        for previous in (True, False):
            run = "the run before" if previous else "the present run"
            log = case.log(cause.pod, cause.container, previous)
            yield f"log of {cause.pod}/{cause.container}, {run}", "\n".join(log)
    yield "pods", "\n".join(_json(_pod(pod)) for pod in case.pods)
    yield "events", "\n".join(_event(event) for event in case.events[-_EVENTS:])
    if case.folder is not None:
        for name in _FILES:
            file = case.folder / name
            text = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
            if not text.startswith(_NOTHING):
                yield name, text


def _error(case: Case) -> str:
    details = [str(line) for line in case.error.get("details", ())]
    return "\n".join([str(case.error.get("message", "")), *details])


def _pod(pod: Mapping[str, Any]) -> dict[str, Any]:
    status, spec = pod.get("status", {}), pod.get("spec", {})
    containers = (*spec.get("initContainers", ()), *spec.get("containers", ()))
    return {
        "name": pod["metadata"]["name"],
        "containers": [{key: one[key] for key in _SPEC if key in one} for one in containers],
        "status": {key: status[key] for key in _STATUS if key in status},
    }


def _event(event: Mapping[str, Any]) -> str:
    target = event.get("involvedObject", {})
    told = [event.get("lastTimestamp"), event.get("type"), target.get("kind"), target.get("name"),
            event.get("reason"), event.get("message")]  # fmt: skip
    return " ".join(str(one) for one in told if one)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
