"""Compiles the cluster's programs from their published Go modules."""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from taskflow_deploy.clusters.embedded.components import (
    COMPONENTS,
    MODULE,
    Component,
    build_arguments,
    programs_folder,
)
from taskflow_deploy.errors import CommandError, ComponentBuildError
from taskflow_deploy.output import Bar, Output
from taskflow_deploy.runner import run, stream
from taskflow_deploy.toolchains import pinned_version, toolchain

_LAST_LINES = 30


@dataclass
class _Plan:
    """Which packages each program is made of, and which of them are compiled."""

    packages: dict[str, set[str]]
    done: set[str] = field(default_factory=set)

    @property
    def share(self) -> float:
        everything = set().union(*self.packages.values())
        return len(self.done & everything) / max(1, len(everything))


def programs(cache: Path) -> Path:
    """Return the folder of this content's programs, whether or not they are compiled."""
    return programs_folder(cache, pinned_version("go"))


def missing(cache: Path) -> list[Component]:
    """Return the programs that are not compiled yet."""
    folder = programs(cache)
    return [component for component in COMPONENTS if not (folder / component.name).exists()]


def ensure_programs(cache: Path, output: Output) -> Path:
    """Compile what is missing and return the folder of the programs.

    A compilation that was interrupted goes on where it was: finished programs
    are kept, and Go keeps every package it compiled. Both of Go's caches are
    removed at the end, since together they are ten times the programs' size.

    Raises
    ------
    ComponentBuildError
        A module could not be fetched or a program not be compiled.
    """
    folder = programs(cache)
    wanted = missing(cache)
    if not wanted:
        return folder
    output.note(
        f"Compiling {len(wanted)} Kubernetes components from their published modules; "
        "once, about twelve minutes on two cores."
    )
    go = toolchain("go", output) / "go"
    folder.mkdir(parents=True, exist_ok=True)
    environment = _environment(cache)
    compiled = output.timed("Kubernetes components compiled")
    with compiled, output.progress("Kubernetes components") as bar:
        bar.update(0.0, "fetching modules")
        plan = _plan(go, wanted, environment)
        for component in wanted:
            _compile(go, component, folder, environment, plan, bar)
    shutil.rmtree(cache / "go")
    return folder


def _environment(cache: Path) -> dict[str, str]:
    return {
        "CGO_ENABLED": "0",
        "GOCACHE": str(cache / "go" / "build"),
        "GOMODCACHE": str(cache / "go" / "modules"),
        "GOFLAGS": "-mod=readonly -modcacherw",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        # Memory for time: the compiler collects its garbage less often.
        "GOGC": "400",
    }


def _plan(go: Path, wanted: list[Component], environment: dict[str, str]) -> _Plan:
    names = {component.package: component.name for component in wanted}
    command = [str(go), "list", "-json=ImportPath,Deps", *names]
    try:
        text = run(command, cwd=MODULE, env=environment).stdout
    except CommandError as error:
        raise ComponentBuildError(
            "The modules of the Kubernetes components could not be fetched.",
            "Check that the Go module proxy can be reached, then run the command again.",
            error.details,
        ) from None
    packages: dict[str, set[str]] = {}
    decoder, rest = json.JSONDecoder(), text.strip()
    for component in wanted:
        entry, end = decoder.raw_decode(rest)
        rest = rest[end:].lstrip()
        packages[component.name] = {*entry.get("Deps", ()), entry["ImportPath"]}
    return _Plan(packages)


def _compile(
    go: Path,
    component: Component,
    folder: Path,
    environment: dict[str, str],
    plan: _Plan,
    bar: Bar,
) -> None:
    partial = folder / f".{component.name}.part"
    last: list[str] = []

    def on_line(line: str) -> None:
        # With -v, go prints the path of each package that it has begun to compile.
        if line in plan.packages[component.name]:
            plan.done.add(line)
        else:
            last.append(line)
            del last[:-_LAST_LINES]
        bar.update(plan.share, component.name)

    bar.update(plan.share, component.name)
    command = [str(go), "build", "-v", *build_arguments(), "-o", str(partial), component.package]
    code = stream(command, on_line, env=environment, cwd=MODULE)
    if code != 0:
        raise ComponentBuildError(
            f"{component.name} could not be compiled.",
            "The lines above say why; run the command again, it goes on where it stopped.",
            last,
        )
    plan.done |= plan.packages[component.name]
    partial.replace(folder / component.name)
