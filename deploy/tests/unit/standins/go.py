"""Go: a few packages that many programs share, and one of each program's own."""

import os
import sys

from tests.unit.standins.world import World, parse, stop

_SHARED = ("fmt", "net/http", "k8s.io/api/core/v1")
_FLAGS = ("-v", "-trimpath", "-modcacherw")


def play(world: World, words: list[str], _stdin: str) -> None:
    """Play ``go list`` and ``go build``."""
    if os.environ.get("GOTOOLCHAIN") != "local" or os.environ.get("CGO_ENABLED") != "0":
        stop("go: the environment is not the one to build with")
    if not os.path.exists("go.mod"):
        stop("go: go.mod file not found in current directory or any parent directory")
    for cache in ("GOMODCACHE", "GOCACHE"):
        os.makedirs(os.environ[cache], exist_ok=True)
    vendored = os.path.exists("vendor")
    if words[:2] == ["mod", "vendor"]:
        _vendor(world)
    elif vendored != ("-mod=vendor" in os.environ.get("GOFLAGS", "")):
        stop("go: what is in vendor and what GOFLAGS say do not go together")
    elif words[0] == "list":
        _list(words[1:])
    else:
        _build(world, words[1:])


def _vendor(world: World) -> None:
    for name, text in world.get("vendored", {}).items():
        file = os.path.join("vendor", name)
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(file, "w", encoding="utf-8") as source:
            source.write(text)


def _list(words: list[str]) -> None:
    import json

    if words[0] != "-json=ImportPath,Deps":
        stop(f"flag provided but not defined: {words[0]}", 2)
    for package in words[1:]:
        entry = {"ImportPath": _path(package), "Deps": [*_SHARED, f"{_path(package)}/app"]}
        sys.stdout.write(json.dumps(entry, indent="\t") + "\n")


def _build(world: World, words: list[str]) -> None:
    given = parse("go build", words, options={"-ldflags": (), "-o": ()}, flags=_FLAGS,
                  required=[*_FLAGS, "-ldflags", "-o"], positional=["package"], code=2)  # fmt: skip
    compiled = world.get("compiled", [])
    path = _path(given["package"])
    for name in world.get("vendored", {}):
        with open(os.path.join("vendor", name), encoding="utf-8") as source:
            world.set("built from", source.read())
    for package in (*_SHARED, f"{path}/app", path):
        if package not in compiled:
            sys.stderr.write(f"{package}\n")
            compiled.append(package)
    world.set("compiled", compiled)
    with open(given["-o"][0], "w", encoding="utf-8") as program:
        program.write(path)


def _path(package: str) -> str:
    return package.replace("./", "taskflow/cluster/")
