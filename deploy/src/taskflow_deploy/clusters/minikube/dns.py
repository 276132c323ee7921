"""DNS questions and replies (RFC 1035, section 4), for asking from inside the node."""

import struct

_ID = 0x7466
_RECURSION = 0x0100
_ERRORS = 0x000F
_INTERNET = 1
_HEADER_BYTES = 12
_RECORD_BYTES = 10
_POINTER = 0xC0
_LONGEST_LABEL = 63
_LONGEST_NAME = 253
V4, V6 = 1, 28


def question(name: str, kind: int) -> bytes:
    """Return a query for the addresses of a name, of the kind ``V4`` or ``V6``.

    Raises
    ------
    ValueError
        It is no name that DNS could have.
    """
    labels = name.removesuffix(".").encode("idna" if not name.isascii() else "ascii").split(b".")
    if len(name) > _LONGEST_NAME or not all(0 < len(label) <= _LONGEST_LABEL for label in labels):
        raise ValueError(name)
    written = b"".join(bytes([len(label)]) + label for label in labels)
    header = struct.pack(">HHHHHH", _ID, _RECURSION, 1, 0, 0, 0)
    return header + written + b"\0" + struct.pack(">HH", kind, _INTERNET)


def has_address(reply: bytes, kind: int) -> bool:
    """Tell whether a reply is ours, without error, and holds an address of the kind."""
    try:
        number, flags, questions, answers = struct.unpack_from(">HHHH", reply)
        if number != _ID or flags & _ERRORS:
            return False
        place = _HEADER_BYTES
        for _ in range(questions):
            place = _after_name(reply, place) + 4
        for _ in range(answers):
            place = _after_name(reply, place)
            found, _class, _seconds, length = struct.unpack_from(">HHIH", reply, place)
            if found == kind:
                return True
            place += _RECORD_BYTES + length
    except (struct.error, IndexError):  # cut short, or no reply at all
        return False
    return False


def _after_name(reply: bytes, place: int) -> int:
    while reply[place]:
        if reply[place] >= _POINTER:
            return place + 2
        place += reply[place] + 1
    return place + 1
