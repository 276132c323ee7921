"""What a set of Go programs is made of, and the key under which it is kept."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_BUILD_FLAGS = ("-trimpath", "-modcacherw")


@dataclass(frozen=True)
class Component:
    """A program of a set.

    Attributes
    ----------
    name
        The program's name.
    package
        The Go package it is compiled from.
    """

    name: str
    package: str


@dataclass(frozen=True)
class ProgramSet:
    """Programs that are compiled from one Go module.

    Attributes
    ----------
    name
        Its folder in the cache.
    title
        What its programs are, in messages.
    duration
        How long they take to compile, in messages.
    module
        The folder of the Go module that pins and lists what they are compiled from.
    components
        Its programs, in the order in which they are compiled.
    stamps
        Variables that the linker sets, such as the version a program shows.
    """

    name: str
    title: str
    duration: str
    module: Path
    components: tuple[Component, ...]
    stamps: Callable[["ProgramSet"], Mapping[str, str]] = lambda _programs: {}

    def version(self, module: str) -> str:
        """Return the version that go.mod pins for a module, such as ``v1.37.2``."""
        return _pinned(self.module / "go.mod", module)

    def build_arguments(self) -> list[str]:
        """Return the flags of ``go build``."""
        stamps = [f"-X {name}={value}" for name, value in self.stamps(self).items()]
        return [*_BUILD_FLAGS, "-ldflags", " ".join(["-s", "-w", *stamps])]

    def content_key(self, go_version: str) -> str:
        """Return a key that changes with anything the programs are made of."""
        digest = hashlib.sha256()
        for source in [self.module / "go.mod", self.module / "go.sum", *self._sources()]:
            digest.update(source.relative_to(self.module).as_posix().encode() + b"\0")
            digest.update(source.read_bytes() + b"\0")
        digest.update("\0".join([go_version, *self.build_arguments()]).encode())
        digest.update(repr(self.components).encode())
        return digest.hexdigest()[:16]

    def _sources(self) -> list[Path]:
        """Return the module's own sources: no tests, and nothing of a module inside it."""
        inner = [file.parent for file in self.module.glob("*/**/go.mod")]
        return [
            file
            for file in sorted(self.module.rglob("*.go"))
            if not file.name.endswith("_test.go")
            and not any(file.is_relative_to(folder) for folder in inner)
        ]


@cache
def _pinned(go_mod: Path, module: str) -> str:
    text = go_mod.read_text(encoding="utf-8")
    found = re.search(rf"^(?:require)?\s*{re.escape(module)} (v\S+)", text, re.MULTILINE)
    if found is None:
        raise LookupError(f"{go_mod.parent.name}/go.mod does not require {module}")
    return found.group(1)
