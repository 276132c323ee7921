"""What the container runs: ``python -m src.server --host 0.0.0.0 --port 8000``."""

import argparse
import gc
import os
import signal
import sys
from collections.abc import Sequence

import uvicorn

from src.config import Settings, load_settings
from src.observability import logs
from src.server.graceful import GracefulServer, bind
from src.server.protocol import GuardedProtocol

# Longer than any proxy before us keeps an idle connection, so that it is the proxy that closes
# one: closed from here, it could meet the next request on its way. (Node's HTTP client gives up
# an idle connection when we say so or after a few seconds, nginx after 60.)
_KEEP_ALIVE_SECONDS = 75


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
    settings = load_settings()
    logs.configure(settings)
    try:
        listener = bind(given.host, given.port)
    except (OSError, OverflowError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).rstrip(".")
        raise SystemExit(
            f"TaskFlow cannot start: {given.host}, port {given.port}: {reason.lower()}. "
            "Stop what uses it, or choose another with --port."
        ) from None
    # What is imported stays: to look for garbage in it would be a tenth of the start.
    gc.disable()
    config = _config(settings, app, reload=given.reload)
    server = GracefulServer(config, settings.drain_seconds)
    if given.reload:
        from uvicorn.supervisors import ChangeReload

        listener.set_inheritable(True)
        ChangeReload(config, target=server.run, sockets=[listener]).run()
        return 0
    try:
        server.run([listener])
    except SystemExit:
        return 1  # Uvicorn has said why it did not start
    return 0


def _config(settings: Settings, app: str, *, reload: bool) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=GuardedProtocol,
        ws="none",
        interface="asgi3",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        reload=reload,
        reload_dirs=["src"] if reload else None,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.drain_seconds,
    )


if __name__ == "__main__":
    sys.exit(main())
