"""Makes one page of the files of evidence: no script, nothing from elsewhere."""

from collections.abc import Callable
from pathlib import Path
from string import Template

from taskflow_deploy.evidence.files import MOST_BYTES
from taskflow_deploy.evidence.files import write as write_file
from taskflow_deploy.evidence.folder import REPORT
from taskflow_deploy.evidence.page import bars, change, headline, markup, pods, rest, said
from taskflow_deploy.evidence.page.reading import Reading

_TEMPLATE = Path(__file__).with_name("report.html")
_SECTIONS: tuple[tuple[str, str, Callable[[Reading], str]], ...] = (
    ("cause", "First cause", headline.cause),
    ("to-do", "What to do", headline.what_to_do),
    ("contract", "Contract", change.contract),
    ("timeline", "Timeline", bars.timeline),
    ("change", "What was changed", change.diff),
    ("pods", "Pods", pods.pods),
    ("events", "Events", pods.events),
    ("logs", "Logs", said.logs),
    ("images", "Images", pods.images),
    ("history", "History", rest.history),
    ("node", "Node", rest.node),
    ("versions", "Versions", rest.versions),
    ("files", "Files", rest.files),
)
# A page that is too long is made anew, with less of what has no end.
_ROOM = (1.0, 0.3, 0.1, 0.03, 0.01)


def write(folder: Path) -> None:
    """Write the page of a folder of evidence, or write it anew.

    Raises
    ------
    OSError
        It could not be written.
    """
    page = b""
    for room in _ROOM:
        page = render(Reading(folder, room)).encode(errors="replace")
        if len(page) <= MOST_BYTES:
            break
    write_file(folder / REPORT, page)


def render(evidence: Reading) -> str:
    """Return the page; a section that cannot be made says why, and hides no other."""
    made = [(name, title, _made(make, evidence)) for name, title, make in _SECTIONS]
    shown = [(name, title, inside) for name, title, inside in made if inside]
    links = "".join(f'<li><a href="#{name}">{title}</a></li>' for name, title, _ in shown)
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=markup.safe(f"{evidence.short(evidence.error['message'])} - evidence of TaskFlow"),
        header=headline.header(evidence),
        links=links,
        sections="".join(markup.section(name, title, inside) for name, title, inside in shown),
    )


def _made(make: Callable[[Reading], str], evidence: Reading) -> str:
    try:
        return make(evidence)
    except Exception as fault:  # noqa: BLE001 - told in its place; the files are there all the same
        why = markup.safe(f"{type(fault).__name__}: {fault}")
        return f"<p>This could not be put together: {why}. The files beside this page have it.</p>"
