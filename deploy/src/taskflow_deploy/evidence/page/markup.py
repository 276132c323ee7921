"""Makes pieces of HTML; whatever comes from outside is escaped here."""

import html
import re
from collections.abc import Iterable, Sequence

_COLOURS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
# Control characters, and those that turn the direction of what follows.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def safe(text: object) -> str:
    """Return text that is only text, wherever it stands in a page."""
    plain = _COLOURS.sub("", str(text).replace("\r\n", "\n"))
    return html.escape(_UNSEEN.sub("\ufffd", plain))


def link(file: str, text: str = "") -> str:
    """Return a link to a file of the same folder."""
    return f'<a href="{safe(file)}">{safe(text or file)}</a>'


def code(text: object) -> str:
    """Return something as it is typed."""
    return f"<code>{safe(text)}</code>"


def block(text: str, name: str) -> str:
    """Return lines as they are; ``name`` is for those who cannot see that they scroll."""
    return lines_block([safe(line) for line in text.rstrip("\n").split("\n")], name)


def lines_block(lines: Iterable[str], name: str, kind: str = "") -> str:
    """Return lines that are HTML already."""
    kinds = f' class="{kind}"' if kind else ""
    return (f'<pre{kinds} tabindex="0" role="region" aria-label="{safe(name)}">'
            + "\n".join(lines) + "</pre>")  # fmt: skip


def commands(lines: Sequence[str]) -> str:
    """Return commands to type, one a line."""
    return "".join(f'<pre class="command">{safe(line)}</pre>' for line in lines)


def folded(summary: str, inside: str, *, is_open: bool = False) -> str:
    """Return what is shown when its summary, which is HTML, is clicked."""
    return f"<details{' open' if is_open else ''}><summary>{summary}</summary>{inside}</details>"


def badge(text: object, mood: str = "") -> str:
    """Return a word that stands out: ``good``, ``bad``, ``warned`` or without a mood."""
    return f'<span class="badge {mood}">{safe(text)}</span>'


def table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; its cells are HTML already. On a narrow page each row is a card."""
    head = "".join(f'<th scope="col">{safe(column)}</th>' for column in columns)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td data-column="{safe(column)}"><div>{cell}</div></td>'
            for column, cell in zip(columns, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return (f"<table><caption>{safe(caption)}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table>")  # fmt: skip


def section(name: str, title: str, inside: str) -> str:
    """Return a part of the page with a heading; nothing where there is nothing in it."""
    if not inside:
        return ""
    return (f'<section id="{name}" aria-labelledby="{name}-title">'
            f'<h2 id="{name}-title">{safe(title)}</h2>{inside}</section>')  # fmt: skip


def duration(seconds: float) -> str:
    """Return a length of time for people."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


def size(count: int) -> str:
    """Return a number of bytes for people."""
    return f"{count:,} bytes" if count < 10_000 else f"{count / 1000:,.0f} kB"
