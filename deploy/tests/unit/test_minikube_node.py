"""Questions from inside the node, asked by a real shell of real sockets."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from taskflow_deploy import runner
from taskflow_deploy.clusters.minikube import dns, node
from taskflow_deploy.clusters.minikube.cluster import MinikubeCluster
from taskflow_deploy.clusters.minikube.node import Node
from taskflow_deploy.clusters.minikube.programs import Programs
from taskflow_deploy.errors import ClusterError, UsageError
from tests.unit.minikube_machine import cluster, tools
from tests.unit.standins import minikube
from tests.unit.tools import Tools

__all__ = ["cluster", "tools"]

_PROCESS = runner._process
# ten letters: its length is a newline, at which a shell's own printf would cut the packet
_NAME = "kubernetes.default.svc.cluster.local"
_ADDRESS = {dns.V4: bytes([10, 96, 0, 1]), dns.V6: bytes(15) + b"\1"}


@pytest.fixture
def inside(cluster: MinikubeCluster) -> Node:
    """Its node."""
    return Node(Programs(cluster.kubeconfig))


def _record(kind: int, name: bytes = b"\xc0\x0c") -> bytes:
    data = _ADDRESS.get(kind, b"\x01x\x00")
    return name + struct.pack(">HHIH", kind, 1, 30, len(data)) + data


def _reply(question: bytes, *records: bytes, code: int = 0, number: bytes = b"") -> bytes:
    header = struct.pack(">HHHHH", 0x8180 | code, 1, len(records), 0, 0)
    return (number or question[:2]) + header + question[12:] + b"".join(records)


@contextmanager
def _server(
    answer: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[bytes]]:
    asked: list[bytes] = []
    done = threading.Event()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.05)
        monkeypatch.setattr(node, "DNS_PORT", server.getsockname()[1])

        def serve() -> None:
            while not done.is_set():
                try:
                    question, sender = server.recvfrom(512)
                except TimeoutError:
                    continue
                asked.append(question)
                if reply := answer(question):
                    server.sendto(reply, sender)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield asked
        finally:
            done.set()
            thread.join()


def test_a_connection_is_taken_or_refused(cluster: MinikubeCluster) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        assert not cluster.reaches("127.0.0.1", port)
        listener.listen()
        assert cluster.reaches("127.0.0.1", port)
        assert cluster.reaches("localhost", port)
    assert not cluster.reaches("no-such-host.invalid", 5432)


@pytest.mark.parametrize(
    ("host", "port"),
    [("", 1), ("-x", 1), ("a b", 1), ("a;b", 1), ("$(a)", 1), ("a..b", 1), ("localhost", 0),
     ("localhost", 65536), ("a" * 254, 1)],
)  # fmt: skip
def test_what_is_no_host_and_port_is_not_asked(
    cluster: MinikubeCluster, tools: Tools, host: str, port: int
) -> None:
    with pytest.raises(UsageError, match="is no host and port"):
        cluster.reaches(host, port)
    assert tools.calls("minikube", "ssh") == []


def test_the_question_arrives_whole_and_its_answer_counts(
    cluster: MinikubeCluster, inside: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _server(lambda question: _reply(question, _record(dns.V4)), monkeypatch) as asked:
        assert inside.resolves(_NAME, "127.0.0.1")
    assert asked == [dns.question(_NAME, dns.V4)]


def test_a_name_with_an_ipv6_address_only_has_one(
    inside: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(question: bytes) -> bytes:
        kind = struct.unpack(">H", question[-4:-2])[0]
        return _reply(question, *([_record(dns.V6)] if kind == dns.V6 else []))

    with _server(answer, monkeypatch) as asked:
        assert inside.resolves("db.example", "127.0.0.1")
    assert asked == [dns.question("db.example", kind) for kind in (dns.V4, dns.V6)]


@pytest.mark.parametrize(
    ("what", "answer"),
    [
        ("NXDOMAIN", lambda question: _reply(question, code=3)),
        ("an alias that leads nowhere", lambda question: _reply(question, _record(5))),
        ("another's answer", lambda question: _reply(question, _record(1), number=b"\0\1")),
        ("rubbish", lambda _question: b"rubbish"),
    ],
)
def test_whatever_is_no_address_does_not_count(
    inside: Node, monkeypatch: pytest.MonkeyPatch, what: str, answer: Callable[[bytes], bytes]
) -> None:
    with _server(answer, monkeypatch):
        assert not inside.resolves(_NAME, "127.0.0.1"), what


def test_a_lost_packet_is_sent_again(inside: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taskflow_deploy.clusters.minikube.commands._DNS_SECONDS", 0.3)
    lost: list[bytes] = []

    def answer(question: bytes) -> bytes:
        if lost:
            return _reply(question, _record(dns.V4))
        lost.append(question)
        return b""

    with _server(answer, monkeypatch) as asked:
        assert inside.resolves(_NAME, "127.0.0.1")
    assert len(asked) == 2


def test_nobody_there_is_no_address(inside: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setattr(node, "DNS_PORT", closed.getsockname()[1])
    assert not inside.resolves(_NAME, "127.0.0.1")


def test_the_dns_of_the_profile_is_asked(cluster: MinikubeCluster, tools: Tools) -> None:
    assert cluster.resolves(_NAME)
    [[*_start, line]] = tools.calls("minikube", "ssh")
    assert "10.96.0.10 53" in line
    tools.change(dns=False)
    assert not cluster.resolves(_NAME)
    tools.change(profile=None)
    with pytest.raises(ClusterError, match="has no profile taskflow"):
        cluster.resolves(_NAME)


@pytest.mark.parametrize("name", ["", "a..b", "x" * 64 + ".example", ".".join(["abcdefg"] * 40)])
def test_what_is_no_name_is_not_asked(inside: Node, tools: Tools, name: str) -> None:
    with pytest.raises(UsageError, match="is no name"):
        inside.resolves(name, "127.0.0.1")
    assert tools.calls("minikube", "ssh") == []


def test_names_of_all_scripts_and_with_a_last_dot_are_asked() -> None:
    assert b"\x0dxn--bcher-kva\x07example\x00" in dns.question("bücher.example.", dns.V4)


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_a_reply_that_was_cut_short_holds_no_address(cut: int) -> None:
    question = dns.question("a.example", dns.V4)
    reply = _reply(question, _record(5), _record(dns.V4))
    assert dns.has_address(reply, dns.V4)
    assert not dns.has_address(_reply(question, _record(5), _record(dns.V4))[:cut], dns.V4)


def test_the_nodes_free_disk_is_read(inside: Node) -> None:
    assert 0 < inside.free_bytes() < 2**60


def test_a_node_that_cannot_be_asked_is_told(inside: Node, tools: Tools) -> None:
    questions: list[Callable[[], object]] = [
        lambda: inside.reaches("localhost", 1),
        lambda: inside.resolves("localhost", "127.0.0.1"),
        inside.free_bytes,
        inside.host_address,
    ]
    tools.fail("minikube ssh", "X Exiting due to GUEST_SSH", code=80)
    for ask in questions:
        with pytest.raises(ClusterError, match="node cannot be asked") as caught:
            ask()
        assert caught.value.details == ["X Exiting due to GUEST_SSH"]
        assert caught.value.mend == "./taskflow cluster start"


@pytest.mark.parametrize("said", ["* Some advice of Minikube", "zz", "asked\n00 zz"])
def test_words_that_the_question_does_not_print_are_no_answer(
    inside: Node, tools: Tools, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setattr(minikube, "_in_a_shell", lambda _line: (f"{said}\n", 0))
    for ask in (
        lambda: inside.reaches("localhost", 1),
        lambda: inside.resolves("localhost", "127.0.0.1"),
        inside.free_bytes,
    ):
        with pytest.raises(ClusterError, match="node cannot be asked"):
            ask()


def test_a_node_that_hangs_is_told(
    cluster: MinikubeCluster, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_process", _PROCESS)
    monkeypatch.setattr(node, "_SECONDS", 0.3)
    tools.put("minikube", "#!/bin/sh\nexec /bin/sleep 20\n")
    with pytest.raises(ClusterError, match="node cannot be asked") as caught:
        cluster.reaches("localhost", 1)
    assert "did not end within 0.3 s" in caught.value.details[0]
