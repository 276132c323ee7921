"""The way from inside the cluster: the relay by a real Node.js, to a real server."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from taskflow_deploy import runner
from taskflow_deploy.contract import verify as contract
from taskflow_deploy.inside import transport
from taskflow_deploy.inside.transport import Inside
from taskflow_deploy.output import Output
from taskflow_deploy.toolchains import toolchain
from taskflow_deploy.verifier.answers import Request, UnreachableError
from taskflow_deploy.verifier.http import Http
from taskflow_deploy.verifier.verify import verify
from tests.unit import services
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools

# kubectl, as far as it is used here: it runs the command after "--" in "the pod", which is a
# process of this machine with the frontend's environment.
_KUBECTL = """#!{python}
import os, sys
given, command = sys.argv[1:sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1:]
assert given == {given!r}, given
assert command[0] == "node", command
with open({pids!r}, "a") as pids:
    pids.write(f"{{os.getpid()}}\\n")
{before}
os.environ.update({environment!r})
os.execv({node!r}, command)
"""


class Pod:
    """The pod of the frontend."""

    def __init__(self, cluster: RecordingCluster, tools: Tools, folder: Path) -> None:
        self.cluster, self.tools = cluster, tools
        self.pids = folder / "pids"

    def leads_to(self, url: str | None, before: str = "") -> None:
        """Let the backend be at an address, and something happen before the command runs."""
        given = ["--kubeconfig", str(self.cluster.kubeconfig), "--context", "taskflow",
                 "exec", "--stdin", "deploy/taskflow-frontend", "--container", "frontend",
                 "--namespace", "taskflow"]  # fmt: skip
        node = toolchain("node", Output()) / "node"
        environment = {} if url is None else {"NEXT_PUBLIC_API_URL": url}
        self.tools.put("kubectl", _KUBECTL.format(
            python=sys.executable, given=given, pids=str(self.pids), before=before,
            environment=environment, node=str(node),
        ))  # fmt: skip

    @property
    def started(self) -> list[int]:
        """What was run in it, by process id."""
        return [int(line) for line in self.pids.read_text(encoding="ascii").split()]

    def is_empty(self) -> bool:
        """Tell whether nothing of that runs any more, or does not soon."""
        last = time.monotonic() + 5
        while any(Path(f"/proc/{pid}").exists() for pid in self.started):
            if time.monotonic() > last:
                return False
            time.sleep(0.01)
        return True


@pytest.fixture
def pod(tools: Tools, paths: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pod:
    """The pod of the frontend, in a cluster."""
    monkeypatch.setenv("PATH", f"{tools.folder}:/usr/bin:/bin")  # setpriv is there
    return Pod(RecordingCluster(tools, paths), tools, tmp_path)  # type: ignore[arg-type]


@pytest.fixture
def way(pod: Pod) -> Iterator[Inside]:
    """The way through the pod."""
    inside = Inside(pod.cluster)
    yield inside
    inside.close()


@contextmanager
def backend(
    answer: bytes, *, hangs: bool = False, leaves: bool = False
) -> Iterator[tuple[str, list[bytes]]]:
    """Serve the same bytes for each request; give the address, and what was asked."""
    heard: list[bytes] = []
    done = threading.Event()

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                connections.append(connection)
                threading.Thread(target=talk, args=[connection], daemon=True).start()

    def talk(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            while said := connection.recv(1_000_000):
                heard.append(said)
                connection.sendall(answer)
                if leaves:
                    return
                if hangs:
                    done.wait(30)

    connections: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", heard
        done.set()
        server.shutdown(socket.SHUT_RDWR)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-B: 1\r\nset-cookie: a\r\nSet-Cookie: b\r\n\r\nok"


def test_a_request_is_sent_as_it_is_and_its_answer_comes_back(pod: Pod, way: Inside) -> None:
    with backend(_OK) as (url, heard):
        pod.leads_to(url)
        assert way.url == url
        before = time.monotonic()
        headers = {"Content-Type": "application/json", "Authorization": "Bearer"}
        answer = way.send(Request("DELETE", "/a/../b?c=%20d", headers, b'{"\xff":1}'))
        after = time.monotonic()
    host = url.removeprefix("http://").encode()
    assert sorted(heard[0].split(b"\r\n")) == sorted(
        [b"DELETE /a/../b?c=%20d HTTP/1.1", b"Host: " + host, b"Connection: keep-alive",
         b"Content-Type: application/json", b"Authorization: Bearer", b"Content-Length: 7", b"",
         b'{"\xff":1}']
    )  # fmt: skip
    assert (answer.status, answer.body) == (200, b"ok")
    assert answer.headers == (
        ("content-length", "2"), ("x-b", "1"), ("set-cookie", "a"), ("set-cookie", "b"),
    )  # fmt: skip
    assert before <= answer.sent < answer.received <= after
    assert answer.received - answer.sent < 2, "the start of the relay is no part of it"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
def test_without_a_body_it_is_asked_as_from_this_machine(
    pod: Pod, way: Inside, method: str
) -> None:
    with backend(_OK) as (url, heard):
        pod.leads_to(url)
        way.send(Request(method, "/x"))
        ours = Http(url)
        ours.send(Request(method, "/x"))
        ours.close()
    inside, here = (sorted(said.lower().split(b"\r\n")) for said in heard)
    assert inside == here


def test_all_requests_share_one_connection_and_one_process(pod: Pod, way: Inside) -> None:
    with backend(_OK) as (url, heard):
        pod.leads_to(url)
        for _ in range(3):
            way.send(Request("GET", "/"))
        assert len(heard) == 3
    assert len(pod.started) == 1


def test_bodies_of_300_kib_pass_both_ways_within_the_pods_memory(pod: Pod, way: Inside) -> None:
    large = os.urandom(300 * 1024)
    with backend(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(large) + large) as (url, _):
        pod.leads_to(url)
        for _ in range(20):
            assert way.send(Request("POST", "/", {}, large)).body == large
        [pid] = pod.started
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    most = int(status.partition("VmHWM:")[2].split()[0]) // 1024
    assert most < 100, f"{most} MiB: the frontend itself needs the rest of its 256 MiB"


def test_it_is_over_for_the_pod_when_it_is_closed(pod: Pod, way: Inside) -> None:
    with backend(_OK) as (url, _):
        pod.leads_to(url)
        way.send(Request("GET", "/"))
        way.close()
    assert pod.is_empty()


def test_nothing_stays_in_the_pod_when_we_are_killed() -> None:
    """kubectl dies with us, and with it the input of what it ran: so a pod's runtime has it."""
    node = str(toolchain("node", Output()) / "node")
    command = [node, "--input-type=module", "--eval", transport._RELAY]
    with (
        backend(b"", hangs=True) as (url, heard),
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"NEXT_PUBLIC_API_URL": url},
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == {"url": url}
        process.stdin.write(transport._written(Request("GET", "/", seconds=60)) + "\n")
        process.stdin.flush()
        while not heard:
            time.sleep(0.01)
        process.stdin.close()
        assert process.wait(5) == 0, "also while an answer is awaited"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"", "no answer within 0.3 s"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "no answer within 0.3 s"),
        (b"HTTP/1.1 nonsense\r\n\r\n", "HPE_INVALID_STATUS"),
    ],
)
def test_an_answer_that_is_none_is_told(pod: Pod, way: Inside, said: bytes, reason: str) -> None:
    with backend(said, hangs=True) as (url, _):
        pod.leads_to(url)
        with pytest.raises(UnreachableError, match=f"^{reason}$"):
            way.send(Request("GET", "/", seconds=0.3))
    assert len(pod.started) == 1, "the pod is well"


