"""What containers said: before they were restarted first, since that is where they ended."""

import re

from taskflow_deploy.evidence.logs import Log
from taskflow_deploy.evidence.page import markup
from taskflow_deploy.evidence.page.reading import Reading

_MOST_LINES = 200
_FILES = (
    ("logs-previous.txt", "before its last restart"),
    ("logs.txt", "now"),
    ("logs-init.txt", "init container"),
)
_TROUBLE = re.compile(r"(?i)\b(?:error|exception|fatal|critical|panic|traceback|refused|denied)\b")


def logs(evidence: Reading) -> str:
    """Return the logs; that of the first cause is open."""
    cause = evidence.cause
    opened, shown = False, []
    for name, when in _FILES:
        for log in evidence.logs(name):
            is_cause = (log.pod, log.container) == (cause["pod"], cause["container"])
            shown.append(_log(evidence, log, name, when, is_open=is_cause and not opened))
            opened = opened or is_cause
    links = ", ".join(markup.link(name) for name, _ in _FILES)
    told = f"<p>They are whole in {links}.</p>"
    nothing = "" if shown else "<p>No container has said anything, or it could not be had.</p>"
    return nothing + "".join(shown) + told


def _log(evidence: Reading, log: Log, file: str, when: str, *, is_open: bool) -> str:
    lines, most = log.said, evidence.most(_MOST_LINES)
    count = f"{len(lines):,} line{'' if len(lines) == 1 else 's'}"
    summary = (f"{markup.code(f'{log.pod}/{log.container}')} "
               f'<span class="aside">{markup.safe(when)}, {count}</span>')  # fmt: skip
    inside = markup.lines_block(
        [_line(evidence.short(line)) for line in lines[-most:]],
        f"Log of {log.pod}/{log.container}",
        "log",
    )
    if len(lines) > most:
        inside = (f'<p class="aside">The last {most}; all are in {markup.link(file)}.</p>'
                  + inside)  # fmt: skip
    return markup.folded(summary, inside, is_open=is_open)


def _line(line: str) -> str:
    text = markup.safe(line)
    return f'<span class="trouble">{text}</span>' if _TROUBLE.search(line) else text
