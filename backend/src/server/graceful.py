"""The HTTP server, which ends without cutting a request."""

import asyncio
import gc
import math
import os
import socket
from types import FrameType

import structlog
import uvicorn

_log = structlog.get_logger()
_CLOSE = (b"connection", b"close")
# Requests that are on their way when the stop begins arrive within this time.
_LINGER_SECONDS = 0.5
# Before the end, so that an answer still reaches its client.
_ANSWER_SECONDS = 1.0
_ENDED_BY_SIGNAL = 128


class GracefulServer(uvicorn.Server):
    """Uvicorn's server with an end in three steps, within ``drain_seconds``.

    No new connection is accepted, and every answer says that its connection closes. After a
    moment, idle connections are closed, and what runs may end. Shortly before the time is over,
    what still runs is told to give up, and is answered with 503.

    Parameters
    ----------
    config
        Uvicorn's; the application's ``state.taskflow.drain`` is told of the stop.
    drain_seconds
        How long running requests have.
    """

    def __init__(self, config: uvicorn.Config, drain_seconds: int) -> None:
        super().__init__(config)
        self._drain_seconds = drain_seconds

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application, then accept connections."""
        await super().startup(sockets)
        # Nor is there garbage in it later (see __main__.py).
        gc.freeze()
        gc.enable()
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            _log.info("listening", host=host, port=port)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, and let what runs end."""
        loop = asyncio.get_running_loop()
        seconds = self._drain_seconds
        answer = min(_ANSWER_SECONDS, seconds / 2)
        end = loop.time() + seconds
        _log.info("stopping", running=len(self.server_state.tasks), seconds=seconds)
        self._accept_nothing_new()
        self.config.loaded_app.state.taskflow.drain.begin(seconds - answer)
        giving_up = loop.call_later(seconds - answer / 2, self._give_up)
        await asyncio.sleep(min(_LINGER_SECONDS, answer / 2))
        self.config.timeout_graceful_shutdown = math.ceil(end - loop.time())
        await super().shutdown(sockets)
        giving_up.cancel()
        _log.info("stopped")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; whoever asks again wants no more waiting."""
        del frame
        # Uvicorn's reloader forwards the signal that the terminal has sent already.
        if self.should_exit and not self.config.reload:
            os._exit(_ENDED_BY_SIGNAL + sig)
        # Unlike Uvicorn, the signal is not raised again at the end: this was no failure.
        self.should_exit = True

    def _accept_nothing_new(self) -> None:
        for server in self.servers:
            server.close()
        state = self.server_state
        # For the requests to come; those that run are told one by one.
        state.default_headers = [*state.default_headers, _CLOSE]
        for connection in state.connections:
            cycle = getattr(connection, "cycle", None)
            if cycle is not None and not cycle.response_complete:
                connection.shutdown()

    def _give_up(self) -> None:
        running = list(self.server_state.tasks)
        if running:
            _log.warning("requests end unfinished", running=len(running))
        for task in running:
            task.cancel()
