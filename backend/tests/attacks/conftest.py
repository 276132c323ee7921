"""The server as it is run, for what only shows on the wire."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2
import pytest

from tests.conftest import BACKEND, SECRET, eventually

LIMITS = ("LOGIN", "SIGNUP", "REFRESH", "CHAT")


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
async def server(database_url: str) -> AsyncIterator[Server]:
    """Start the server without any rate limit, so that only its own strength counts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    unlimited = {
        f"RATE_LIMIT_{name}_{of}": "off" for name in LIMITS for of in ("ADDRESS", "ACCOUNT")
    }
    given = {"DATABASE_URL": database_url, "BETTER_AUTH_SECRET": SECRET, **unlimited}
    command = [sys.executable, "-m", "src.server", "--host", "127.0.0.1", "--port", str(port)]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=BACKEND, env={**os.environ, **given}, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:

            async def healthy() -> bool:
                assert process.returncode is None
                try:
                    return (await client.get("/health/ready")).status_code == 200
                except httpx2.TransportError:
                    return False

            await eventually(healthy, 30)
        yield Server(port, process.pid)
        assert process.returncode is None
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 15)
