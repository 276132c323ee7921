"""Reads a page as a browser does, and complains where it is not well-formed."""

from html.parser import HTMLParser

_EMPTY = {"meta", "br", "hr", "img", "link", "input"}


class HtmlPage(HTMLParser):
    """A page that was read.

    Attributes
    ----------
    tags
        Its elements, each with its attributes.
    words
        Its text, each piece with the elements that are open around it, the innermost last.
    """

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[tuple[tuple[str, ...], str]] = []
        self.feed(text)
        self.close()
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute is twice in {tag}"
        self.tags.append((tag, dict(attrs)))
        if tag not in _EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Note its end."""
        assert self.open.pop() == tag, f"{tag} is closed in its place"

    def handle_data(self, data: str) -> None:
        """Note a piece of text."""
        self.words.append((tuple(self.open), data))
