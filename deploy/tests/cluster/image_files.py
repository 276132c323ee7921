"""What the layers of an image hold, as a container would see it, and what differs in two."""

import hashlib
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass

from taskflow_deploy.images.archive import ImageArchive, Layer

_BLOCK = 1 << 20
_WHITEOUT = ".wh."


@dataclass(frozen=True)
class File:
    """A file, folder or link of an image."""

    mode: int
    owner: tuple[int, int]
    time: int
    kind: bytes
    leads_to: str
    content: bytes
    own: bool

    @property
    def is_file(self) -> bool:
        """Whether it has a content."""
        return self.kind == tarfile.REGTYPE

    def __str__(self) -> str:
        """Show what can differ."""
        digest = hashlib.sha256(self.content).hexdigest()[:12]
        return f"{self.mode:o} {self.owner} {self.time} {self.leads_to} {digest}"


def entries(image: ImageArchive, layer: Layer) -> Iterator[tuple[str, File]]:
    """Return what a layer holds, as it is stored."""
    with image.open(layer) as content, tarfile.open(fileobj=content, mode="r|") as tar:
        for entry in tar:
            stored = tar.extractfile(entry) if entry.isfile() else None
            yield (
                entry.name.removeprefix("./").rstrip("/"),
                File(entry.mode, (entry.uid, entry.gid), int(entry.mtime), entry.type,
                     entry.linkname, stored.read() if stored else b"", layer.own),
            )  # fmt: skip


def files(image: ImageArchive) -> dict[str, File]:
    """Return what a container sees: later layers over earlier ones, without what they remove."""
    found: dict[str, File] = {}
    for layer in image.layers:
        for name, file in entries(image, layer):
            folder, _, last = name.rpartition("/")
            if last.startswith(_WHITEOUT):
                gone = f"{folder}/{last.removeprefix(_WHITEOUT)}"
                for known in [
                    path for path in found if path == gone or path.startswith(f"{gone}/")
                ]:
                    del found[known]
            else:
                found[name] = file
    return found


def differences(one: ImageArchive, other: ImageArchive) -> list[str]:
    """Return a line for each difference of two images, down to the file."""
    found = [
        f"{key}: {left!r} and {right!r}"
        for key in sorted({*one.configuration, *other.configuration})
        if (left := one.configuration.get(key)) != (right := other.configuration.get(key))
        if key != "rootfs"
    ]
    for left, right in zip(one.layers, other.layers, strict=True):
        if left.digest != right.digest:
            before, after = dict(entries(one, left)), dict(entries(other, right))
            found += [
                f"{left.made_by}: {name}: {before.get(name)} and {after.get(name)}"
                for name in sorted({*before, *after})
                if before.get(name) != after.get(name)
            ]
    return found


def holding(image: ImageArchive, words: list[bytes]) -> list[str]:
    """Return where any of some words is: in a layer as it is stored, or in what describes it."""
    described = repr(image.configuration).encode() + repr(image.manifest).encode()
    found = [f"the configuration: {word!r}" for word in words if word in described]
    for layer in image.layers:
        with image.open(layer) as content:
            before = b""
            while block := content.read(_BLOCK):
                seen = before + block
                found += [f"{layer.made_by}: {word!r}" for word in words if word in seen]
                before = block[-max(map(len, words)) :]
    return found
