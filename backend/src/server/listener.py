"""Where the server listens."""

import socket

_BACKLOG = 2048


def listen(host: str, port: int) -> socket.socket:
    """Listen on an address.

    Nobody is answered before the server accepts: who connects earlier, such as a probe of a pod
    that starts, waits instead of being refused and having to come again.

    Raises
    ------
    OSError
        The address cannot be had.
    OverflowError
        There is no such port.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
