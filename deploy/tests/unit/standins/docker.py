"""Docker 29: an engine that may be away, images by name, one network for each profile."""

import os
import sys

from tests.unit.standins.world import World, parse, stop

_NO_ENGINE = (
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. "
    "Is the docker daemon running?"
)
_NETWORK = {
    "{{range .IPAM.Config}}{{.Gateway}}{{end}}": "192.168.49.1",
    "{{range .IPAM.Config}}{{.Subnet}}{{end}}": "192.168.49.0/24",
}


def play(world: World, words: list[str], _stdin: str) -> None:
    """Play ``docker``."""
    match words:
        case ["version", "--format", "json"]:
            _version(world)
            return
        case ["buildx", "version"]:
            if not world.get("docker_builder", True):
                stop("docker: unknown command: docker buildx")
            sys.stdout.write("github.com/docker/buildx v0.30.1 9e66234\n")
            return
        case ["info", "--format", "json"]:
            _info(world)
            return
    if not world.get("docker_engine", True):
        stop(_NO_ENGINE)
    match words:
        case ["port", name, "8443/tcp"]:
            _port(world, name)
        case ["build", *rest]:
            _build(world, rest)
        case ["image", "save", "--output", file, name] if name in world.get("docker_images", {}):
            with open(file, "w", encoding="ascii") as archive:
                archive.write(world.get("docker_images")[name])
        case ["network", "inspect", name, "--format", template]:
            _inspect_network(world, name, template)
        case _:
            stop(f"docker: unknown command: docker {' '.join(words)}")


def _version(world: World) -> None:
    import json

    client = {"Version": "29.0.4", "ApiVersion": "1.52", "Os": "linux", "Context": "default"}
    told = world.get("docker_version", "29.0.4")
    server = {"Platform": {"Name": "Docker Engine - Community"}, "Version": told,
              "Components": [{"Name": "Engine", "Version": told}]}  # fmt: skip
    said = {"Client": client, "Server": server if world.get("docker_engine", True) else None}
    sys.stdout.write(json.dumps(world.get("docker_says", said)))
    if not world.get("docker_engine", True):
        stop(world.get("docker_error", _NO_ENGINE))


def _info(world: World) -> None:
    import json

    there = world.get("docker_engine", True)
    info = {
        "ServerVersion": world.get("docker_version", "29.0.4") if there else "",
        "MemTotal": world.get("docker_memory", 16 * 10**9) if there else 0,
        "NCPU": world.get("docker_cores", 8) if there else 0,
        "Name": world.get("docker_host", os.uname().nodename) if there else "",
        "OperatingSystem": world.get("docker_system", "Debian GNU/Linux 12") if there else "",
        "DockerRootDir": world.get("docker_root", os.path.dirname(world.file)) if there else "",
        "DriverStatus": world.get("docker_store", [["Backing Filesystem", "extfs"]]),
    }
    sys.stdout.write(json.dumps(info))
    if not there:
        stop(_NO_ENGINE)


def _port(world: World, name: str) -> None:
    if name not in world.get("networks", []):
        stop(f"Error response from daemon: No such container: {name}")
    if not world.get("published"):
        stop("no public port '8443/tcp' published for taskflow")
    sys.stdout.write(f"127.0.0.1:{world.get('published')}\n")


def _build(world: World, words: list[str]) -> None:
    options = {"--file": (), "--tag": (), "--build-arg": (), "--iidfile": (), "--label": (),
               "--provenance": ("true", "false")}  # fmt: skip
    given = parse("docker build", words, options=options, required=["--file", "--tag"],
                  positional=["context"], code=125)  # fmt: skip
    if not os.path.isdir(given["context"]):
        stop(f'ERROR: unable to prepare context: path "{given["context"]}" not found')
    with open(given["--file"][0], encoding="utf-8") as dockerfile:
        text = dockerfile.read()
    for argument in given["--build-arg"]:
        if argument.startswith("SOURCE_DATE_EPOCH="):  # the builder's own
            continue
        if f"ARG {argument.partition('=')[0]}" not in text:
            stop(f"the Dockerfile takes no argument {argument}")
    made = f"sha256:{abs(hash(str(given))):0>64x}"
    images = world.get("docker_images", {})
    world.set("docker_labels", given["--label"])
    world.set("docker_images", {**images, **dict.fromkeys(given["--tag"], made)})
    for file in given["--iidfile"]:
        with open(file, "w", encoding="ascii") as written:
            written.write(made)


def _inspect_network(world: World, name: str, template: str) -> None:
    if name not in world.get("networks", []):
        stop(f"Error response from daemon: network {name} not found")
    sys.stdout.write(_NETWORK[template] + "\n")
