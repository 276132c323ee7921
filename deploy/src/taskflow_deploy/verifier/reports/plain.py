"""Texts of others, made harmless: nothing in them acts on a page, a terminal or an XML reader."""

from taskflow_deploy.verifier.presentable import presentable

_LINES = "\n\t"
_JOINERS = "\u200c\u200d"  # parts of words and of pictures


def plain(text: str, kept: str = _LINES) -> str:
    """Return a text in which characters that are not seen are named, such as ``[U+202E]``.

    Lines and tabs stay; tokens are taken out.

    Parameters
    ----------
    kept
        Characters that stay although they are not seen.
    """
    shown = presentable(text)
    if shown.isprintable():
        return shown
    return "".join(
        one if one.isprintable() or one in kept else f"[U+{ord(one):04X}]" for one in shown
    )


def command(text: str) -> str:
    """Return lines for a shell; what joins letters stays, so that they ask what was asked."""
    return plain(text, _LINES + _JOINERS)


def one_line(text: str, width: int) -> str:
    """Return a text on one line of at most so many characters."""
    line = " ".join(plain(text).split())
    return line if len(line) <= width else f"{line[: width - 1]}…"


def with_ends(text: str) -> str:
    """Return a text in quotes where its ends would not be seen: it is empty, or has blank ends."""
    return text if text and text == text.strip() else f"“{text}”"


def count(number: int, what: str) -> str:
    """Return a number of things, such as ``1 answer`` and ``2 answers``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
