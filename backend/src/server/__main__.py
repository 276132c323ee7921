"""What the container runs: ``python -m src.server --host 0.0.0.0 --port 8000``."""

import argparse
import gc
import os
import signal
import sys
from collections.abc import Sequence

from src.server.listener import listen


def main(arguments: Sequence[str] | None = None, app: str = "src.main:app") -> int:
    """Serve until told to stop, and return the exit code.

    Raises
    ------
    SystemExit
        It cannot start; its text is the one line that says why.
    """
    parser = argparse.ArgumentParser(prog="python -m src.server", description="Run the backend.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--reload", action="store_true", help="start anew when the code changes")
    given = parser.parse_args(arguments)
    # The first process of a container ignores what it does not handle; nothing runs yet.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    try:
        listener = listen(given.host, given.port)
    except (OSError, OverflowError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).rstrip(".")
        raise SystemExit(
            f"TaskFlow cannot start: {given.host}, port {given.port}: {reason.lower()}. "
            "Stop what uses it, or choose another with --port."
        ) from None
    # What is imported stays: to look for garbage in it would be a tenth of the start.
    gc.disable()
    # The rest of the start is importing, and only from now on can a probe wait for its end.
    from src.server.run import serve

    return serve(listener, app, reload=given.reload)


if __name__ == "__main__":
    sys.exit(main())
