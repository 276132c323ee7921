"""Opens one TCP connection; run inside the node's network. Exit code 0 when it is taken."""

import socket
import sys

_SECONDS = 3.0


def main() -> None:
    """Connect to the host and the port that are the arguments."""
    try:
        with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=_SECONDS):
            pass
    except OSError:
        sys.exit(1)


if __name__ == "__main__":
    main()
