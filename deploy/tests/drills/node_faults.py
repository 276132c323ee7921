"""Ways to break what is beside the files: the cluster, the node, the records, the programs."""

import base64
import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.cluster.checkout import Checkout
from tests.drills.faults import Fault

WRONG_PASSWORD = "wrong-Password-of-a-drill-7Qf3Zk"
MAIN = "backend/src/main.py"
_LOOK_SECONDS = 0.02
_LIBRARY = "docker.io/library"
_KEPT = "drill.invalid/kept:1"


def taken_port(port: int) -> Fault:
    """Return the fault that the node port that is wanted belongs to another service."""
    made = ("service", "nodeport", "drill", "--tcp=80", f"--node-port={port}")
    return _made("default", *made, TASKFLOW_NODE_PORT=str(port))


def quota_of_pods(count: int) -> Fault:
    """Return the fault that the namespace may have only so many pods."""
    return _made("taskflow", "quota", "drill", f"--hard=pods={count}")


def _made(namespace: str, kind: str, *words: str, **variables: str) -> Fault:
    """Return the fault that an object named drill is there, and variables have some values."""

    @contextmanager
    def fault(checkout: Checkout) -> Iterator[dict[str, str]]:
        checkout.taskflow("kubectl", "create", kind, *words, "-n", namespace)
        try:
            yield variables
        finally:
            checkout.taskflow("kubectl", "delete", kind, "drill", "-n", namespace)

    return fault


@contextmanager
def foreign_authority(checkout: Checkout) -> Iterator[dict[str, str]]:
    """Have the kubeconfig trust another authority: a cluster at our address that is not ours."""
    file = checkout.state / "kubeconfig"
    ours = file.read_text(encoding="utf-8")
    foreign = json.loads(ours)
    other = base64.b64encode(b"-----BEGIN CERTIFICATE-----\nof another\n").decode()
    foreign["clusters"][0]["cluster"]["certificate-authority-data"] = other
    file.write_text(json.dumps(foreign), encoding="utf-8")
    try:
        yield {}
    finally:
        file.write_text(ours, encoding="utf-8")


def own_database(*, port: int | None = None) -> Fault:
    """Return the fault that DATABASE_URL names our own server, with a wrong password or port."""

    @contextmanager
    def fault(checkout: Checkout) -> Iterator[dict[str, str]]:
        kubeconfig = json.loads((checkout.state / "kubeconfig").read_text(encoding="utf-8"))
        node = kubeconfig["clusters"][0]["cluster"]["server"].split("/")[2].partition(":")[0]
        host = node.rpartition(".")[0] + ".1"  # this machine's end of the node's cable
        known = json.loads((checkout.state / "postgres.json").read_text(encoding="utf-8"))
        where = f"{host}:{port or known['port']}"
        yield {"DATABASE_URL": f"postgresql://taskflow:{WRONG_PASSWORD}@{where}/taskflow"}

    return fault


