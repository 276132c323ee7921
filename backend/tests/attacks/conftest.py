"""The server as it is run, for what only shows on the wire."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.faults.backend import backend


@dataclass(frozen=True)
class Server:
    """A server in a process of its own."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    async def send(self, request: bytes, seconds: float = 10) -> bytes:
        """Send bytes as they are and return all that comes until the server hangs up."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request)
            async with asyncio.timeout(seconds):
                return await reader.read()
        finally:
            writer.close()


@pytest.fixture(scope="session")
def server(database_url: str) -> Iterator[Server]:
    """Start the server without any rate limit, so that only its own strength counts."""
    with backend(database_url) as running:
        yield Server(running.port, running.process.pid)
        assert running.process.poll() is None
        running.stop()
        running.exit_code(15)
