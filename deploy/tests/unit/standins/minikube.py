"""Minikube with the Docker driver, as of v1.38: one profile, and the images in its node.

The node is this machine: what is run in it is run here, by a real shell.
"""

from __future__ import annotations

import os
import sys

from tests.unit.standins.world import World, parse, stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_PROFILE = {"--profile": ()}
_USAGE, _NOT_FOUND, _NOT_RUNNING = 14, 85, 89
_ADDRESS, _PORT = "192.168.49.2", 8443
_DNS = "10.96.0.10"
_AUTHORITY = "-----BEGIN CERTIFICATE-----\nb3Vycw==\n-----END CERTIFICATE-----\n"
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
    if words[0] == "version":
        parse("minikube version", words[1:], flags=["--short"], required=["--short"], code=_USAGE)
        sys.stdout.write(world.get("minikube_version", "v1.38.1") + "\n")
        return
    if "KUBECONFIG" not in os.environ or "MINIKUBE_HOME" not in os.environ:
        stop("the stand-in never writes to the user's own kubeconfig or Minikube's home")
    commands = {"start": _start, "status": _status, "stop": _stop, "delete": _delete, "ip": _ip,
                "ssh": _ssh}  # fmt: skip
    if words[0] == "image":
        {"load": _load, "ls": _list}[words[1]](world, words[2:])
    elif words[:2] == ["profile", "list"]:
        _profiles(world, words[2:])
    else:
        commands[words[0]](world, words[1:])


def _start(world: World, words: list[str]) -> None:
    given = parse("minikube start", words, options=_START, flags=["--keep-context", "--force"],
                  required=["--profile"], code=_USAGE)  # fmt: skip
    if os.geteuid() == 0 and not given["--force"]:
        _exit("DRV_AS_ROOT", 'The "docker" driver should not be used with root privileges.', 57)
    if not world.get("docker_engine", True):
        _exit("PROVIDER_DOCKER_NOT_RUNNING", "deadline exceeded running docker version", 69)
    cores, memory = world.get("docker_cores", 8), world.get("docker_memory", 16 * 10**9) // 2**20
    if int(given["--cpus"][0]) > cores:
        _exit("RSRC_INSUFFICIENT_CORES", f"Requested {given['--cpus'][0]} of {cores} cpus", 29)
    asked = int(given["--memory"][0].removesuffix("mb"))
    if asked > memory:
        _exit("MK_USAGE", f"Docker has only {memory}MB memory but you specified {asked}MB", _USAGE)
    name = given["--profile"][0]
    world.set("profile", {"name": name, "Host": "Running", "APIServer": "Running"})
    world.set("networks", [name])
    world.set("started_with", given)
    _write_context(world, name, (given["--namespace"] or ["default"])[0])
    sys.stdout.write(f'* Done! kubectl is now configured to use "{name}" cluster\n')


def _write_context(world: World, name: str, namespace: str) -> None:
    import json

    home = os.environ["MINIKUBE_HOME"]
    home = home if os.path.basename(home) == ".minikube" else os.path.join(home, ".minikube")
    os.makedirs(home, exist_ok=True)
    authority = os.path.join(home, "ca.crt")
    with open(authority, "w", encoding="ascii") as written:
        written.write(_AUTHORITY)
    address, port = world.get("address", _ADDRESS), world.get("api_port", _PORT)
    # Where the node is hidden, Docker publishes its API at a port of the host.
    published = world.get("published")
    server = f"https://127.0.0.1:{published}" if published else f"https://{address}:{port}"
    context = {"cluster": name, "user": name, "namespace": namespace}
    view = {
        "clusters": [
            {"name": name, "cluster": {"server": server, "certificate-authority": authority}}
        ],
        "users": [{"name": name, "user": {"client-certificate": "client.crt"}}],
        "contexts": [{"name": name, "context": context}],
    }
    os.makedirs(os.path.dirname(os.environ["KUBECONFIG"]), exist_ok=True)
    with open(os.environ["KUBECONFIG"], "w", encoding="utf-8") as written:
        json.dump(view, written)


