"""What the backend asks of others: the one address it was told, and no other."""

import asyncio

import pytest

from tests.conftest import SignedUp, make_settings, serving
from tests.helpers import CHAT, assert_error
from tests.standin.server import KEY


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
async def test_a_redirect_of_the_models_api_is_not_followed(
    database_url: str, user: SignedUp, status: str
) -> None:
    asked = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head.split(b" ")[1])
        location = f"http://127.0.0.1:{port}/elsewhere"
        writer.write(
            f"HTTP/1.1 {status}\r\nLocation: {location}\r\n"
            "Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as api:
        port = api.sockets[0].getsockname()[1]
        settings = make_settings(
            database_url, anthropic_api_key=KEY, anthropic_base_url=f"http://127.0.0.1:{port}"
        )
        async with serving(settings) as client:
            said = await client.post(CHAT, json={"message": "hi"}, headers=user.headers)
    assert_error(said, 500, "CHAT_ERROR")
    assert asked
    assert set(asked) == {b"/v1/messages"}
