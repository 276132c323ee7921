"""status and open."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import typer

from taskflow_deploy.cli.common import ClusterOption, JsonOption, open_context
from taskflow_deploy.errors import ClusterNotRunningError
from taskflow_deploy.output import SCHEMA_VERSION, Output
from taskflow_deploy.paths import current_paths

if TYPE_CHECKING:
    from taskflow_deploy.status import Last, Pod, Status

_MEGABYTE = 1_000_000
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))
_HEADLINES = {
    "up": "✓ TaskFlow is up: {url}",
    "ill": "✗ TaskFlow is ill: {url}",
    "stopped": "✗ TaskFlow is stopped.",
    "not deployed": "✗ TaskFlow is not deployed.",
}
_NEXT = {
    "ill": "./taskflow explain says more.",
    "stopped": "./taskflow cluster start brings it back.",
    "not deployed": "./taskflow up deploys it.",
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(status)
    app.command("open")(open_page)


def status(cluster: ClusterOption = "auto", as_json: JsonOption = False) -> None:
    """Show on one screen whether it is up, what runs, and what happened last."""
    from taskflow_deploy.status import look

    context = open_context(cluster, as_json=as_json)
    found = look(context.paths, context.cluster)
    if as_json:
        context.output.data({"schema_version": SCHEMA_VERSION, **_data(found)})
        return
    _show(context.output, found)


def open_page() -> None:
    """Open TaskFlow in the browser, and print its address."""
    import webbrowser

    from taskflow_deploy import records
    from taskflow_deploy.status import unanswered

    output, verified = Output(), records.last_verified(current_paths())
    if verified is None:
        raise ClusterNotRunningError("Nothing is deployed.", "Run ./taskflow up first.")
    if trouble := unanswered(verified.url):
        raise ClusterNotRunningError(trouble, "See ./taskflow status.", mend="./taskflow status")
    if not webbrowser.open(verified.url):
        output.warn("There is no browser here. Open this address in one:")
    output.text(verified.url)


def _show(output: Output, found: "Status") -> None:
    output.table(_HEADLINES[found.state].format(url=found.url), [], [])
    facts = dict(_facts(found))
    width = max(len(name) for name in facts)
    for name, fact in facts.items():
        output.fact(f"{name:<{width}}  ", fact)
    if found.pods:
        output.table("", ["pod", "ready", "restarts", "age", "memory"], [
            [pod.name, f"{pod.ready}/{pod.containers}", str(pod.restarts), duration(pod.age),
             "?" if pod.memory is None else f"{pod.memory / _MEGABYTE:,.0f} MB"]
            for pod in found.pods
        ])  # fmt: skip


def _facts(found: "Status") -> Iterator[tuple[str, str]]:
    if found.reason:
        yield "why", found.reason
    if found.state in _NEXT:
        yield "next", _NEXT[found.state]
    if found.revision is not None:
        verified = f"verified {_ago(found.verified)}" if found.verified else "never verified"
        yield "revision", f"{found.revision}, {verified}"
    if found.pods:
        yield "sources", _sources(found)
    yield "cluster", _cluster(found)
    yield "database", _database(found)
    if found.last is not None:
        yield "last", _last(found.last)
    if found.evidence is not None:
        told = found.last is not None and found.last.reason == found.evidence.error
        what = "./taskflow explain says more" if told else found.evidence.error
        yield "evidence", f"{found.evidence.name}: {what}"


def _sources(found: "Status") -> str:
    if not found.differs:
        return "what runs is made of the sources here"
    they = f"{' and '.join(found.differs)} differ{'s' if len(found.differs) == 1 else ''}"
    return f"{they} from the sources here; ./taskflow up deploys these"


def _cluster(found: "Status") -> str:
    there = found.cluster
    if not there.running:
        return f"{found.kind}, {'stopped' if there.exists else 'not created'}"
    ill = [f"{part.name} is ill ({part.detail})" for part in there.parts if not part.well]
    well = f"all {len(there.parts)} parts are well" if len(there.parts) > 1 else "well"
    return f"{found.kind}, {'; '.join(ill) or well}"


def _database(found: "Status") -> str:
    ours = found.database.name == "postgresql"
    return f"{'PostgreSQL on this machine, ' if ours else ''}{found.database.detail}"


def _last(last: "Last") -> str:
    why = f": {last.reason}" if last.reason else ""
    match last.how:
        case "running":
            return f"{last.command} is at work now, {last.reason}"
        case "killed":
            return f"{last.command} was killed {_ago(last.at)}, {last.reason}"
        case "failed":
            return f"{last.command} failed {_ago(last.at)}{why}"
        case how:
            return f"{last.command} ended {_ago(last.at)}: {how}"


def _ago(moment: str) -> str:
    from taskflow_deploy.status import seconds_since

    return f"{duration(seconds_since(moment))} ago"


def duration(seconds: float) -> str:
    """Return a time span for people, in one unit."""
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _data(found: "Status") -> dict[str, Any]:
    last, evidence = found.last, found.evidence
    parts = [*found.cluster.parts, found.database]
    told = [(part.name, "well" if part.well else "ill", part.detail) for part in parts]
    told += [(pod.name, "well" if pod.is_ready else "ill", pod.phase) for pod in found.pods]
    return {
        "url": found.url,
        "state": found.state,
        "reason": found.reason,
        "revision": found.revision,
        "verified": found.verified or None,
        "sources": {"same": not found.differs if found.pods else None, "differ": found.differs},
        "cluster": found.kind,
        "parts": [dict(zip(("name", "state", "detail"), one, strict=True)) for one in told],
        "pods": [_pod_data(pod) for pod in found.pods],
        "last": vars(last) if last else None,
        "evidence": {"name": evidence.name, "error": evidence.error} if evidence else None,
    }


def _pod_data(pod: "Pod") -> dict[str, Any]:
    return {
        "name": pod.name,
        "ready": pod.is_ready,
        "containers": pod.containers,
        "restarts": pod.restarts,
        "age_seconds": round(pod.age),
        "memory_bytes": pod.memory,
        "image": pod.image,
    }
