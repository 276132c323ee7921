"""Secrets that must not be printed, logged or kept in evidence."""

import re
from urllib.parse import unquote, urlsplit

_HIDDEN = "[redacted]"
_SHORTEST = 6
_PATTERNS = (
    re.compile(r"sk-ant-[A-Za-z0-9_-]{8,}"),
    re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+"),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
)
_known: set[str] = set()


def hide(secret: str) -> str:
    """Remember ``secret``, so that :func:`redact` removes it; return it.

    The password inside a URL is remembered on its own as well.
    """
    if len(secret) >= _SHORTEST:
        _known.add(secret)
    if "://" in secret:
        password = urlsplit(secret).password
        for form in (password, unquote(password)) if password else ():
            hide(form)
    return secret


def redact(text: str) -> str:
    """Return ``text`` without any remembered secret and without anything shaped like one."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    for pattern in _PATTERNS:
        text = pattern.sub(_HIDDEN, text)
    return text