def _status(world: World, words: list[str]) -> None:
    import json

    given = parse("minikube status", words, options={**_PROFILE, "--output": ("json", "text")},
                  required=["--profile", "--output"], code=_USAGE)  # fmt: skip
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
                  flags=["--daemon", "--remote", "--pull", "--overwrite"],
                  code=_USAGE)  # fmt: skip
    _require_running(world, given["--profile"][0])
    reference, there = given["image"], world.get("node_images", {})
    found = world.get("docker_images", {}).get(reference)
    if found is None:
        _exit("GUEST_IMAGE_LOAD", f"Failed to load image: {reference}", 80)
    if world.get("keeps_stale_images"):  # whatever is done
        found = "sha256:" + "0" * 64
    elif reference in there and reference in world.get("in_use", []):
        return  # up to 1.38 it ends well and has done nothing
    world.set("node_images", {**there, reference: found})


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


def _profiles(world: World, words: list[str]) -> None:
    import json

    parse("minikube profile list", words, options={"--output": ("json", "table")},
          flags=["--light"], required=["--output"], code=_USAGE)  # fmt: skip
    profile = world.get("profile")
    node = {"Name": "", "IP": world.get("address", _ADDRESS), "Port": world.get("api_port", _PORT),
            "KubernetesVersion": "v1.35.0", "ControlPlane": True, "Worker": True}  # fmt: skip
    kubernetes = {"KubernetesVersion": "v1.35.0", "ServiceCIDR": "10.96.0.0/12"}
    theirs = {"Name": "minikube", "Status": "Skipped", "Config": {
        "Nodes": [{**node, "IP": "192.168.58.2"}], "KubernetesConfig": kubernetes}}  # fmt: skip
    valid = [theirs]
    if profile is not None:
        config = {"Name": profile["name"], "Driver": "docker", "Nodes": [node],
                  "KubernetesConfig": kubernetes}  # fmt: skip
        valid.append({"Name": profile["name"], "Status": "Skipped", "Config": config})
    sys.stdout.write(json.dumps({"invalid": [], "valid": valid}))


def _ssh(world: World, words: list[str]) -> None:
    import shlex

    options = words[: words.index("--")]
    given = parse("minikube ssh", options, options={**_PROFILE, "--node": ()}, code=_USAGE)
    _require_running(world, given["--profile"][0])
    line = " ".join(words[words.index("--") + 1 :])  # as Minikube does: quotes are gone by here
    program, *arguments = shlex.split(line)
    if program == "docker":
        said, code = _docker_in_the_node(world, arguments)
    elif _DNS in arguments:
        said, code = _dns(world, arguments[-1]), 0
    elif line == "cat /etc/hosts" and world.get("node_hosts"):
        said, code = world.get("node_hosts"), 0
    else:
        said, code = _in_a_shell(line)
    sys.stdout.write(said.replace("\n", "\r\n"))  # it asks for a terminal
    if code:
        stop(f"ssh: Process exited with status {code}")


def _dns(world: World, written: str) -> str:
    """Answer as the cluster's DNS, which has an address for every name."""
    if not world.get("dns", True):
        return "asked\n"
    question = bytes.fromhex(written.replace("\\x", ""))
    address = bytes.fromhex("c00c00010001000000050004") + bytes([10, 96, 0, 1])
    reply = question[:2] + bytes.fromhex("8180000100010000 0000") + question[12:] + address
    return f"asked\n {reply.hex(' ')}\n"


def _in_a_shell(line: str) -> tuple[str, int]:
    import subprocess

    done = subprocess.run(
        ["/bin/bash", "-c", line], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, env={"PATH": "/usr/bin:/bin"}, cwd="/", check=False,
    )  # fmt: skip
    return done.stdout.decode(), done.returncode


def _docker_in_the_node(world: World, words: list[str]) -> tuple[str, int]:
    if words[:2] != ["image", "rm"]:
        stop(f"docker: unknown command: docker {' '.join(words)}")
    given = parse("docker image rm", words[2:], flags=["--force"], positional=["image"], code=125)
    reference, there = given["image"], world.get("node_images", {})
    if reference not in there:
        return f"Error response from daemon: No such image: {reference}\n", 1
    if reference in world.get("in_use", []) and not given["--force"]:
        return (
            "Error response from daemon: conflict: unable to remove repository reference "
            f'"{reference}" (must force) - container 1 is using its referenced image 2\n'
        ), 1
    world.set("node_images", {name: there[name] for name in there if name != reference})
    return f"Untagged: {reference}\n", 0


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
