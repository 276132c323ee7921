"""Minikube with the Docker driver, as of v1.37: one profile, and the images in its node."""

from __future__ import annotations

import os
import sys

from tests.unit.standins.world import World, parse, stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_PROFILE = {"--profile": ()}
_USAGE, _NOT_FOUND, _NOT_RUNNING = 14, 85, 89
_ADDRESS = "192.168.49.2"
_START = {
    **_PROFILE,
    "--driver": ("docker",),
    "--container-runtime": ("docker", "containerd", "cri-o"),
    "--cni": ("auto", "bridge", "calico", "cilium", "flannel", "kindnet"),
    "--memory": (),
    "--namespace": (),
    "--cpus": (),
}


def play(world: World, words: list[str], _stdin: str) -> None:
    """Play ``minikube``."""
    if "KUBECONFIG" not in os.environ:
        stop("the stand-in never writes to the user's own kubeconfig")
    commands = {"start": _start, "status": _status, "stop": _stop, "delete": _delete, "ip": _ip}
    if words[0] == "image":
        {"load": _load, "ls": _list}[words[1]](world, words[2:])
    else:
        commands[words[0]](world, words[1:])


def _start(world: World, words: list[str]) -> None:
    given = parse("minikube start", words, options=_START, flags=["--keep-context", "--force"],
                  required=["--profile"], code=_USAGE)  # fmt: skip
    if os.geteuid() == 0 and not given["--force"]:
        _exit("DRV_AS_ROOT", 'The "docker" driver should not be used with root privileges.', 57)
    if not world.get("docker_engine", True):
        _exit("PROVIDER_DOCKER_NOT_RUNNING", "deadline exceeded running docker version", 69)
    cores = os.cpu_count() or 1
    if int(given["--cpus"][0]) > cores:
        _exit("RSRC_INSUFFICIENT_CORES", f"Requested {given['--cpus'][0]} of {cores} cpus", 29)
    name = given["--profile"][0]
    world.set("profile", {"name": name, "Host": "Running", "APIServer": "Running"})
    world.set("networks", [name])
    world.set("started_with", given)
    _write_context(world, name, (given["--namespace"] or ["default"])[0])
    sys.stdout.write(f'* Done! kubectl is now configured to use "{name}" cluster\n')


def _write_context(world: World, name: str, namespace: str) -> None:
    import json

    server = world.get("server", f"https://{_ADDRESS}:8443")
    context = {"cluster": name, "user": name, "namespace": namespace}
    view = {
        "clusters": [{"name": name, "cluster": {"server": server}}],
        "users": [{"name": name, "user": {"client-certificate": "client.crt"}}],
        "contexts": [{"name": name, "context": context}],
    }
    os.makedirs(os.path.dirname(os.environ["KUBECONFIG"]), exist_ok=True)
    with open(os.environ["KUBECONFIG"], "w", encoding="utf-8") as written:
        json.dump(view, written)


def _status(world: World, words: list[str]) -> None:
    import json

    given = parse("minikube status", words, options={**_PROFILE, "-o": ("json", "text")},
                  required=["--profile", "-o"], code=_USAGE)  # fmt: skip
    profile = _profile(world, given["--profile"][0])
    host, api = profile["Host"], profile["APIServer"]
    configured = os.path.exists(os.environ["KUBECONFIG"]) and api == "Running"
    found = {
        "Name": profile["name"],
        "Host": host,
        "Kubelet": host,
        "APIServer": api,
        "Kubeconfig": "Configured" if configured else "Misconfigured",
        "Worker": False,
    }
    sys.stdout.write(json.dumps(found))
    sys.exit(1 * (host != "Running") | 2 * (api != "Running") | 4 * (not configured))


def _stop(world: World, words: list[str]) -> None:
    given = parse("minikube stop", words, options=_PROFILE, code=_USAGE)
    profile = _profile(world, given["--profile"][0])
    world.set("profile", {**profile, "Host": "Stopped", "APIServer": "Stopped"})


def _delete(world: World, words: list[str]) -> None:
    given = parse("minikube delete", words, options=_PROFILE, code=_USAGE)
    for name, nothing in (("profile", None), ("node_images", {}), ("networks", [])):
        world.set(name, nothing)
    sys.stdout.write(f'* Removed all traces of the "{given["--profile"][0]}" cluster.\n')


def _ip(world: World, words: list[str]) -> None:
    given = parse("minikube ip", words, options=_PROFILE, code=_USAGE)
    _require_running(world, given["--profile"][0])
    sys.stdout.write(world.get("address", _ADDRESS) + "\n")


def _load(world: World, words: list[str]) -> None:
    given = parse("minikube image load", words, options=_PROFILE, positional=["image"],
                  code=_USAGE)  # fmt: skip
    _require_running(world, given["--profile"][0])
    found = world.get("docker_images", {}).get(given["image"])
    if found is None:
        _exit("GUEST_IMAGE_LOAD", f"Failed to load image: {given['image']}", 80)
    if world.get("keeps_stale_images"):  # it has been seen to end well and do nothing
        found = "sha256:" + "0" * 64
    world.set("node_images", {**world.get("node_images", {}), given["image"]: found})


def _list(world: World, words: list[str]) -> None:
    import json

    formats = ("json", "short", "table", "yaml")
    given = parse("minikube image ls", words, options={**_PROFILE, "--format": formats},
                  required=["--format"], code=_USAGE)  # fmt: skip
    _require_running(world, given["--profile"][0])
    images = [
        {
            "id": found.removeprefix("sha256:"),
            "repoDigests": [],
            "repoTags": [f"docker.io/library/{name}"],
            "size": "103000000",
        }
        for name, found in world.get("node_images", {}).items()
    ]
    sys.stdout.write(json.dumps(images) + "\n")


def _profile(world: World, name: str) -> dict[str, str]:
    profile: dict[str, str] | None = world.get("profile")
    if profile is None or profile["name"] != name:
        sys.stdout.write(
            '{"specversion":"1.0","type":"io.k8s.sigs.minikube.step","data":'
            f'{{"message":"Profile \\"{name}\\" not found."}}}}\n'
        )
        sys.exit(_NOT_FOUND)
    return profile


def _require_running(world: World, name: str) -> None:
    if _profile(world, name)["Host"] != "Running":
        stop("The control-plane node taskflow host is not running: state=Stopped", _NOT_RUNNING)


def _exit(reason: str, message: str, code: int) -> NoReturn:
    stop(f"X Exiting due to {reason}: {message}", code)
