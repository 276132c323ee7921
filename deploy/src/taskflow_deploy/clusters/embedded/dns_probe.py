"""Asks the cluster's DNS one question; run inside the node's network.

Exit code 0 when the name has an address.
"""

import socket
import struct
import sys

API_NAME = "kubernetes.default.svc.cluster.local"
_PORT = 53
_QUESTION_ID = 1
_SECONDS = 1.0
_HEADER_BYTES = 12


def question(name: str) -> bytes:
    """Return a DNS query (RFC 1035, section 4) for the address of a name."""
    header = struct.pack(">HHHHHH", _QUESTION_ID, 0x0100, 1, 0, 0, 0)
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return header + labels + b"\0" + struct.pack(">HH", 1, 1)


def answered(reply: bytes) -> bool:
    """Tell whether a reply is ours, without error, and holds an answer."""
    if len(reply) < _HEADER_BYTES:
        return False
    number, flags, _questions, answers = struct.unpack(">HHHH", reply[:8])
    return bool(number == _QUESTION_ID and flags & 0x000F == 0 and answers > 0)


def main() -> None:
    """Ask the server whose address is the first argument for the name that is the second."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(_SECONDS)
        try:
            asker.sendto(question(sys.argv[2]), (sys.argv[1], _PORT))
            reply = asker.recv(512)
        except OSError:
            sys.exit(1)
    sys.exit(0 if answered(reply) else 1)


if __name__ == "__main__":
    main()
