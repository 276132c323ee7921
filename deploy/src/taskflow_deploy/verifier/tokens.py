"""JSON Web Tokens: what one says, and whether it was signed with a key (RFC 7515, RFC 7519)."""

import base64
import binascii
import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_INSTANT = re.compile(r'"(?P<name>\w+)":(?P<seconds>\d{9,11})(?=[,}])')


@dataclass(frozen=True)
class Token:
    """A token, taken apart.

    Attributes
    ----------
    header, claims
        Their JSON, as it was written. Moments in the claims are written as their distance from
        ``iat``, so that they do not differ from run to run.
    issued
        ``iat``, in seconds since the epoch; None where it has none.
    """

    header: str
    claims: str
    issued: float | None
    _signed: str
    _signature: str

    def is_signed_with(self, key: str) -> bool:
        """Tell whether its signature is by HS256 and this key."""
        return hmac.compare_digest(_signature(self._signed, key), self._signature)

    @property
    def signature_length(self) -> int:
        """How many characters its signature has."""
        return len(self._signature)


def read(text: str) -> Token | None:
    """Take a token apart; None where it is none."""
    signed, _, signature = text.rpartition(".")
    header, _, claims = signed.partition(".")
    try:
        told = [_decode(part) for part in (header, claims)]
        objects = [isinstance(json.loads(part), dict) for part in told]
    except ValueError:  # no base64, no UTF-8, no JSON
        return None
    if not all(objects):
        return None
    moments = {match["name"]: int(match["seconds"]) for match in _INSTANT.finditer(told[1])}
    issued = moments.get("iat")
    if issued is not None:
        told[1] = _INSTANT.sub(lambda match: _relative(match, issued), told[1])
    return Token(told[0], told[1], issued, signed, signature)


def sign(claims: Mapping[str, Any], key: str) -> str:
    """Return a token by HS256; ``iat`` and ``exp`` are given in seconds from now."""
    now = int(time.time())
    told = {name: now + value if name in {"iat", "exp"} else value
            for name, value in claims.items()}  # fmt: skip
    parts = [json.dumps(part, separators=(",", ":")) for part in ({"alg": "HS256"}, told)]
    signed = ".".join(_encode(part.encode()) for part in parts)
    return f"{signed}.{_signature(signed, key)}"


def _signature(signed: str, key: str) -> str:
    return _encode(hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest())


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _relative(match: re.Match[str], issued: int) -> str:
    """Write a moment by its distance from the issue; what is no moment near it stays."""
    distance = int(match["seconds"]) - issued
    return f'"{match["name"]}":iat{distance:+d}'


def _decode(part: str) -> str:
    raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    if _encode(raw) != part:
        raise binascii.Error  # a second spelling of the same bytes
    return raw.decode("utf-8")
