"""Secrets that must not be printed, logged or kept in evidence."""

import re
from urllib.parse import unquote, urlsplit

_HIDDEN = "[redacted]"
_SHORTEST = 6
_PATTERNS = (
    re.compile(r"sk-ant-[A-Za-z0-9_-]{8,}"),
    re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+"),
    # Of every URL but the one that our own messages show the form with.
    re.compile(r"(?<=://)(?!USER:PASSWORD@)[^/\s:@]+:[^/\s@]+(?=@)"),
)
_known: set[str] = set()


def hide(secret: str) -> str:
    """Remember ``secret``, so that :func:`redact` removes it; return it.

    The password inside a URL is remembered on its own as well.
    """
    if len(secret) >= _SHORTEST:
        _known.add(secret)
    for form in _passwords(secret):
        hide(form)
    return secret


def _passwords(url: str) -> set[str]:
    """Return the password inside a URL, as it is written and as it is meant."""
    try:
        password = urlsplit(url).password if "://" in url else None
    except ValueError:  # no URL after all
        return set()
    return {password, unquote(password)} if password else set()


def redact(text: str) -> str:
    """Return ``text`` without any remembered secret and without anything shaped like one."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    for pattern in _PATTERNS:
        text = pattern.sub(_HIDDEN, text)
    return text
