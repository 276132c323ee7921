"""buildctl: checks that everything a build names is there, and shows its steps."""

import json
import os
import sys

from tests.unit.standins.world import World, parse, stop

_OPTIONS = {
    "--addr": (), "--frontend": ("dockerfile.v0",), "--progress": ("plain",), "--local": (),
    "--opt": (), "--allow": ("network.host",), "--secret": (), "--oci-layout": (),
    "--output": (), "--metadata-file": (), "--import-cache": (), "--export-cache": (),
}  # fmt: skip
_DIGEST = "sha256:" + "d1" * 32
_CONFIG = "sha256:" + "c0" * 32


def play(world: World, words: list[str], _stdin: str) -> None:
    """Play ``buildctl``."""
    given = parse("buildctl", words, options=_OPTIONS, positional=["command"],
                  required=["--addr", "--frontend", "--output", "--metadata-file"])  # fmt: skip
    options = dict(option.split("=", 1) for option in given["--opt"])
    local = dict(pair.split("=", 1) for pair in given["--local"])
    dockerfile = f"{local['dockerfile']}/{options['filename']}"
    if not os.path.isfile(dockerfile) or not os.path.isdir(local["context"]):
        stop(f"error: failed to read {dockerfile} or {local['context']}")
    layouts = dict(pair.split("=", 1) for pair in given["--oci-layout"])
    for name, value in options.items():
        if name.startswith("context:"):
            _check_layout(value, layouts)
    for cache in given["--import-cache"]:
        _attributes(cache, "src", "index.json")
    sys.stderr.write(
        "#1 [internal] load build definition from Dockerfile\n"
        "#5 [dependencies 1/4] FROM docker.io/library/python:3.11-slim\n"
        "#6 [runner 4/4] COPY --link --from=source /app /app\n"
    )
    world.set("built", given)
    found = {"containerimage.digest": _DIGEST, "containerimage.config.digest": _CONFIG}
    for cache in given["--export-cache"]:
        _export(_attributes(cache, "dest"))
    if world.get("fails_at_the_end"):
        stop("error: failed to solve: no space left on device")
    with open(given["--metadata-file"][0], "w", encoding="utf-8") as written:
        json.dump(found, written)


def _check_layout(value: str, layouts: dict[str, str]) -> None:
    name, digest = value.removeprefix("oci-layout://").split("@")
    with open(f"{layouts[name]}/index.json", encoding="utf-8") as file:
        index = json.load(file)
    if digest not in {entry["digest"] for entry in index["manifests"]}:
        stop(f"error: {digest} is not in the layout {name}")


def _attributes(cache: str, place: str, must_have: str = "") -> dict[str, str]:
    """Read ``type=local,src=/path``; what is imported has to be there."""
    given = dict(pair.split("=", 1) for pair in cache.split(","))
    found = os.path.exists(f"{given[place]}/{must_have}") if must_have else True
    if given["type"] != "local" or not found:
        stop(f"error: failed to configure the cache {cache}")
    return given


def _export(cache: dict[str, str]) -> None:
    os.makedirs(f"{cache['dest']}/blobs")
    with open(f"{cache['dest']}/index.json", "w", encoding="utf-8") as index:
        json.dump(cache, index)
