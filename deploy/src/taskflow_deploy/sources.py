"""Which images there are, what each is made of, and where that comes from."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path

from taskflow_deploy.clusters.base import ImageSpec
from taskflow_deploy.errors import DeployError
from taskflow_deploy.runner import run

VERSION = "1.0.0"
_TAG_LETTERS = 12
_NOT_THE_CHARTS = {"__pycache__", "tests"}
_BASES = {
    "backend": {"PYTHON_IMAGE": "python:3.11-slim"},
    "frontend": {"NODE_IMAGE": "node:24-alpine"},
}

_DEPENDENCIES = {
    "backend": ("requirements.txt",),
    "frontend": ("package.json", "package-lock.json"),
}


@dataclass(frozen=True)
class Sent:
    """What a .dockerignore lets through, written the way ours are.

    Attributes
    ----------
    names
        Files and folders of the context that are sent.
    never
        Patterns of names that are left out at any depth.
    """

    names: tuple[str, ...]
    never: tuple[str, ...]

    @classmethod
    def by(cls, ignored: Path) -> "Sent":
        """Read a file."""
        lines = ignored.read_text(encoding="utf-8").splitlines()
        names = [line[1:] for line in lines if line.startswith("!")]
        never = [line[3:] for line in lines if line.startswith("**/")]
        return cls(tuple(names), tuple(never))

    def files(self, context: Path) -> list[Path]:
        """Return the files that are sent."""
        roots = [context / name for name in self.names]
        return sorted(file for root in roots for file in self._below(root))

    def _below(self, path: Path) -> Iterator[Path]:
        if any(fnmatch(path.name, pattern) for pattern in self.never):
            return
        if path.is_dir() and not path.is_symlink():
            for entry in path.iterdir():
                yield from self._below(entry)
        elif path.is_file():
            yield path


def images(repository: Path) -> list[ImageSpec]:
    """Return the images to build; their tags change when their sources do."""
    return [_image(repository, name) for name in _BASES]


def with_provenance(image: ImageSpec, repository: Path) -> ImageSpec:
    """Add where the sources come from, for the labels: the commit that last changed them.

    The labels are those of the sources and not of the checkout, so a commit that
    leaves an image's sources alone changes nothing about the image. Sources that are
    no commit's have their tag for a revision.
    """
    commit = _commit(image, repository)
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH") or commit.seconds)
    created = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    known = {
        "REVISION": commit.name or image.tag,
        "CREATED": created,
        "SOURCE_DATE_EPOCH": str(seconds),
    }
    return replace(image, arguments={**image.arguments, **known})


def tree_hash(*roots: Path) -> str:
    """Return a hash of all files below some roots, by path and content."""
    files = [
        (root, file)
        for root in roots
        for file in ([root] if root.is_file() else sorted(_all_files(root)))
    ]
    return _hash((file.relative_to(root.parent).as_posix(), file) for root, file in files)


def _image(repository: Path, name: str) -> ImageSpec:
    dockerfile = repository / "docker" / f"{name}.Dockerfile"
    context = repository / name
    return ImageSpec(
        name=f"taskflow-{name}",
        tag=_tag(dockerfile, context, _BASES[name]),
        also=(VERSION, "latest"),
        dockerfile=dockerfile,
        context=context,
        bases=_BASES[name],
        dependencies=[context / file for file in _DEPENDENCIES[name]],
        arguments={"VERSION": VERSION},
    )


def _tag(dockerfile: Path, context: Path, bases: Mapping[str, str]) -> str:
    """Return a tag made of what the builder is given."""
    ignored = _ignored(dockerfile)
    files = [dockerfile, ignored, *Sent.by(ignored).files(context)]
    root = context.parent
    content = _hash((file.relative_to(root).as_posix(), file) for file in files) + repr(bases)
    return hashlib.sha256(content.encode()).hexdigest()[:_TAG_LETTERS]


def _ignored(dockerfile: Path) -> Path:
    return dockerfile.with_name(f"{dockerfile.name}.dockerignore")


def _hash(files: Iterable[tuple[str, Path]]) -> str:
    digest = hashlib.sha256()
    for name, file in files:
        digest.update(name.encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _all_files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in _NOT_THE_CHARTS:
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _all_files(path)
        elif path.is_file():
            yield path


@dataclass(frozen=True)
class _Commit:
    """The commit that last changed an image's sources; nameless once they were changed again."""

    name: str
    seconds: int


def _commit(image: ImageSpec, repository: Path) -> _Commit:
    sent = Sent.by(_ignored(image.dockerfile))
    paths = [str(image.dockerfile), str(_ignored(image.dockerfile))]
    paths += [str(image.context / name) for name in sent.names]
    for pattern in sent.never:
        paths += [f":(exclude,glob)**/{pattern}", f":(exclude,glob)**/{pattern}/**"]
    try:
        last = run(["git", "log", "-1", "--format=%H %ct", "--", *paths], cwd=repository).stdout
        changed = run(["git", "status", "--porcelain", "--", *paths], cwd=repository).stdout
    except DeployError:  # no git, or no repository of this user's
        return _Commit("", 0)
    name, _, seconds = last.strip().partition(" ")
    return _Commit("" if changed else name, int(seconds or 0))
