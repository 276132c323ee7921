"""What failed, why, what to do, and how it ended."""

from taskflow_deploy.evidence.logs import Log
from taskflow_deploy.evidence.page import change, markup
from taskflow_deploy.evidence.page.reading import Reading
from taskflow_deploy.evidence.timeline import moment_of

_LAST_WORDS = 10


def header(evidence: Reading) -> str:
    """Return the top of the page."""
    record, error = evidence.record, evidence.error
    facts = [
        ("failed with", f"exit code {error['exit_code']}, {error['type']}"),
        ("taken", f"{evidence.taken:%d %B %Y, %H:%M:%S} UTC"),
        ("instance", record["instance"]),
        ("cluster", record["cluster"]),
        ("command", f"./taskflow {record['command']}" if record["command"] else ""),
    ]
    told = "".join(
        f"<div><dt>{markup.safe(name)}</dt><dd>{markup.safe(value)}</dd></div>"
        for name, value in facts
        if value
    )
    return (f'<header><p class="kind">TaskFlow: evidence of a failed deployment</p>'
            f"<h1>{markup.safe(evidence.short(error['message']))}</h1><dl>{told}</dl>{_outcome(evidence)}"
            "</header>")  # fmt: skip


def _outcome(evidence: Reading) -> str:
    outcome = evidence.record["outcome"]
    if outcome is None:
        return ('<p class="outcome"><strong>How it ended is not known.</strong> This page was '
                "written before the undo, and nothing was added since.</p>")  # fmt: skip
    mood, title = ("bad", "The undo failed.") if outcome["failed"] else ("good", "How it ended:")
    seconds = (moment_of(outcome["at"]) - evidence.taken).total_seconds()
    later = f"{moment_of(outcome['at']):%H:%M:%S} UTC, {markup.duration(seconds)} later"
    return (f'<p class="outcome {mood}"><strong>{title}</strong> {markup.safe(outcome["text"])} '
            f'<span class="aside">({later})</span></p>')  # fmt: skip


def cause(evidence: Reading) -> str:
    """Return the first cause, with the last that its container said."""
    found = evidence.cause
    said = f'<p class="sentence">{markup.safe(found["sentence"])}</p>'
    if found["kind"] == "error":
        said += '<p class="aside">No pod has a fault of its own: this is the error itself.</p>'
    name, log = last_words(evidence)
    if log is not None:
        lines = [markup.safe(evidence.short(line)) for line in log.said[-_LAST_WORDS:]]
        place = markup.code(f"{log.pod}/{log.container}")
        said += (f"<p>The last that {place} said, from {markup.link(name)}:</p>"
                 + markup.lines_block(lines, "Last lines of the log", "log"))  # fmt: skip
    return said + _details(evidence)


def _details(evidence: Reading) -> str:
    """Return what was told with the error; broken promises are that where no pod has a fault."""
    if change.is_of_the_contract(evidence):
        return change.promises(evidence) if evidence.cause["kind"] == "error" else ""
    lines = [markup.safe(evidence.short(line)) for line in evidence.error["details"]]
    if not lines:
        return ""
    return "<p>Told with it:</p>" + markup.lines_block(lines, "Details of the error", "log")


def last_words(evidence: Reading) -> tuple[str, Log | None]:
    """Return what the container of the first cause said before it ended, and the file it is in."""
    place = (evidence.cause["pod"], evidence.cause["container"])
    for name in ("logs-previous.txt", "logs.txt", "logs-init.txt"):
        for log in evidence.logs(name):
            # What kubectl says itself about a log that is not there is no log.
            if (log.pod, log.container) == place and any(log.said):
                return name, log
    return "", None


def what_to_do(evidence: Reading) -> str:
    """Return what the error says to do, and the commands that show more."""
    error = evidence.error
    told = (
        f'<p class="sentence">{markup.safe(error["resolution"])}</p>' if error["resolution"] else ""
    )
    again = "./taskflow up"
    if error["mend"] not in {"", again}:
        told += "<p>The next command to run:</p>" + markup.commands([error["mend"]])
    more = [command for command in evidence.cause["commands"] if command != error["mend"]]
    if more:
        told += _more(evidence) + markup.commands(more)
    return told + "<p>When it is mended, deploy again:</p>" + markup.commands([again])


def _more(evidence: Reading) -> str:
    outcome = evidence.record["outcome"]
    if outcome is None or not outcome["undone"]:
        return "<p>These show more, as long as the pods are there:</p>"
    return (
        "<p>These showed more while the pods were there. What they said is kept below, under "
        '<a href="#logs">Logs</a> and <a href="#pods">Pods</a>:</p>'
    )
