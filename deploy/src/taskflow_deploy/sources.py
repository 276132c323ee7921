"""Which images there are and what each is made of."""

import hashlib
from pathlib import Path

from taskflow_deploy.clusters.base import ImageSpec

VERSION = "1.0.0"
_TAG_LETTERS = 12
# What no image is made of; the .dockerignore files keep the same out of the builds.
_LEFT_OUT = {
    "__pycache__", "node_modules", ".next", "tests", "e2e", "test-results", ".env",
    ".mypy_cache", ".pytest_cache", ".ruff_cache", "next-env.d.ts", "tsconfig.tsbuildinfo",
}  # fmt: skip
_LEFT_OUT_ENDINGS = (".test.ts", ".test.tsx")
_BASES = {
    "backend": {"PYTHON_IMAGE": "python:3.11-slim"},
    "frontend": {"NODE_IMAGE": "node:24-alpine"},
}

_DEPENDENCIES = {
    "backend": ("requirements.txt",),
    "frontend": ("package.json", "package-lock.json"),
}


def images(repository: Path) -> list[ImageSpec]:
    """Return the images to build; their tags change when their sources do."""
    return [_image(repository, name) for name in _BASES]


def tree_hash(*roots: Path) -> str:
    """Return a hash of all files below some roots, by path and content."""
    digest = hashlib.sha256()
    for root in roots:
        files = [root] if root.is_file() else sorted(_files(root))
        for file in files:
            digest.update(file.relative_to(root.parent).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _image(repository: Path, name: str) -> ImageSpec:
    dockerfile = repository / "docker" / f"{name}.Dockerfile"
    ignored = dockerfile.with_name(f"{dockerfile.name}.dockerignore")
    context = repository / name
    content = tree_hash(dockerfile, ignored, context) + repr(_BASES[name])
    tag = hashlib.sha256(content.encode()).hexdigest()[:_TAG_LETTERS]
    return ImageSpec(
        name=f"taskflow-{name}",
        tag=tag,
        also=(VERSION, "latest"),
        dockerfile=dockerfile,
        context=context,
        bases=_BASES[name],
        dependencies=[context / file for file in _DEPENDENCIES[name]],
        arguments={"VERSION": VERSION, "REVISION": tag},
    )


def _files(folder: Path) -> list[Path]:
    found: list[Path] = []
    for path in folder.iterdir():
        if path.name in _LEFT_OUT or path.name.endswith(_LEFT_OUT_ENDINGS):
            continue
        if path.is_dir() and not path.is_symlink():
            found += _files(path)
        elif path.is_file():
            found.append(path)
    return found
