"""Who is asking: the address that rate limits and logs go by."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.types import ASGIApp, Receive, Scope, Send

_HEADER = b"x-forwarded-for"
_REMEMBERED = 1024

Address = IPv4Address | IPv6Address


class ClientAddressMiddleware:
    """Makes ``scope["client"]`` the client behind proxies that are trusted.

    Each proxy appends to ``X-Forwarded-For`` the address that it was asked from.
    Only what a trusted proxy has appended can be believed, so the header is read
    from its end, and only as far as trusted addresses go. Anybody else's header
    is ignored; without trusted proxies, everybody's.

    Parameters
    ----------
    app
        What answers requests.
    trusted
        Addresses and networks of proxies.
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[str]) -> None:
        self._app = app
        networks = [ip_network(network) for network in trusted]

        @lru_cache(_REMEMBERED)  # few proxies have many connections
        def is_trusted(host: str) -> bool:
            address = _parse(host)
            return address is not None and any(address in network for network in networks)

        self._is_trusted = is_trusted if networks else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; see the ASGI specification."""
        if self._is_trusted is not None and scope["type"] != "lifespan" and scope.get("client"):
            peer = scope["client"][0]
            if self._is_trusted(peer):
                client = self._behind(peer, scope["headers"])
                if client != peer:
                    # In place, since the log around this reads it; the port is not known.
                    scope["client"] = (client, 0)
        await self._app(scope, receive, send)

    def _behind(self, peer: str, headers: Iterable[tuple[bytes, bytes]]) -> str:
        nearest = peer
        for element in _from_the_end(headers):
            address = _parse(element)
            if address is None:
                break
            nearest = str(address)
            if self._is_trusted is None or not self._is_trusted(nearest):
                break
        return nearest


def _from_the_end(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[str]:
    lines = [value for name, value in headers if name == _HEADER]
    for line in reversed(lines):
        for element in reversed(line.split(b",")):
            yield element.strip().decode("latin-1")


def _parse(text: str) -> Address | None:
    """Read an address; none with a port or a zone is one."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return None
        # What a socket for both kinds calls an address of the old kind.
        return address.ipv4_mapped or address
    return address
