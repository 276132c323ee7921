"""ctr: lists the node's images as containerd 1.6 does."""

import sys

from tests.unit.standins.world import World, stop, take


def play(world: World, words: list[str], _stdin: str) -> None:
    """Play ``ctr``."""
    given, rest = take(words, {"--address": (), "--namespace": ()})
    if given["--namespace"] != ["k8s.io"]:
        stop("the node's images are in the namespace k8s.io")
    match rest:
        case ["images", "list", condition] if condition.startswith("name=="):
            _list(world, condition.removeprefix("name=="))
        case ["content", "get", digest] if digest in world.get("contents", {}):
            config = world.get("contents")[digest]
            sys.stdout.write(f'{{"schemaVersion": 2, "config": {{"digest": "{config}"}}}}')
        case ["images", "export", file, name] if name in world.get("containerd_images", {}):
            with open(file, "w", encoding="ascii") as archive:
                archive.write(world.get("containerd_images")[name])
        case ["images", "import", archive]:
            world.set("imported", [*world.get("imported", []), archive])
        case _:
            stop(f"ctr: No help topic for {rest}", 3)


def _list(world: World, name: str) -> None:
    kind = "application/vnd.oci.image.manifest.v1+json"
    sys.stdout.write(f"REF{' ' * 40}TYPE{' ' * 40}DIGEST SIZE PLATFORMS LABELS\n")
    if name in world.get("containerd_images", {}):
        digest = world.get("containerd_images")[name]
        labels = "io.cri-containerd.image=managed"
        sys.stdout.write(f"{name} {kind} {digest} 58.4 MiB linux/amd64 {labels}\n")
