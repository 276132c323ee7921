"""The command line of every program that is run for Minikube, built without running it."""

import shlex
from pathlib import Path

from taskflow_deploy.clusters.base import NAMESPACE, ImageSpec

PROFILE = "taskflow"
CONTEXT = PROFILE
LOOPBACK = "127.0.0.1"
API_PORT = 8443
"""Where the API listens in the node, and what Docker publishes of it where it must."""
FRONTEND = "taskflow-frontend-service"
FRONTEND_PORT = "http"
_PROFILE = ["--profile", PROFILE]
_CONNECT_SECONDS = 5
_DNS_SECONDS = 3

GATEWAY = "{{range .IPAM.Config}}{{.Gateway}}{{end}}"
SUBNET = "{{range .IPAM.Config}}{{.Subnet}}{{end}}"

# bash's own /dev/tcp: the node's image has bash, while what else is in it has changed before.
_CONNECT = (
    'if timeout "$0" bash -c \'exec 3<>"/dev/tcp/$0/$1"\' "$1" "$2" 2>/dev/null; '
    "then echo taken; else echo refused; fi"
)
# coreutils' printf sends the question as one datagram; bash's own would cut it at each newline.
_ASK = (
    'exec 2>/dev/null; echo asked; exec 3<>"/dev/udp/$1/$2" && env printf "$3" >&3 && '
    'timeout "$0" dd bs=4096 count=1 <&3 | od -An -v -tx1'
)


def start(cpus: int, memory_mb: int, *, as_root: bool) -> list[str]:
    """Return the command that starts the profile, with network policies enforced.

    The node runs its containers by Docker too, so that an image has one id in
    both. Minikube refuses root unless it is forced.
    """
    command = [
        "minikube", "start", *_PROFILE, "--driver=docker",
        "--container-runtime=docker", "--cni=calico", f"--cpus={cpus}", f"--memory={memory_mb}mb",
        "--keep-context", f"--namespace={NAMESPACE}",
    ]  # fmt: skip
    return [*command, "--force"] if as_root else command


def status() -> list[str]:
    """Return the command that says how the profile is."""
    return ["minikube", "status", *_PROFILE, "--output", "json"]


def stop() -> list[str]:
    """Return the command that stops the profile."""
    return ["minikube", "stop", *_PROFILE]


def delete() -> list[str]:
    """Return the command that deletes the profile."""
    return ["minikube", "delete", *_PROFILE]


def profile_list() -> list[str]:
    """Return the command that lists all profiles, without asking any cluster how it is."""
    return ["minikube", "profile", "list", "--light", "--output", "json"]


def ip() -> list[str]:
    """Return the command that says the running node's address."""
    return ["minikube", "ip", *_PROFILE]


def image_load(reference: str) -> list[str]:
    """Return the command that copies an image from Docker, and never from a registry."""
    return ["minikube", "image", "load", *_PROFILE, "--daemon", reference]


def image_list() -> list[str]:
    """Return the command that lists the images in the node."""
    return ["minikube", "image", "ls", *_PROFILE, "--format", "json"]


def ssh(*words: str) -> list[str]:
    """Return the command that runs a program in the node.

    Minikube joins what it is given with blanks and hands it to the node's shell,
    so it is given one word that this shell takes apart again.
    """
    return ["minikube", "ssh", *_PROFILE, "--", shlex.join(words)]


def connect_probe(host: str, port: int) -> list[str]:
    """Return the command that prints ``taken`` or ``refused`` for a connection from the node."""
    return ssh("bash", "-c", _CONNECT, str(_CONNECT_SECONDS), host, str(port))


def dns_probe(server: str, port: int, question: bytes) -> list[str]:
    """Return the command that asks a DNS server from the node.

    It prints ``asked``, and below it the reply, if there is one, in hexadecimal.
    """
    written = "".join(f"\\x{byte:02x}" for byte in question)
    return ssh("bash", "-c", _ASK, str(_DNS_SECONDS), server, str(port), written)


def disk_probe() -> list[str]:
    """Return the command that says how much of the node's disk is free, in 1024 bytes."""
    return ssh("df", "-Pk", "/var")


def hosts_probe() -> list[str]:
    """Return the command that prints the names that Minikube wrote into the node."""
    return ssh("cat", "/etc/hosts")


def untag(reference: str) -> list[str]:
    """Return the command that takes a tag from an image in the node, though a container uses it.

    ``minikube image rm`` does not force it, and is refused.
    """
    return ssh("docker", "image", "rm", "--force", reference)


def docker_version() -> list[str]:
    """Return the command that says which engine answers."""
    return ["docker", "version", "--format", "json"]


def docker_info() -> list[str]:
    """Return the command that says what the engine was given."""
    return ["docker", "info", "--format", "json"]


def docker_builder() -> list[str]:
    """Return the command that says whether Docker's builder is installed."""
    return ["docker", "buildx", "version"]


def docker_build(image: ImageSpec, id_file: Path) -> list[str]:
    """Return the command that builds an image in Docker and writes its id to a file.

    The id is the digest of the image's configuration, whichever store Docker
    uses; without attestations there is exactly one.
    """
    command = ["docker", "build", "--file", str(image.dockerfile)]
    command += ["--provenance=false", "--iidfile", str(id_file)]
    for tag in (image.tag, *image.also):
        command += ["--tag", f"{image.name}:{tag}"]
    for argument, value in {**image.bases, **image.arguments}.items():
        command += ["--build-arg", f"{argument}={value}"]
    for reference in image.bases.values():
        base = f"org.opencontainers.image.base.name=docker.io/library/{reference}"
        command += ["--label", base]
    return [*command, str(image.context)]


def docker_save(reference: str, archive: Path) -> list[str]:
    """Return the command that writes an image into a file."""
    return ["docker", "image", "save", "--output", str(archive), reference]


def docker_port() -> list[str]:
    """Return the command that says where Docker publishes the node's API on this host."""
    return ["docker", "port", PROFILE, f"{API_PORT}/tcp"]


def network_inspect(template: str) -> list[str]:
    """Return the command that says something of the network that Docker made for the profile."""
    return ["docker", "network", "inspect", PROFILE, "--format", template]


def minikube_version() -> list[str]:
    """Return the command that says Minikube's version."""
    return ["minikube", "version", "--short"]


def kubectl_version(kubectl: Path) -> list[str]:
    """Return the command that says kubectl's version, without asking any cluster."""
    return [str(kubectl), "version", "--client", "--output", "json"]


def helm_version(helm: Path) -> list[str]:
    """Return the command that says Helm's version."""
    return [str(helm), "version", "--short"]


def port_forward(kubectl: Path, kubeconfig: Path, port: int) -> list[str]:
    """Return the command that leads a port of this host to the frontend's service."""
    where = ["--kubeconfig", str(kubeconfig), "--context", CONTEXT, "--namespace", NAMESPACE]
    ways = ["--address", LOOPBACK, f"service/{FRONTEND}", f"{port}:{FRONTEND_PORT}"]
    return [str(kubectl), *where, "port-forward", *ways]
