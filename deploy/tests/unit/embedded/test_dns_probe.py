"""The cluster's DNS is asked a real question, and only a real answer counts."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from taskflow_deploy.clusters.embedded import dns_probe

_ADDRESS = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 30, 4) + bytes([10, 96, 0, 1])


def _reply(question: bytes, *, number: int = 1, code: int = 0, answers: int = 1) -> bytes:
    header = struct.pack(">HHHHHH", number, 0x8580 | code, 1, answers, 0, 0)
    return header + question[12:] + _ADDRESS * answers


@contextmanager
def _server(answer: Callable[[bytes], bytes]) -> Iterator[tuple[int, list[bytes]]]:
    asked: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)

        def serve() -> None:
            question, sender = server.recvfrom(512)
            asked.append(question)
            if reply := answer(question):
                server.sendto(reply, sender)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1], asked
        thread.join()


def _probe(port: int, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(dns_probe, "_PORT", port)
    monkeypatch.setattr(dns_probe, "_SECONDS", 0.3)
    monkeypatch.setattr("sys.argv", ["dns_probe", "127.0.0.1", dns_probe.API_NAME])
    with pytest.raises(SystemExit) as ended:
        dns_probe.main()
    return int(str(ended.value.code))


def test_it_asks_for_the_address_of_the_apis_service(monkeypatch: pytest.MonkeyPatch) -> None:
    with _server(_reply) as (port, asked):
        assert _probe(port, monkeypatch) == 0
    name = b"\x0akubernetes\x07default\x03svc\x07cluster\x05local\x00"
    recursion_one_question = struct.pack(">HHHHHH", 1, 0x0100, 1, 0, 0, 0)
    assert asked == [recursion_one_question + name + struct.pack(">HH", 1, 1)]


@pytest.mark.parametrize(
    ("what", "answer"),
    [
        ("nothing", lambda _question: b""),
        ("NXDOMAIN", lambda question: _reply(question, code=3, answers=0)),
        ("SERVFAIL", lambda question: _reply(question, code=2)),
        ("no address", lambda question: _reply(question, answers=0)),
        ("another's answer", lambda question: _reply(question, number=2)),
        ("rubbish", lambda _question: b"rubbish"),
    ],
)
def test_whatever_is_no_answer_fails(
    monkeypatch: pytest.MonkeyPatch, what: str, answer: Callable[[bytes], bytes]
) -> None:
    with _server(answer) as (port, _asked):
        assert _probe(port, monkeypatch) == 1, what


def test_nobody_there_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    assert _probe(port, monkeypatch) == 1
