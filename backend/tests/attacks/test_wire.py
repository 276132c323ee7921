"""Bytes on the wire that are no good HTTP, and clients that wear a server out."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from src.middleware.unread_body import SECONDS
from src.server.protocol import LARGEST_HEAD, REQUEST_SECONDS
from tests.attacks.conftest import Server
from tests.helpers import AUTH, PASSWORD, TASKS

LOGIN = f"POST {AUTH}/login HTTP/1.1".encode()
BODY = b"Host: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
CHUNKED = BODY + b"Transfer-Encoding: chunked\r\n\r\n"
TWO = b"2\r\n{}\r\n0\r\n\r\n"


def _get(target: bytes = b"/health", more: bytes = b"") -> bytes:
    return b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + more + b"\r\n"


def _post(more: bytes, body: bytes = b"{}") -> bytes:
    return LOGIN + b"\r\n" + BODY + more + b"\r\n" + body


def _chunks(body: bytes) -> bytes:
    return LOGIN + b"\r\n" + CHUNKED + body


# What cannot be read for certain is not read at all.
REFUSED = {
    "a negative length": _post(b"Content-Length: -1\r\n"),
    "a signed length": _post(b"Content-Length: +2\r\n"),
    "a length in hexadecimal": _post(b"Content-Length: 0x2\r\n"),
    "a list of lengths": _post(b"Content-Length: 2, 2\r\n"),
    "an empty length": _post(b"Content-Length: \r\n"),
    "a length beyond 64 bits": _post(b"Content-Length: 99999999999999999999999\r\n"),
    "two lengths that differ": _post(b"Content-Length: 2\r\nContent-Length: 3\r\n"),
    "two lengths": _post(b"Content-Length: 2\r\nContent-Length: 2\r\n"),
    "a length and chunks": _post(b"Content-Length: 13\r\nTransfer-Encoding: chunked\r\n", TWO),
    "chunks and a length": _post(b"Transfer-Encoding: chunked\r\nContent-Length: 13\r\n", TWO),
    "the coding identity": _post(b"Transfer-Encoding: identity\r\n"),
    "an unknown coding": _post(b"Transfer-Encoding: xchunked\r\n", TWO),
    "chunks within another coding": _post(b"Transfer-Encoding: chunked, identity\r\n", TWO),
    "chunks twice": _post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", TWO),
    "chunks behind a vertical tab": _post(b"Transfer-Encoding:\x0bchunked\r\n", TWO),
    "chunks in quotes": _post(b'Transfer-Encoding: "chunked"\r\n', TWO),
    "a space before the colon": _post(b"Transfer-Encoding : chunked\r\n", TWO),
    "chunks on a folded line": _post(b"Transfer-Encoding:\r\n chunked\r\n", TWO),
    "a folded line": _get(more=b"X: a\r\n b\r\n"),
    "line feeds alone": b"GET /health HTTP/1.1\nHost: x\nConnection: close\n\n",
    "a carriage return in a value": _get(more=b"X: a\rb\r\n"),
    "NUL in a value": _get(more=b"X: a\x00b\r\n"),
    "NUL in a name": _get(more=b"X\x00Y: a\r\n"),
    "a space in a name": _get(more=b"X Y: a\r\n"),
    "a line without a colon": _get(more=b"XY\r\n"),
    "a header without a name": _get(more=b": a\r\n"),
    "no host": b"GET /health HTTP/1.1\r\nConnection: close\r\n\r\n",
    "two hosts": _get(more=b"Host: y\r\n"),
    "a host alone": _get(b"http://evil.example"),
    "a host and a port": _get(b"evil.example:80"),
    "a tunnel": b"CONNECT evil.example:80 HTTP/1.1\r\nHost: x\r\n\r\n",
    "an unknown method": b"BREW /health HTTP/1.1\r\nHost: x\r\n\r\n",
    "a method in small letters": b"get /health HTTP/1.1\r\nHost: x\r\n\r\n",
    "HTTP 0.9": b"GET /health\r\n\r\n",
    "HTTP 1.2": b"GET /health HTTP/1.2\r\nHost: x\r\n\r\n",
    "HTTP 2 without asking": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "SSH": b"SSH-2.0-x\r\n",
    "a space in the address": _get(b"/a b"),
    "letters beyond ASCII in the address": _get(b"/\xc3\xa9"),
    "a chunk of no size": _chunks(b"zz\r\n{}\r\n0\r\n\r\n"),
    "a chunk of negative size": _chunks(b"-2\r\n{}\r\n0\r\n\r\n"),
    "a chunk beyond 64 bits": _chunks(b"fffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
    "a chunk longer than it says": _chunks(b"1\r\n{}\r\n0\r\n\r\n"),
    "a chunk that ends in a line feed": _chunks(b"2\n{}\r\n0\r\n\r\n"),
    "an extension that ends in a line feed": _chunks(b"2;a\n{}\r\n0\r\n\r\n"),
    "something behind a request": b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGARBAGE\r\n\r\n",
    "a request in a body": b"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/v1/tasks HTTP/1.1\r\nHost: x\r\n\r\n",
    "a long address": _get(b"/" + b"a" * LARGEST_HEAD),
    "a long header": _get(more=b"X: " + b"a" * LARGEST_HEAD + b"\r\n"),
    "a header without an end": _get(more=b"X: " + b"a" * LARGEST_HEAD)[:-2],
    "many headers": _get(more=b"X: a\r\n" * (LARGEST_HEAD // 4)),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_not_exactly_http_is_refused_and_the_connection_closed(
    server: Server, name: str
) -> None:
    got = await server.send(REFUSED[name])
    head, _, body = got.partition(b"\r\n\r\n")
    status, *headers = head.lower().split(b"\r\n")
    assert status == b"http/1.1 400 bad request", got
    assert {b"connection: close", b"content-type: application/json"} <= set(headers)
    answer = json.loads(body)
    assert list(answer) == ["error", "code", "message"]
    assert (answer["error"], answer["code"]) == ("Bad Request", "INVALID_REQUEST")


# Unusual, but readable: what it is answered with.
READ = {
    "a length of gigabytes": (_post(b"Content-Length: 9999999999\r\n"), 413, "PAYLOAD_TOO_LARGE"),
    "a chunk of gigabytes": (_chunks(b"fffffffff\r\n" + b"x" * 300_000), 413, "PAYLOAD_TOO_LARGE"),
    "an extension of a chunk": (_chunks(b"2;a=b\r\n{}\r\n0\r\n\r\n"), 400, "INVALID_REQUEST"),
    "something behind the last chunk": (_chunks(TWO + b"GARBAGE\r\n\r\n"), 400, "INVALID_REQUEST"),
    "another expectation": (_post(b"Expect: x\r\nContent-Length: 2\r\n"), 400, "INVALID_REQUEST"),
    "an address with a host": (_get(b"http://evil.example/nowhere"), 404, "NOT_FOUND"),
    "no address": (b"OPTIONS" + _get(b"*")[3:], 404, "NOT_FOUND"),
    "a dot in the address": (_get(b"/api/v1/./tasks"), 404, "NOT_FOUND"),
    "two dots in the address": (_get(b"/health/../api/v1/tasks"), 404, "NOT_FOUND"),
    "two dots and a parameter": (_get(b"/health;/../api/v1/tasks"), 404, "NOT_FOUND"),
    "a broken escape": (_get(b"/%zz"), 404, "NOT_FOUND"),
    "TRACE": (b"TRACE" + _get()[3:], 405, "METHOD_NOT_ALLOWED"),
    "PROPFIND": (b"PROPFIND" + _get()[3:], 405, "METHOD_NOT_ALLOWED"),
    "a WebSocket": (
        b"GET /api/v1/tasks HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\n"
        b"Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        b"Sec-WebSocket-Version: 13\r\n\r\n",
        401, "MISSING_AUTH_HEADER",
    ),
    "HTTP 2 by upgrade": (
        b"GET /api/v1/tasks HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\n"
        b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n",
        401, "MISSING_AUTH_HEADER",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
async def test_what_is_unusual_is_answered_as_the_contract_says(server: Server, name: str) -> None:
    request, status, code = READ[name]
    got = await server.send(request)
    head, _, body = got.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode()), got
    answer = json.loads(body)
    assert list(answer) == ["error", "code", "message"]
    assert answer["code"] == code


# What is not read of a body: all of it, the rest behind a limit, what no address takes.
UNREAD = {
    "an announced body": (_post(b"Content-Length: 3000000\r\n", b"x" * 3_000_000), 413),
    "a chunk": (_chunks(b"2dc6c0\r\n" + b"x" * 3_000_000 + b"\r\n0\r\n\r\n"), 413),
    "a body of nowhere": (
        b"POST /nowhere HTTP/1.1\r\n" + BODY + b"Content-Length: 250000\r\n\r\n" + b"x" * 250_000,
        404,
    ),
}


@pytest.mark.parametrize("name", UNREAD)
async def test_an_answer_reaches_who_is_still_sending(server: Server, name: str) -> None:
    request, status = UNREAD[name]
    for _ in range(5):
        got = await server.send(request)
        assert got.startswith(f"HTTP/1.1 {status} ".encode()), got
        assert len(json.loads(got.partition(b"\r\n\r\n")[2])) == 3


async def test_who_announces_a_body_and_waits_to_be_told_to_send_it_is_not_told(
    server: Server,
) -> None:
    got = await server.send(_post(b"Expect: 100-continue\r\nContent-Length: 300000\r\n", b""))
    assert got.startswith(b"HTTP/1.1 413 "), got
    assert b"100 Continue" not in got


async def test_nobody_is_waited_for_who_does_not_go_on(server: Server) -> None:
    began = time.monotonic()
    got = await server.send(_post(b"Content-Length: 3000000\r\n", b"x" * 300_000))
    assert got.startswith(b"HTTP/1.1 413 "), got
    assert time.monotonic() - began < SECONDS + 2


async def test_a_trailer_is_no_header(server: Server) -> None:
    async with httpx2.AsyncClient(base_url=server.url) as client:
        headers = await _sign_up(client)
    token = headers["Authorization"].encode()
    start = b"GET /api/v1/tasks HTTP/1.1\r\n" + CHUNKED.removesuffix(b"\r\n")
    named = await server.send(start + b"Authorization: " + token + b"\r\n\r\n0\r\n\r\n")
    assert named.startswith(b"HTTP/1.1 200 ")
    trailed = await server.send(start + b"\r\n0\r\nAuthorization: " + token + b"\r\n\r\n")
    assert trailed.startswith(b"HTTP/1.1 401 "), trailed


async def test_requests_in_a_row_get_their_answers_in_a_row(server: Server) -> None:
    first = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
    got = await server.send(first + first + _get(b"/nowhere"))
    assert got.count(b"HTTP/1.1 ") == 3
    assert got.index(b'"alive"') < got.rindex(b'"alive"') < got.index(b"NOT_FOUND")


async def _sign_up(client: httpx2.AsyncClient) -> dict[str, str]:
    given = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}
    answer = await client.post(f"{AUTH}/signup", json=given)
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def _waits(client: httpx2.AsyncClient, headers: dict[str, str], times: int) -> list[float]:
    """Return how long others wait for their tasks meanwhile."""
    waits = []
    for _ in range(times):
        started = time.perf_counter()
        assert (await client.get(TASKS, headers=headers)).status_code == 200
        waits.append(time.perf_counter() - started)
        await asyncio.sleep(0.02)
    return waits


@asynccontextmanager
async def _begun(server: Server, start: bytes) -> AsyncIterator[asyncio.StreamReader]:
    """Open a connection that begins a request and does not end it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        writer.write(start)
        yield reader
    finally:
        writer.close()


