"""Serves the application on a socket that listens already."""

import socket

import uvicorn

from src.config import Settings, load_settings
from src.observability import logs
from src.server.graceful import GracefulServer
from src.server.protocol import GuardedProtocol

# Longer than any proxy before us keeps an idle connection, so that it is the proxy that closes
# one: closed from here, it could meet the next request on its way. (Node's HTTP client gives up
# an idle connection when we say so or after a few seconds, nginx after 60.)
_KEEP_ALIVE_SECONDS = 75


def serve(listener: socket.socket, app: str, *, reload: bool) -> int:
    """Serve until told to stop, and return the exit code.

    Raises
    ------
    SystemExit
        A setting is missing or wrong; its text is the one line that says which.
    """
    settings = load_settings()
    logs.configure(settings)
    config = _config(settings, app, reload=reload)
    server = GracefulServer(config, settings.drain_seconds)
    if reload:
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
