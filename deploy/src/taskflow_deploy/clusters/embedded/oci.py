"""Container images made of plain files, in the layout of the OCI image specification."""

import hashlib
import json
import platform
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_EPOCH = "1970-01-01T00:00:00Z"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar"


def architecture() -> str:
    """Return this machine's processor as container images name it, such as ``amd64``."""
    machine = platform.machine()
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)


def write_layout(
    folder: Path, layers: Sequence[Path], process: Mapping[str, Any], reference: str
) -> str:
    """Write an image as an OCI layout and return the digest of its manifest.

    Parameters
    ----------
    folder
        Where the layout is written; it replaces what is there.
    layers
        Uncompressed tar archives, lowest first.
    process
        The ``config`` object of the image: ``Env``, ``Entrypoint`` and so on.
    reference
        The image's name for whoever imports the layout.
    """
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "blobs" / "sha256").mkdir(parents=True)
    entries = [_add_file(folder, layer, _LAYER) for layer in layers]
    configuration = {
        "created": _EPOCH,
        "architecture": architecture(),
        "os": "linux",
        "config": dict(process),
        "rootfs": {"type": "layers", "diff_ids": [entry["digest"] for entry in entries]},
        "history": [{"created": _EPOCH, "created_by": "taskflow"} for _ in entries],
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": _add_json(folder, configuration, _CONFIG),
        "layers": entries,
    }
    entry = _add_json(folder, manifest, _MANIFEST)
    names = {"io.containerd.image.name": reference, "org.opencontainers.image.ref.name": reference}
    index = {"schemaVersion": 2, "manifests": [{**entry, "annotations": names}]}
    (folder / "index.json").write_text(json.dumps(index), encoding="utf-8")
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}', encoding="utf-8")
    return str(entry["digest"])


def layout_digest(folder: Path) -> str | None:
    """Return the manifest's digest of a finished layout, or None where there is none."""
    try:
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return str(index["manifests"][0]["digest"])


def program_archive(program: Path, archive: Path, reference: str) -> None:
    """Write an image that holds one static program, as an archive to import."""
    layer, layout = archive.with_suffix(".layer"), archive.with_suffix(".layout")
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(layer, "w") as tar:
        entry = tar.gettarinfo(program, arcname=program.name)
        entry.mode, entry.mtime, entry.uid, entry.gid = 0o755, 0, 0, 0
        entry.uname = entry.gname = ""
        with program.open("rb") as content:
            tar.addfile(entry, content)
    write_layout(layout, [layer], {"Entrypoint": [f"/{program.name}"]}, reference)
    partial = archive.with_suffix(".part")
    with tarfile.open(partial, "w") as tar:
        for path in sorted(layout.rglob("*")):
            tar.add(path, arcname=str(path.relative_to(layout)), recursive=False)
    partial.replace(archive)
    layer.unlink()
    shutil.rmtree(layout)


def folder_layer(
    folder: Path,
    target: str,
    archive: Path,
    *,
    skip: Sequence[str] = (),
    links: Mapping[str, str] | None = None,
) -> None:
    """Write a layer that holds ``folder`` at the path ``target``.

    Parameters
    ----------
    skip
        Names of files and folders that are left out.
    links
        Paths below ``target`` that become symbolic links, and where they lead.
    """
    links = links or {}

    def keep(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        if any(part in skip for part in Path(entry.name).parts):
            return None
        if leads_to := links.get(entry.name.removeprefix(f"{target}/")):
            entry.type, entry.linkname, entry.size = tarfile.SYMTYPE, leads_to, 0
        entry.uid = entry.gid = entry.mtime = 0
        entry.uname = entry.gname = ""
        return entry

    with tarfile.open(archive, "w") as tar:
        tar.add(folder, arcname=target, filter=keep)


def _add_file(folder: Path, source: Path, media_type: str) -> dict[str, Any]:
    digest = hashlib.sha256()
    with source.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    name = digest.hexdigest()
    shutil.copyfile(source, folder / "blobs" / "sha256" / name)
    return {"mediaType": media_type, "digest": f"sha256:{name}", "size": source.stat().st_size}


def _add_json(folder: Path, value: Mapping[str, Any], media_type: str) -> dict[str, Any]:
    data = json.dumps(value, sort_keys=True).encode()
    name = hashlib.sha256(data).hexdigest()
    (folder / "blobs" / "sha256" / name).write_bytes(data)
    return {"mediaType": media_type, "digest": f"sha256:{name}", "size": len(data)}
