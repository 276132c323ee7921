"""Network policies hold on the embedded cluster: for any pods, and for the release."""

import ipaddress
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.cluster.checkout import Checkout
from tests.cluster.parts import parts, pid_of
from tests.cluster.policies.objects import (
    AWAY,
    HOME,
    client,
    namespace,
    policy,
    rule,
    server,
    service,
)

_SCRIPTS = Path(__file__).parent / "policies"
_AGENT = "kube-network-policies"
_DNS = "dns://kubernetes.default.svc.cluster.local"
_SECONDS = 60.0


class Pods:
    """A server, and others that try to reach it: a friend and a stranger beside it, one away.

    Parameters
    ----------
    checkout
        Whose cluster they run in.
    node
        The node's address.
    """

    def __init__(self, checkout: Checkout, node: str) -> None:
        self._checkout = checkout
        self._node = node
        self.host = str(ipaddress.ip_address(node) - 1)
        frontend = checkout.kubectl("get", "deployment", "--selector", "component=frontend")
        image = frontend["items"][0]["spec"]["template"]["spec"]["containers"][0]["image"]
        self.apply(namespace(HOME), namespace(AWAY, team="away"))
        self.apply(
            server(image), service(), client(HOME, "friend", image),
            client(HOME, "stranger", image), client(AWAY, "away", image),
        )  # fmt: skip
        for home in (HOME, AWAY):
            wait = ["wait", "pods", "--all", "--for=condition=Ready", f"--timeout={_SECONDS}s"]
            checkout.taskflow("kubectl", *wait, "--namespace", home)
        self.address = self._get("pod")["status"]["podIP"]
        self.port = self._get("service")["spec"]["ports"][0]["nodePort"]

    def apply(self, *objects: dict[str, Any]) -> None:
        """Apply objects."""
        listed = {"apiVersion": "v1", "kind": "List", "items": objects}
        file = self._checkout.folder / "applied.json"
        file.write_text(json.dumps(listed), encoding="utf-8")
        self._checkout.taskflow("kubectl", "apply", "--filename", str(file))

    def remove(self) -> None:
        """Remove everything."""
        self._checkout.taskflow("kubectl", "delete", "namespace", HOME, AWAY, "--wait=false")

    def check(self, name: str, **expected: bool) -> None:
        """Wait until a pod reaches exactly what it should: a policy takes a moment to be known.

        The server's ports are named ``tcp_8080``; ``outside`` is ours on this machine.
        """
        deadline = time.monotonic() + _SECONDS
        while (found := self._look(name, list(expected))) != expected:
            assert time.monotonic() < deadline, f"{name} reaches {found}, not {expected}"

    def knock(self, name: str, *words: str) -> subprocess.Popen[str]:
        """Start to open connections to the server, one after the other."""
        process = self._exec(name, "knock.mjs", self.address, "8080", *words)
        assert process.stdout is not None
        assert process.stdout.readline() == "knocking\n"
        return process

    def node_port_answers(self) -> bool:
        """Tell whether the server answers this machine through the node's port."""
        with socket.socket() as attempt:
            attempt.settimeout(1.5)
            return attempt.connect_ex((self._node, self.port)) == 0

    def server_is_ready(self) -> dict[str, Any]:
        """Return what the kubelet found out about the server, which it asks every second."""
        conditions = self._get("pod")["status"]["conditions"]
        found: dict[str, Any] = next(each for each in conditions if each["type"] == "Ready")
        return found

    def listen(self) -> socket.socket:
        """Listen on this machine, at the address that the node's pods see."""
        self._outside = socket.create_server((self.host, 0))
        return self._outside

    def outside_port(self) -> int:
        """Return the port on which this machine listens."""
        return int(self._outside.getsockname()[1])

    def _look(self, name: str, words: list[str]) -> dict[str, bool]:
        places = [self._place(word) for word in words]
        with self._exec(name, "look.mjs", *places) as process:
            out, err = process.communicate()
        assert process.returncode == 0, err
        found = json.loads(out)
        return {word: found[place] for word, place in zip(words, places, strict=True)}

    def _place(self, word: str) -> str:
        if word == "dns":
            return _DNS
        if word == "outside":
            return f"tcp://{self.host}:{self.outside_port()}"
        protocol, _, port = word.partition("_")
        return f"{protocol}://{self.address}:{port}"

    def _exec(self, name: str, script: str, *words: str) -> subprocess.Popen[str]:
        home = AWAY if name == "away" else HOME
        text = (_SCRIPTS / script).read_text(encoding="utf-8")
        node = ["node", "--input-type=module", "--eval", text, "--", *words]
        return self._checkout.start("kubectl", "exec", name, "--namespace", home, "--", *node)

    def _get(self, kind: str) -> Any:
        return self._checkout.kubectl("get", kind, "server", "--namespace", HOME)


