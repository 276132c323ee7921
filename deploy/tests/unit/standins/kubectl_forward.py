"""kubectl port-forward: a process that listens, is bound to one pod, and dies with it."""

from __future__ import annotations

import socket
import sys

from tests.unit.standins.world import World, parse, stop

_PORTS = {"http": 3000}
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


def play(world: World, namespace: str, words: list[str]) -> None:
    """Play it until its pod is another; the world says which pod there is."""
    given = parse("kubectl port-forward", words, options={"--address": ()},
                  positional=["target", "ports"])  # fmt: skip
    kind, _, name = given["target"].partition("/")
    local, _, remote = given["ports"].partition(":")
    pod = world.get("forwarded_pod")
    if (kind, name, namespace) != ("service", "taskflow-frontend-service", "taskflow"):
        stop(f'Error from server (NotFound): {kind}s "{name}" not found')
    if remote not in _PORTS:
        stop(f"error: Service {name} does not have a service port {remote}")
    if pod is None:
        stop("error: unable to forward port because pod is not running. Current status=Pending")
    world.release()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((given["--address"][0], int(local)))
        except OSError:
            stop(f"error: unable to listen on any of the requested ports: [{{{local} 3000}}]")
        listener.listen()
        _say(f"Forwarding from {given['--address'][0]}:{local} -> {_PORTS[remote]}")
        while True:
            connection, _ = listener.accept()
            with connection:
                _say(f"Handling connection for {local}")
                world.load()
                if world.get("forwarded_pod") != pod:
                    stop("error: lost connection to pod")
                connection.recv(4096)
                connection.sendall(_ANSWER)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
