"""Makes HTML of elements; whatever is not an element already is escaped here."""

import html
from collections.abc import Iterable, Sequence

from taskflow_deploy.verifier.reports.plain import command, plain


class Html(str):
    """Text that is HTML already; only this module makes it."""

    __slots__ = ()


def element(tag: str, *inside: str, **attributes: str) -> Html:
    """Return an element.

    Parameters
    ----------
    inside
        Elements, which stay as they are, and texts, which are escaped.
    attributes
        ``class_`` is ``class``, and ``aria_label`` is ``aria-label``. An empty value is a name
        alone, such as ``open``.
    """
    told = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_escaped(value)}"'
        for name, value in attributes.items()
    )
    return Html(f"<{tag}{told}>{joined(inside)}</{tag}>")


def joined(parts: Iterable[str]) -> Html:
    """Return elements and texts one after the other."""
    return Html("".join(part if isinstance(part, Html) else _escaped(part) for part in parts))


def code(text: str) -> Html:
    """Return something as it is typed; its direction of writing ends with it."""
    return element("code", text, dir="auto")


def quoted(text: str) -> Html:
    """Return a text of others inside a sentence; its direction of writing ends with it."""
    return element("bdi", text)


def block(text: str, name: str, kind: str) -> Html:
    """Return lines as they are; ``name`` is for those who cannot see that they scroll."""
    return element("pre", text, class_=kind, tabindex="0", role="region", aria_label=name)


def commands(lines: Sequence[str]) -> Html:
    """Return lines for a shell, to be copied."""
    return block(Html(html.escape(command("\n".join(lines)))), "Lines for a shell", "commands")


def facts(pairs: Iterable[tuple[str, str]]) -> Html:
    """Return names with what they stand for; a fact that is empty is left out."""
    return element(
        "dl",
        *(
            element("div", element("dt", name), element("dd", value))
            for name, value in pairs
            if value
        ),
    )


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Html:
    """Return a table, the first cell of a row being its name. On a narrow page a row is a card."""
    head = element("tr", *(element("th", column, scope="col") for column in columns))
    body = (element("tr", *_cells(columns, row)) for row in rows)
    return element(
        "table",
        element("caption", caption),
        element("thead", head),
        element("tbody", *body),
        class_="cards",
    )


def section(name: str, title: str, *inside: str) -> Html:
    """Return a part of the page with a heading; nothing where there is nothing in it."""
    if not any(inside):
        return Html()
    heading = element("h2", title, id=f"{name}-title")
    return element("section", heading, *inside, id=name, aria_labelledby=f"{name}-title")


def _cells(columns: Sequence[str], row: Sequence[str]) -> Iterable[Html]:
    yield element("th", row[0], scope="row")
    for column, cell in zip(columns[1:], row[1:], strict=True):
        yield element("td", element("div", cell), data_column=column)


def _escaped(text: str) -> str:
    return html.escape(plain(text))