@pytest.fixture(scope="module")
def pods(checkout: Checkout) -> Iterator[Pods]:
    node = urlsplit(checkout.taskflow("up", "--yes").out.strip()).hostname
    assert node is not None
    made = Pods(checkout, node)
    with made.listen():
        yield made
    made.remove()


_ALL = {"tcp_8080": True, "tcp_8081": True, "udp_8082": True, "udp_8083": True}
_NONE = dict.fromkeys(_ALL, False)


def test_without_policies_everything_is_reached(pods: Pods) -> None:
    for name in ("friend", "stranger", "away"):
        pods.check(name, **_ALL, outside=True, dns=True)
    assert pods.node_port_answers()


def test_a_default_deny_stops_all_but_the_kubelet(pods: Pods) -> None:
    before = pods.server_is_ready()
    pods.apply(policy("default-deny", ingress=[], egress=[]))
    pods.check("friend", **_NONE, outside=False, dns=False)
    # Only those of its namespace are held back.
    pods.check("away", **_NONE, outside=True, dns=True)
    assert not pods.node_port_answers()
    # It asks every second, and one question without an answer would show.
    assert pods.server_is_ready() == before
    assert before["status"] == "True"


def test_what_is_allowed_passes_and_nothing_else(pods: Pods) -> None:
    friend, away = {"podSelector": {"matchLabels": {"role": "friend"}}}, {"team": "away"}
    host = {"ipBlock": {"cidr": f"{pods.host}/32"}}
    to_server = {"podSelector": {"matchLabels": {"role": "server"}}}
    others = {"ipBlock": {"cidr": "0.0.0.0/0", "except": [f"{pods.host}/32"]}}
    pods.apply(
        policy("dns", egress=[rule("to", udp=53, tcp=53)]),
        policy("server", "server", ingress=[
            rule("from", friend, tcp="web", udp=8083),
            rule("from", {"namespaceSelector": {"matchLabels": away}}, tcp=8081, udp="told"),
            rule("from", host, tcp="web"),
        ]),
        policy("friend", "friend", egress=[
            rule("to", to_server), rule("to", host, tcp=pods.outside_port()),
        ]),
        policy("stranger", "stranger", egress=[rule("to", others)]),
    )  # fmt: skip
    expected = {
        "friend": {**_NONE, "tcp_8080": True, "udp_8083": True, "outside": True, "dns": True},
        "stranger": {**_NONE, "outside": False, "dns": True},
        "away": {**_NONE, "tcp_8081": True, "udp_8082": True, "outside": True, "dns": True},
    }
    for name, places in expected.items():
        pods.check(name, **places)
    assert pods.node_port_answers()


def test_policies_hold_while_the_agent_is_away(checkout: Checkout, pods: Pods) -> None:
    friend, stranger = pods.knock("friend", "6", "hold"), pods.knock("stranger", "6")
    os.kill(pid_of(_AGENT, checkout), signal.SIGKILL)
    out, _ = friend.communicate()
    seen = json.loads(out)
    knocks = seen["knocks"]
    assert knocks[0], "a new connection is let in at first"
    assert False in knocks, "without the agent, none is"
    assert knocks[-1], "and again with the next one"
    assert seen["held"]["asked"] > 20
    assert seen["held"]["asked"] - seen["held"]["answered"] <= 1, "what was open stays open"
    out, _ = stranger.communicate()
    assert True not in json.loads(out)["knocks"]
    found = parts(checkout)[_AGENT]
    assert found["well"]
    assert "restarted" in found["detail"]


def test_the_release_passes_its_tests(checkout: Checkout) -> None:
    said = checkout.taskflow("helm", "test", "taskflow", "--logs", "--timeout", "120s").out
    assert "This pod does not reach the backend itself" in said


def test_its_test_of_isolation_fails_without_its_policies(checkout: Checkout) -> None:
    kept = checkout.kubectl("get", "networkpolicy")
    assert len(kept["items"]) >= 4
    file = checkout.folder / "kept.json"
    file.write_text(json.dumps(kept), encoding="utf-8")
    checkout.taskflow("kubectl", "delete", "networkpolicy", "--all")
    try:
        name = "taskflow-test-isolation"
        words = ["helm", "test", "taskflow", "--filter", f"name={name}", "--timeout", "120s"]
        checkout.taskflow(*words, expect=1)
        said = checkout.taskflow("kubectl", "logs", f"pod/{name}").out
        assert "not enforced by this cluster" in said
    finally:
        checkout.taskflow("kubectl", "apply", "--filename", str(file))