@contextmanager
def program_that_cannot_run(checkout: Checkout) -> Iterator[dict[str, str]]:
    """Have a cache whose kubectl is no program; the machine's own cache is left alone."""
    own = Path(checkout.environment.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "taskflow"
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "taskflow"
        for entry in own.iterdir():
            if entry.name == "cluster":
                _link_all(entry, cache / entry.name)
            else:
                cache.mkdir(exist_ok=True)
                (cache / entry.name).symlink_to(entry)
        for kubectl in cache.glob("cluster/*/kubectl"):
            kubectl.unlink()
            kubectl.write_text("cut off", encoding="utf-8")
        yield {"XDG_CACHE_HOME": folder}


def _link_all(source: Path, target: Path) -> None:
    target.mkdir(parents=True)
    for entry in source.iterdir():
        if entry.is_dir():
            _link_all(entry, target / entry.name)
        else:
            (target / entry.name).symlink_to(entry)


def changed_since_tag(tag: str, name: str) -> Fault:
    """Return the fault that the checkout has a tag, and a file was changed after it."""

    @contextmanager
    def fault(checkout: Checkout) -> Iterator[dict[str, str]]:
        author = ("-c", "user.name=drill", "-c", "user.email=drill@example.com")
        try:
            _git(checkout, "init", "--quiet")
            _git(checkout, "add", "--all")
            _git(checkout, *author, "commit", "--quiet", "--message", "As it was tagged")
            _git(checkout, "tag", tag)
            with checkout.changed(name, lambda text: f"{text}\n"):
                yield {}
        finally:
            subprocess.run(["rm", "-rf", str(checkout.folder / ".git")], check=True)

    return fault


def _git(checkout: Checkout, *words: str) -> None:
    subprocess.run(["git", *words], cwd=checkout.folder, check=True, capture_output=True)


@contextmanager
def saved_while_built(checkout: Checkout) -> Iterator[dict[str, str]]:
    """Change the backend as never before, and once more as soon as the builder has begun."""
    file, done = checkout.folder / MAIN, threading.Event()
    log = checkout.state / "logs" / "cluster" / "build-taskflow-backend.log"
    before = _changed_at(log)

    def meddle() -> None:
        while not done.wait(_LOOK_SECONDS):
            if _changed_at(log) != before:
                file.write_text(file.read_text("utf-8") + "# saved again\n", encoding="utf-8")
                return

    meddler = threading.Thread(target=meddle)
    with checkout.changed(MAIN, lambda text: f"{text}# saved at {time.time_ns()}\n"):
        meddler.start()
        try:
            yield {}
        finally:
            done.set()
            meddler.join()


def _changed_at(file: Path) -> int:
    return file.stat().st_mtime_ns if file.exists() else 0


@contextmanager
def stale_image(checkout: Checkout) -> Iterator[dict[str, str]]:
    """Have another image in the node under the name of the backend's."""
    with _image_kept(checkout) as name:
        other = f"{_LIBRARY}/{_images(checkout)['frontend']}"
        ctr(checkout, "images", "tag", "--force", other, name)
        yield {}


@contextmanager
def removed_image(checkout: Checkout) -> Iterator[dict[str, str]]:
    """Remove the backend's image from the node; that it was built stays on record."""
    with _image_kept(checkout) as name:
        ctr(checkout, "images", "rm", name)
        yield {}


@contextmanager
def other_record(checkout: Checkout) -> Iterator[dict[str, str]]:
    """Have the record of builds say that the backend's image is another one."""
    file = checkout.state / "images.json"
    kept = file.read_text(encoding="utf-8")
    known: dict[str, Any] = json.loads(kept)
    known[_images(checkout)["backend"]] = f"sha256:{'0' * 64}"
    file.write_text(json.dumps(known), encoding="utf-8")
    try:
        yield {}
    finally:
        file.write_text(kept, encoding="utf-8")


@contextmanager
def _image_kept(checkout: Checkout) -> Iterator[str]:
    """Give the full name of the backend's image, which is what it was again in the end."""
    name = f"{_LIBRARY}/{_images(checkout)['backend']}"
    ctr(checkout, "images", "tag", "--force", name, _KEPT)
    try:
        yield name
    finally:
        ctr(checkout, "images", "tag", "--force", _KEPT, name)
        ctr(checkout, "images", "rm", _KEPT)


def _images(checkout: Checkout) -> dict[str, str]:
    """Return the image that runs of each component."""
    pods = checkout.kubectl("get", "pods", "-l", "app=taskflow")["items"]
    return {
        pod["metadata"]["labels"]["component"]: pod["spec"]["containers"][0]["image"]
        for pod in pods
    }


def ctr(checkout: Checkout, *words: str) -> str:
    """Return what the node's container runtime says to a command."""
    socket = str(checkout.run_folder / "containerd.sock")
    command = ["ctr", "--address", socket, "--namespace", "k8s.io", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
