"""Which address counts as the client's, behind proxies and without."""

from collections.abc import MutableMapping
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from src.middleware.client_address import ClientAddressMiddleware

PROXY = "10.0.0.1"
CLIENT = "192.0.2.7"
LIE = "198.51.100.9"
TRUSTED = ("10.0.0.0/8", "2001:db8::/32", "127.0.0.1")


async def client_of(
    peer: tuple[str, int] | None, *lines: str, trusted: tuple[str, ...] = TRUSTED
) -> Any:
    """Return the client that an application sees."""
    seen: list[Any] = []

    async def application(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["client"])

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request"}

    async def send(_: MutableMapping[str, Any]) -> None:
        pass

    headers = [(b"host", b"test"), *((b"x-forwarded-for", line.encode()) for line in lines)]
    scope = {"type": "http", "client": peer, "headers": headers}
    await ClientAddressMiddleware(application, trusted)(scope, receive, send)
    return seen[0]


@pytest.mark.parametrize(
    ("what", "lines", "expected"),
    [
        ("no header", [], PROXY),
        ("one element", [CLIENT], CLIENT),
        ("the last one, which the proxy appended", [f"{LIE}, {CLIENT}"], CLIENT),
        ("the last of several lines", [LIE, CLIENT], CLIENT),
        ("past proxies that are trusted, too", [f"{LIE}, {CLIENT}, 10.1.1.1,10.2.2.2"], CLIENT),
        ("past them in several lines", [f"{LIE}, {CLIENT}", "10.1.1.1", "10.2.2.2"], CLIENT),
        ("the farthest where all are trusted", ["10.3.3.3, 10.1.1.1"], "10.3.3.3"),
        ("an IPv6 address", [f"{LIE}, 2001:DB7::0001"], "2001:db7::1"),
        ("an IPv6 proxy", [f"{CLIENT}, 2001:db8::5"], CLIENT),
        ("an IPv4 address in IPv6's clothes", [f"{LIE}, ::ffff:{CLIENT}"], CLIENT),
        ("a proxy in IPv6's clothes", [f"{CLIENT}, ::ffff:10.1.1.1"], CLIENT),
        ("nothing but a word", ["unknown"], PROXY),
        ("nothing past a malformed element", [f"{CLIENT}, unknown, 10.1.1.1"], "10.1.1.1"),
        ("no address with a port", [f"{CLIENT}:4711"], PROXY),
        ("no address with a zone", ["fe80::1%eth0"], PROXY),
        ("no network", ["192.0.2.0/24"], PROXY),
        ("no number", ["3221225991"], PROXY),
        ("no shortened address", ["192.0.519"], PROXY),
        ("nothing empty", [""], PROXY),
        ("nothing after the last comma", [f"{CLIENT},"], PROXY),
        ("nothing that is not ASCII", ["\uff11\uff19\uff12.0.2.7"], PROXY),
    ],
)
async def test_behind_a_trusted_proxy_its_header_tells(
    what: str, lines: list[str], expected: str
) -> None:
    client = await client_of((PROXY, 4711), *lines)
    assert client == (expected, 4711 if expected == PROXY else 0), what


@pytest.mark.parametrize("peer", [CLIENT, "2001:db7::1", "::ffff:192.0.2.7", "testclient"])
async def test_the_header_of_anybody_else_is_ignored(peer: str) -> None:
    assert await client_of((peer, 4711), LIE) == (peer, 4711)


@pytest.mark.parametrize("peer", [PROXY, "127.0.0.1", "::ffff:10.0.0.1"])
async def test_without_the_setting_every_header_is_ignored(peer: str) -> None:
    assert await client_of((peer, 4711), LIE, trusted=()) == (peer, 4711)


async def test_a_proxy_is_known_by_either_form_of_its_address() -> None:
    assert await client_of(("::ffff:10.0.0.1", 4711), CLIENT) == (CLIENT, 0)


async def test_a_connection_without_an_address_keeps_none() -> None:
    assert await client_of(None, LIE) is None
