"""Makes texts of others fit to be shown: no token is in them, and each can be written as UTF-8."""

import re

# Two parts are enough, since a text may have been cut; a lone first part tells only the algorithm.
_TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)*")
# How a byte that is no UTF-8 stands in a text (PEP 383), and halves of characters.
_HALF = re.compile("[\ud800-\udfff]")
_BYTES = range(0xDC80, 0xDD00)


def presentable(text: str) -> str:
    """Return a text with ``⟨token⟩`` for each token (RFC 7519), whole or cut.

    A byte that is no UTF-8 becomes ``[byte 80]``.
    """
    return _HALF.sub(_named, _TOKEN.sub("⟨token⟩", text))


def _named(half: re.Match[str]) -> str:
    code = ord(half[0])
    return f"[byte {code - 0xDC00:02X}]" if code in _BYTES else f"[U+{code:04X}]"
