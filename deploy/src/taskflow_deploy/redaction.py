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
# Names of variables that hold a secret.
_VARIABLE = r"[A-Z][A-Z0-9_]*(?:PASSWORD|SECRET|TOKEN|API_KEY)(?:_PREVIOUS)?|DATABASE_URL"
_IN_TEXT = (
    # As "env" prints it, wherever that is.
    re.compile(rf"(\b(?:{_VARIABLE})=)(?!\[redacted\])[^\s\"']+"),
    # As JSON has it, and as Python and JavaScript show a mapping.
    re.compile(
        rf"((\\*[\"'])(?:{_VARIABLE})\2\s*:\s*(\\*[\"']))(?!\[redacted\])(?:(?!\3)(?:\\.|.))+"
    ),
    # As "kubectl describe" prints it, but for where it comes from.
    re.compile(rf"(?m)^(\s+(?:{_VARIABLE}):[ \t]+)(?!<set to the key )\S.*$"),
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


def without_variables(text: str) -> str:
    """Return what an app said without any known secret and without its variables that hold one.

    For text of others: nobody told us of all secrets in it.
    """
    # What is known first: a value may hold blanks, and is then more than its first word.
    text = redact(text)
    for pattern in _IN_TEXT:
        text = pattern.sub(rf"\1{HIDDEN}", text)
    return text