def test_an_answer_that_breaks_off_is_told(pod: Pod, way: Inside) -> None:
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"
    with backend(half, leaves=True) as (url, _):
        pod.leads_to(url)
        with pytest.raises(UnreachableError, match=r"^ECONNRESET$"):
            way.send(Request("GET", "/"))
    assert len(pod.started) == 1, "the pod is well"


def test_after_an_answer_that_did_not_come_the_next_request_is_asked(pod: Pod, way: Inside) -> None:
    port = services.free_port(range(30400, 32768))
    pod.leads_to(f"http://127.0.0.1:{port}")
    with pytest.raises(UnreachableError, match=r"^ECONNREFUSED$"):
        way.send(Request("GET", "/"))
    with pytest.raises(UnreachableError, match=r"^ERR_UNESCAPED_CHARACTERS$"):
        way.send(Request("GET", "/ /"))
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(UnreachableError, match="no answer"),
    ):
        way.send(Request("GET", "/", seconds=0.2))
    assert len(pod.started) == 1


def test_a_pod_without_the_backends_address_is_told(pod: Pod, way: Inside) -> None:
    pod.leads_to(None)
    with pytest.raises(UnreachableError) as caught:
        assert way.url
    assert str(caught.value) == (
        "the frontend's pod cannot be asked: NEXT_PUBLIC_API_URL is not the backend's address"
    )


