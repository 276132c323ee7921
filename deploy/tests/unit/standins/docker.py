"""Docker: an engine that may be away, images by name, one network for each profile."""

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
    if not world.get("docker_engine", True):
        stop(_NO_ENGINE)
    match words:
        case ["info"]:
            sys.stdout.write("Client:\n Version:    28.2.2\n\nServer:\n Containers: 0\n")
        case ["build", *rest]:
            _build(world, rest)
        case ["image", "save", "--output", file, name] if name in world.get("docker_images", {}):
            with open(file, "w", encoding="ascii") as archive:
                archive.write(world.get("docker_images")[name])
        case ["network", "inspect", name, "--format", template]:
            _inspect_network(world, name, template)
        case _:
            stop(f"docker: unknown command: docker {' '.join(words)}")


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