# None of them ends: nothing, a part of a line, of a head, of a body.
UNFINISHED = (
    b"",
    b"GET /hea",
    b"GET /health HTTP/1.1\r\nHost: x\r\nX: ",
    b"POST /api/v1/chat HTTP/1.1\r\n" + BODY + b"Content-Length: 100\r\n\r\n{",
)


async def test_clients_that_never_finish_hinder_nobody_and_are_hung_up_on(server: Server) -> None:
    async with httpx2.AsyncClient(base_url=server.url) as client, AsyncExitStack() as opened:
        headers = await _sign_up(client)
        readers = [
            await opened.enter_async_context(_begun(server, start))
            for start in UNFINISHED
            for _ in range(100)
        ]
        waits = await _waits(client, headers, 20)
        assert max(waits) < 2, waits
        async with asyncio.timeout(REQUEST_SECONDS + 5):
            said = await asyncio.gather(*(reader.read() for reader in readers))
    assert not any(said[:100])
    assert all(answer.startswith(b"HTTP/1.1 400 ") for answer in said[100:])


async def test_a_flood_of_logins_does_not_starve_others(server: Server) -> None:
    async with (
        httpx2.AsyncClient(base_url=server.url) as client,
        httpx2.AsyncClient(base_url=server.url, timeout=30) as attacker,
    ):
        headers = await _sign_up(client)
        wrong = {"email": "nobody@example.com", "password": "wrong password"}
        flood = [
            asyncio.create_task(attacker.post(f"{AUTH}/login", json=wrong)) for _ in range(150)
        ]
        waits = await _waits(client, headers, 20)
        answers = await asyncio.gather(*flood)
    assert sorted(waits)[len(waits) // 2] < 1, waits
    assert max(waits) < 4, waits
    assert {answer.status_code for answer in answers} <= {401, 429, 503}
    assert any(answer.status_code == 401 for answer in answers)


async def test_large_requests_leave_no_memory_behind(server: Server) -> None:
    def kept() -> int:
        status = Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8")
        return int(status.partition("VmRSS:")[2].split()[0])

    before = kept()
    endless = _get(more=b"X: " + b"a" * 3_000_000)[:-2]
    flood = _post(b"Content-Length: 9999999999\r\n", b"x" * 1_000_000)
    for request in (endless, flood):
        await asyncio.gather(*(server.send(request) for _ in range(20)), return_exceptions=True)
    assert kept() - before < 30_000
