"""History, node, versions, and the files themselves."""

from typing import Any

from taskflow_deploy.evidence.folder import CHECKSUMS, RECORD
from taskflow_deploy.evidence.page import markup
from taskflow_deploy.evidence.page.reading import Reading

_MOST_LETTERS = 20_000
_ABOUT = {
    "failure.txt": "the error, and what to do",
    "pods.txt": "the pods, described",
    "pods.json": "the pods, as data",
    "objects.txt": "everything in the namespace",
    "events.txt": "the events, the newest last",
    "events.json": "the events, as data",
    "rollout.txt": "Deployments and ReplicaSets",
    "logs.txt": "what containers said",
    "logs-previous.txt": "what they said before their last restart",
    "logs-init.txt": "what init containers said",
    "history.txt": "the release's revisions",
    "values.yaml": "the release's values, without secrets",
    "manifest.yaml": "what is deployed",
    "rendered.yaml": "what was to be deployed",
    "chart.diff": "how these two differ",
    "node.txt": "the node, the cluster's parts, the disk",
    "images.txt": "images: built, in the node, in pods",
    "contract.txt": "broken promises of the contract",
    "timeline.json": "what happened when, as data",
    "versions.txt": "what was at work",
}


def history(evidence: Reading) -> str:
    """Return the release's revisions and what they rolled out."""
    inside = _folded(evidence, "history.txt", "Revisions of the release", is_open=True)
    inside += _folded(evidence, "rollout.txt", "Deployments and ReplicaSets")
    inside += _folded(evidence, "values.yaml", "Values, without secrets")
    return inside


def node(evidence: Reading) -> str:
    """Return how the node was."""
    inside = _folded(evidence, "node.txt", "The cluster's parts, the disk and the node")
    inside += _folded(evidence, "objects.txt", "Everything in the namespace")
    return inside


def versions(evidence: Reading) -> str:
    """Return what was at work."""
    rows = "".join(
        f"<div><dt>{markup.safe(name)}</dt><dd>{markup.code(version)}</dd></div>"
        for name, version in evidence.record["versions"].items()
    )
    return f'<dl class="versions">{rows}</dl>' if rows else ""


def files(evidence: Reading) -> str:
    """Return all files, with links to them."""
    rows = [_file(file) for file in evidence.record["files"]]
    columns = ["file", "what is in it", "size", "took", ""]
    count = evidence.record["redactions"]
    hidden = "No secret had to be taken out." if not count else (
        f"A secret was taken out in {count:,} place{'' if count == 1 else 's'}.")  # fmt: skip
    told = (f"<p>{hidden} {markup.link(RECORD)} has all this as data; "
            f"<code>sha256sum --check {CHECKSUMS}</code> tells whether the files are as they were "
            "written. To share them: <code>./taskflow evidence --pack FILE.tar.gz "
            f"{markup.safe(evidence.folder.name)}</code></p>")  # fmt: skip
    faults = "".join(f"<li>{markup.safe(fault)}</li>" for fault in evidence.record["faults"])
    if faults:
        told += f"<p>While this was made, something of TaskFlow's own failed:</p><ul>{faults}</ul>"
    return markup.table("Beside this page", columns, rows) + told


def _file(file: dict[str, Any]) -> list[str]:
    notes = [] if file["had"] else [markup.badge("not to be had", "warned")]
    if file["cut"]:
        notes.append(markup.badge(f"{markup.size(file['cut'])} cut", "warned"))
    took = markup.duration(file["seconds"]) if file["seconds"] else ""
    return [markup.link(file["name"]), markup.safe(_ABOUT.get(file["name"], "")),
            markup.size(file["bytes"]), took, " ".join(notes)]  # fmt: skip


def _folded(evidence: Reading, name: str, summary: str, *, is_open: bool = False) -> str:
    text = evidence.text(name)
    shown = text[: evidence.most(_MOST_LETTERS)]
    inside = markup.block(shown, summary)
    if len(text) > len(shown):
        inside += f'<p class="aside">The rest is in {markup.link(name)}.</p>'
    return markup.folded(f"{markup.safe(summary)} {_aside(name)}", inside, is_open=is_open)


def _aside(name: str) -> str:
    return f'<span class="aside">{markup.safe(name)}</span>'
