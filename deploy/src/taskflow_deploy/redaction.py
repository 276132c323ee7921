"""Secrets that must not be printed, logged or kept in evidence."""

import base64
import json
import re
from urllib.parse import quote, unquote, urlsplit

HIDDEN = "[redacted]"
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

    So are the forms that others write it in, and the password inside a URL on its own.
    """
    if len(secret) >= _SHORTEST:
        _known.update(_written(secret))
    for form in _passwords(secret):
        hide(form)
    return secret


def _written(secret: str) -> set[str]:
    """Return a secret as it is, and as JSON, a URL and the data of a Kubernetes Secret have it."""
    in_json = {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    # The environment may hold bytes that are no text.
    in_bytes = secret.encode(errors="surrogateescape")
    return {secret, quote(in_bytes, safe=""), base64.b64encode(in_bytes).decode(), *in_json}


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
        text = text.replace(secret, HIDDEN)
    for pattern in _PATTERNS:
        text = pattern.sub(HIDDEN, text)
    return text
