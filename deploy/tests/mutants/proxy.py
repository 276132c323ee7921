"""An HTTP proxy that lets a rule change what passes through it: requests and answers."""

import http.client
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol

_TIMEOUT = 30.0
_NO_CONTENT = (204, 304)
_IN_PARTS = "transfer-encoding"
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Asked:
    """A request on its way to the server."""

    method: str
    path: str
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        """Return a header's value, empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass(frozen=True)
class Answer:
    """An answer on its way to the client.

    Attributes
    ----------
    delay
        Seconds for which it is held back.
    withheld
        Bytes at the end of the body that are never sent, though the length counts them.
    """

    status: int
    reason: str
    headers: Headers
    body: bytes
    delay: float = 0.0
    withheld: int = 0

    def header(self, name: str) -> str | None:
        """Return a header's value, None where there is none."""
        return next((value for key, value in self.headers if key.lower() == name), None)


class Rule(Protocol):
    """What happens on the way."""

    def ask(self, asked: Asked) -> Asked:
        """Return the request that the server gets."""
        ...

    def answer(self, asked: Asked, answer: Answer) -> Answer:
        """Return the answer that the client gets."""
        ...


class Untouched:
    """The rule by which everything passes as it is."""

    def ask(self, asked: Asked) -> Asked:
        """Return the request."""
        return asked

    def answer(self, _: Asked, answer: Answer) -> Answer:
        """Return the answer."""
        return answer


class Proxy:
    """A proxy that is running.

    Attributes
    ----------
    rule
        What happens to all that passes from now on.
    errors
        What went wrong in a rule; the client's connection was closed then.
    """

    def __init__(self, server_port: int) -> None:
        self.rule: Rule = Untouched()
        self.errors: list[Exception] = []
        self.port = 0
        self._server_port = server_port

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def pass_on(self, asked: Asked) -> Answer:
        """Return what the client gets for a request."""
        rule = self.rule
        asked = rule.ask(asked)
        connection = http.client.HTTPConnection("127.0.0.1", self._server_port, timeout=_TIMEOUT)
        try:
            connection.putrequest(
                asked.method, asked.path, skip_host=True, skip_accept_encoding=True
            )
            for name, value in asked.headers:
                connection.putheader(name, value.encode("latin-1"))
            connection.endheaders(asked.body)
            got = connection.getresponse()
            # Its body is whole here, whatever it came in.
            headers = tuple(one for one in got.getheaders() if one[0].lower() != _IN_PARTS)
            answer = Answer(got.status, got.reason, headers, got.read())
        finally:
            connection.close()
        return rule.answer(asked, answer)


@contextmanager
def running(server_port: int) -> Iterator[Proxy]:
    """Run a proxy before the server on a port of this machine."""
    proxy = Proxy(server_port)

    class Handler(_Connection):
        passing = proxy

    with _Server(("127.0.0.1", 0), Handler) as served:
        proxy.port = int(served.server_address[1])
        thread = threading.Thread(target=served.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield proxy
        finally:
            served.shutdown()
            thread.join()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


class _Connection(socketserver.StreamRequestHandler):
    """One client; it may ask as often as it likes."""

    passing: Proxy
    wbufsize = 65536  # head and body in one packet: two would wait for each other
    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Answer until the client has gone, or an answer needs the connection's end."""
        try:
            while (asked := self._read()) is not None:
                try:
                    answer = self.passing.pass_on(asked)
                except Exception as error:  # noqa: BLE001 - told by whoever set the rule
                    self.passing.errors.append(error)
                    return
                if not self._write(asked, answer):
                    return
        except ConnectionError:  # the client has gone in the middle, as it may
            return

    def _read(self) -> Asked | None:
        line = self.rfile.readline().decode("latin-1").split()
        if not line:
            return None
        method, path, _ = line
        parsed = http.client.parse_headers(self.rfile)
        headers = tuple(parsed.items())
        return Asked(method, path, headers, self.rfile.read(int(parsed["Content-Length"] or 0)))

    def _write(self, asked: Asked, answer: Answer) -> bool:
        """Send an answer; tell whether the connection may stay open."""
        time.sleep(answer.delay)
        has_body = asked.method != "HEAD" and answer.status not in _NO_CONTENT
        stays = not has_body or (answer.header("content-length") is not None)
        stays = stays and not answer.withheld
        if has_body:
            answer = _measured(answer)
        if not stays:
            answer = replace(answer, headers=(*answer.headers, ("Connection", "close")))
        lines = [f"HTTP/1.1 {answer.status} {answer.reason}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        if has_body:
            self.wfile.write(answer.body[: len(answer.body) - answer.withheld])
        self.wfile.flush()
        return stays


def _measured(answer: Answer) -> Answer:
    """Return an answer whose length, if it tells one, is that of its body."""
    length = str(len(answer.body))
    headers = tuple(
        (name, length if name.lower() == "content-length" else value)
        for name, value in answer.headers
    )
    return replace(answer, headers=headers)
