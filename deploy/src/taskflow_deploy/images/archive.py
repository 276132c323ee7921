"""Reads an image from an archive in the layout of the OCI image specification."""

import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

# The first instruction of our own in every Dockerfile's last stage; the base's come before it.
_OWN_BEGIN = "LABEL org.opencontainers.image.title=taskflow-"


@dataclass(frozen=True)
class Layer:
    """A layer of an image.

    Attributes
    ----------
    digest
        What identifies it.
    made_by
        The instruction that made it.
    own
        Whether it is ours and not the base's.
    """

    digest: str
    made_by: str
    own: bool


class ImageArchive:
    """An image in an archive.

    Parameters
    ----------
    path
        The archive; it holds one image.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with tarfile.open(path) as archive:
            index = _json(archive, "index.json")
            [entry] = index["manifests"]
            self.digest: str = entry["digest"]
            self.manifest: dict[str, Any] = _json(archive, _blob(self.digest))
            self.id: str = self.manifest["config"]["digest"]
            self.configuration: dict[str, Any] = _json(archive, _blob(self.id))

    @property
    def labels(self) -> dict[str, str]:
        """Its labels."""
        found: dict[str, str] = self.configuration["config"].get("Labels", {})
        return found

    @property
    def layers(self) -> list[Layer]:
        """Its layers, lowest first."""
        own, found = False, []
        blobs = iter(self.manifest["layers"])
        for step in self.configuration["history"]:
            made_by = step.get("created_by", "")
            own = own or made_by.startswith(_OWN_BEGIN)
            if not step.get("empty_layer"):
                found.append(Layer(next(blobs)["digest"], made_by, own))
        return found

    @contextmanager
    def open(self, layer: Layer) -> Iterator[IO[bytes]]:
        """Open a layer as it is stored."""
        with tarfile.open(self._path) as archive:
            content = archive.extractfile(_blob(layer.digest))
            assert content is not None, "a blob is a file"  # noqa: S101
            yield content


def _blob(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def _json(archive: tarfile.TarFile, name: str) -> Any:
    content = archive.extractfile(name)
    assert content is not None, f"{name} is a file"  # noqa: S101
    return json.load(content)
