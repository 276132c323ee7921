"""Compiles a set of programs from their published Go modules."""

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from taskflow_deploy.errors import CommandError, ComponentBuildError
from taskflow_deploy.output import Bar, Output
from taskflow_deploy.programs.sets import Component, ProgramSet
from taskflow_deploy.runner import run, stream
from taskflow_deploy.toolchains import pinned_version, toolchain

_LAST_LINES = 30
_PATCHES = "_patches"


@dataclass
class _Plan:
    """Which packages each program is made of, and which of them are compiled."""

    packages: dict[str, set[str]]
    done: set[str] = field(default_factory=set)

    @property
    def share(self) -> float:
        everything = set().union(*self.packages.values())
        return len(self.done & everything) / max(1, len(everything))


def folder(cache: Path, programs: ProgramSet) -> Path:
    """Return the folder of a set's programs, whether or not they are compiled."""
    return cache / programs.name / programs.content_key(pinned_version("go"))


def missing(cache: Path, programs: ProgramSet) -> list[Component]:
    """Return the programs that are not compiled yet."""
    target = folder(cache, programs)
    return [each for each in programs.components if not (target / each.name).exists()]


def ensure_programs(cache: Path, programs: ProgramSet, output: Output) -> Path:
    """Compile what is missing and return the folder of the programs.

    A compilation that was interrupted goes on where it was: finished programs
    are kept, and Go keeps every package it compiled. Both of Go's caches are
    removed at the end, since together they are ten times the programs' size.

    Raises
    ------
    ComponentBuildError
        A module could not be fetched or a program not be compiled.
    """
    target = folder(cache, programs)
    if not missing(cache, programs):
        return target
    target.mkdir(parents=True, exist_ok=True)
    with _alone(target.parent, programs, output):
        # Another command may have compiled them while we waited for it.
        wanted = missing(cache, programs)
        if wanted:
            _compile_all(target, programs, wanted, output)
    return target


@contextmanager
def _alone(place: Path, programs: ProgramSet, output: Output) -> Iterator[None]:
    """Wait until no other command compiles the set: they would share Go's caches."""
    with (place / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            output.note(f"Another command compiles the {programs.title}: waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _compile_all(
    target: Path, programs: ProgramSet, wanted: list[Component], output: Output
) -> None:
    output.note(
        f"Compiling {len(wanted)} {programs.title} from their published modules; "
        f"once, {programs.duration}."
    )
    go = toolchain("go", output) / "go"
    # A folder of the set's own, so that sets can be compiled at the same time.
    caches = target.parent / "go"
    environment = _environment(caches)
    compiled = output.timed(f"{programs.title} compiled")
    with compiled, output.progress(programs.title) as bar:
        bar.update(0.0, "fetching modules")
        if (programs.module / _PATCHES).exists():
            programs, environment = _patched(go, programs, caches, environment)
        plan = _plan(go, programs, wanted, environment)
        for component in wanted:
            _compile(go, programs, component, target, environment, plan, bar)
    shutil.rmtree(caches)


def _environment(caches: Path) -> dict[str, str]:
    return {
        "CGO_ENABLED": "0",
        "GOCACHE": str(caches / "build"),
        "GOMODCACHE": str(caches / "modules"),
        "GOFLAGS": "-mod=readonly -modcacherw",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        # Memory for time: the compiler collects its garbage less often.
        "GOGC": "400",
    }


def _patched(
    go: Path, programs: ProgramSet, caches: Path, environment: dict[str, str]
) -> tuple[ProgramSet, dict[str, str]]:
    """Return the set in a copy of its folder where the patches lie over the modules' files.

    Go checks what it fetches against go.sum; what is then in ``vendor`` it takes as it is.
    """
    copy = caches / "source"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(programs.module, copy)
    _fetch([str(go), "mod", "vendor"], programs.title, copy, environment)
    for patch in (file for file in (copy / _PATCHES).rglob("*") if file.is_file()):
        original = copy / "vendor" / patch.relative_to(copy / _PATCHES)
        if not original.exists():
            raise ComponentBuildError(
                f"{patch.name} patches nothing: its module has no such file any more.",
                f"Compare {programs.module.name}/{_PATCHES} with the versions in go.mod.",
            )
        shutil.copyfile(patch, original)
    return replace(programs, module=copy), {**environment, "GOFLAGS": "-mod=vendor"}


def _fetch(command: list[str], title: str, folder: Path, environment: dict[str, str]) -> str:
    try:
        return run(command, cwd=folder, env=environment).stdout
    except CommandError as error:
        raise ComponentBuildError(
            f"The modules of the {title} could not be fetched.",
            "Check that the Go module proxy can be reached, then run the command again.",
            error.details,
        ) from None


def _plan(
    go: Path, programs: ProgramSet, wanted: list[Component], environment: dict[str, str]
) -> _Plan:
    names = {component.package: component.name for component in wanted}
    command = [str(go), "list", "-json=ImportPath,Deps", *names]
    text = _fetch(command, programs.title, programs.module, environment)
    packages: dict[str, set[str]] = {}
    decoder, rest = json.JSONDecoder(), text.strip()
    for component in wanted:
        entry, end = decoder.raw_decode(rest)
        rest = rest[end:].lstrip()
        packages[component.name] = {*entry.get("Deps", ()), entry["ImportPath"]}
    return _Plan(packages)


def _compile(
    go: Path,
    programs: ProgramSet,
    component: Component,
    target: Path,
    environment: dict[str, str],
    plan: _Plan,
    bar: Bar,
) -> None:
    partial = target / f".{component.name}.part"
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
    arguments = [*programs.build_arguments(), "-o", str(partial)]
    command = [str(go), "build", "-v", *arguments, component.package]
    code = stream(command, on_line, env=environment, cwd=programs.module)
    if code != 0:
        raise ComponentBuildError(
            f"{component.name} could not be compiled.",
            "The lines above say why; run the command again, it goes on where it stopped.",
            last,
        )
    plan.done |= plan.packages[component.name]
    partial.replace(target / component.name)