def test_a_pod_that_is_not_there_is_told_and_soon_no_more_asked_for(pod: Pod, way: Inside) -> None:
    pod.leads_to("http://x", 'sys.exit("Error from server: no pods\\ncommand terminated with "'
                             '"exit code 1")')  # fmt: skip
    for _ in range(6):
        with pytest.raises(UnreachableError, match=r"cannot be asked: Error from server: no pods$"):
            way.send(Request("GET", "/"))
    assert len(pod.started) == 3


def test_another_pod_takes_over_from_one_that_is_replaced(pod: Pod, way: Inside) -> None:
    with backend(_OK) as (url, _):
        pod.leads_to(url)
        way.send(Request("GET", "/"))
        os.kill(pod.started[0], 9)
        with pytest.raises(UnreachableError, match="kubectl ended with exit code -9"):
            way.send(Request("GET", "/"))
        assert way.send(Request("GET", "/")).body == b"ok"
    assert len(pod.started) == 2


def test_a_pod_that_hangs_is_not_waited_for(
    pod: Pod, way: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_START_SECONDS", 0.3)
    monkeypatch.setattr(runner, "_ENDS_WITHIN_SECONDS", 0.1)
    pod.leads_to("http://x", "import time; time.sleep(60)")
    with pytest.raises(UnreachableError, match=r"kubectl did not answer within 0\.3 s$"):
        way.send(Request("GET", "/"))
    assert pod.is_empty()


def test_what_is_no_answer_of_the_relay_is_told(pod: Pod, way: Inside) -> None:
    pod.leads_to("http://x", 'print("Defaulted container", flush=True)')
    with pytest.raises(UnreachableError, match="it does not speak as it should"):
        way.send(Request("GET", "/"))


def test_without_kubectl_that_is_told(pod: Pod, way: Inside) -> None:
    with pytest.raises(UnreachableError, match="kubectl"):
        way.send(Request("GET", "/"))


def test_from_inside_the_backend_answers_as_it_was_recorded(
    pod: Pod, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/usr/sbin:/sbin:/usr/local/bin")
    with services.backend(database_url, quick=True, **services.UNLIMITED) as port:
        url = f"http://127.0.0.1:{port}"
        pod.leads_to(url)
        known = contract.Knowledge(url, services.SECRET)
        subject = contract.subject(url, known, lambda: Inside(pod.cluster), "from inside")
        found = verify(contract.asked(), contract.recorded(), subject, "what was recorded")
    assert found.explanation == []
    assert found.compared == len(contract.recorded().answers)
    assert pod.is_empty()
