"""A connection from inside the node is tried for real."""

import socket

import pytest

from taskflow_deploy.clusters.embedded import tcp_probe


def _probe(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["tcp_probe", "127.0.0.1", str(port)])
    tcp_probe.main()


def test_a_connection_that_is_taken_counts_and_a_closed_port_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        _probe(port, monkeypatch)
    with pytest.raises(SystemExit) as ended:
        _probe(port, monkeypatch)
    assert ended.value.code == 1
