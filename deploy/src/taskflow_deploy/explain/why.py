"""The lines that show a cause: of the pod, its events, its log, or of the error."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from taskflow_deploy import first_cause
from taskflow_deploy.explain.case import Case
from taskflow_deploy.first_cause import Cause, statuses
from taskflow_deploy.logs.containers import component
from taskflow_deploy.logs.pretty import pretty

_EVENTS, _LOG_LINES, _DETAILS, _LETTERS = 3, 8, 8, 400
_ERROR = re.compile(r'"level": ?"error"')
_OF_THE_RUN_BEFORE = {"crash", "memory"}
_OF_THE_LOG = {"crash", "memory", "init", "probe"}


@dataclass(frozen=True)
class Shown:
    """A line that shows a cause, and what it is of: ``pod``, ``event``, ``log`` or ``error``."""

    source: str
    text: str


def lines(case: Case) -> list[Shown]:
    """Return the lines that show why, the shortest way to the cause first."""
    found = _of_pod(case, case.cause) if case.cause is not None else _of_error(case)
    return [Shown(one.source, one.text[:_LETTERS]) for one in found]


def requests(case: Case) -> list[str]:
    """Return the commands that repeat by hand what an error was answered."""
    return [line for line in _details(case) if line.startswith("curl ")]


def _of_error(case: Case) -> Iterator[Shown]:
    message = str(case.error.get("message", ""))
    told = (line.removeprefix("Error: ") for line in _details(case))
    useful = (
        line
        for line in told
        # Helm says everything twice, and where the evidence is the commands show.
        if line not in message
        and not line.startswith(("level=", "evidence:", "curl "))
        # What was not even tried is no cause.
        and ": could not be tried, " not in line
    )
    yield from (Shown("error", line) for line in islice(useful, _DETAILS))
    if case.error.get("type") == "ContractError":
        yield from (Shown("log", line) for line in _faults(case))


def _faults(case: Case) -> list[str]:
    """Return the last fault that the backend logged: what an answer with 500 does not tell."""
    for pod in case.pods:
        if component(pod) == "backend" and first_cause.is_ready(pod):
            log = case.log(pod["metadata"]["name"], "backend", False)
            faults = [line for line in log if _ERROR.search(line)]
            if faults:
                return pretty(faults[-1]).split("\n")[-_LOG_LINES:]
    return []


def _details(case: Case) -> list[str]:
    return [text for line in case.error.get("details", ()) if (text := str(line).strip())]


def _of_pod(case: Case, cause: Cause) -> Iterator[Shown]:
    for pod in case.pods:
        if pod["metadata"]["name"] == cause.pod:
            yield from _of_status(pod, cause.container)
    events = sorted((one for one in case.events if _is_telling(one, cause)), key=_when)
    newest = {event.get("reason", ""): event for event in events}  # of each kind
    for event in sorted(newest.values(), key=_when)[-_EVENTS:]:
        text = " ".join(str(event.get("message", "")).split())
        yield Shown("event", f"{event.get('reason', '')}: {text}{_times(event)}")
    if cause.kind in _OF_THE_LOG and cause.container:
        yield from (Shown("log", line) for line in _last_lines(case, cause))


def _of_status(pod: Mapping[str, Any], name: str) -> Iterator[Shown]:
    for status in statuses(pod):
        if status["name"] != name:
            continue
        state, count = status.get("state", {}), status.get("restartCount", 0)
        again = f", started again {'once' if count == 1 else f'{count} times'}" if count else ""
        if waiting := state.get("waiting"):
            yield Shown("pod", f"{name} waits: {waiting.get('reason', 'no reason')}{again}")
        ends = (state.get("terminated"), status.get("lastState", {}).get("terminated"))
        end = next((one for one in ends if one), None)
        if end:
            reason = end.get("reason", "")
            told = f" ({reason})" if reason else ""
            yield Shown("pod", f"{name} ended with code {end.get('exitCode', '?')}{told}{again}")


def _is_telling(event: Mapping[str, Any], cause: Cause) -> bool:
    target = event.get("involvedObject", {}).get("name", "")
    if event.get("type") == "Normal":
        return False
    return target == cause.pod if cause.pod else event.get("reason") == "FailedCreate"


def _when(event: Mapping[str, Any]) -> str:
    return str(event.get("lastTimestamp") or event.get("eventTime") or "")


def _times(event: Mapping[str, Any]) -> str:
    count = event.get("count") or 1
    return f" ({count} times)" if count > 1 else ""


def _last_lines(case: Case, cause: Cause) -> list[str]:
    """Return the end of the log that tells: of the run that ended, where one did."""
    before = cause.kind in _OF_THE_RUN_BEFORE
    told = case.log(cause.pod, cause.container, before)
    told = told or case.log(cause.pod, cause.container, not before)
    plain = [line for text in told for line in pretty(text).split("\n") if line.strip()]
    return plain[-_LOG_LINES:]
