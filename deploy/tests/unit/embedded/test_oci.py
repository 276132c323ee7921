"""Images made of plain files: to the byte the same, whenever and wherever they are made."""

import hashlib
import json
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from taskflow_deploy.clusters.embedded import oci

_NAME = "taskflow.local/pause:1"


def _layer(folder: Path, name: str = "layer.tar") -> Path:
    archive = folder / name
    source = folder / "source"
    source.mkdir(exist_ok=True)
    (source / "file").write_text("content", encoding="utf-8")
    oci.folder_layer(source, "opt/thing", archive)
    return archive


def _files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _blob(layout: Path, digest: str) -> Any:
    name = digest.removeprefix("sha256:")
    data = (layout / "blobs/sha256" / name).read_bytes()
    assert hashlib.sha256(data).hexdigest() == name
    return json.loads(data)


def test_a_layout_is_the_same_twice(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        layer = _layer(folder)
        os.utime(layer, (1, 1))
        digest = oci.write_layout(folder / "layout", [layer], {"Env": ["A=1"]}, _NAME)
        made.append((digest, _files(folder / "layout")))
    assert made[0] == made[1]


def test_a_layout_is_one_that_the_specification_describes(tmp_path: Path) -> None:
    layers = [_layer(tmp_path, "a.tar"), _layer(tmp_path, "b.tar")]
    layout = tmp_path / "layout"
    digest = oci.write_layout(layout, layers, {"Entrypoint": ["/pause"]}, _NAME)
    assert oci.layout_digest(layout) == digest
    assert json.loads((layout / "oci-layout").read_text("utf-8")) == {"imageLayoutVersion": "1.0.0"}
    index = json.loads((layout / "index.json").read_text("utf-8"))["manifests"][0]
    assert index["annotations"]["org.opencontainers.image.ref.name"] == _NAME
    manifest = _blob(layout, digest)
    config = _blob(layout, manifest["config"]["digest"])
    assert config["config"] == {"Entrypoint": ["/pause"]}
    assert (config["os"], config["architecture"]) == ("linux", oci.architecture())
    told = [entry["digest"] for entry in manifest["layers"]]
    assert config["rootfs"]["diff_ids"] == told
    assert told == ["sha256:" + hashlib.sha256(p.read_bytes()).hexdigest() for p in layers]
    assert [entry["size"] for entry in manifest["layers"]] == [p.stat().st_size for p in layers]


def test_a_new_layout_replaces_the_old_one(tmp_path: Path) -> None:
    layout = tmp_path / "layout"
    assert oci.layout_digest(layout) is None
    first = oci.write_layout(layout, [_layer(tmp_path)], {"Env": ["A=1"]}, _NAME)
    second = oci.write_layout(layout, [_layer(tmp_path)], {"Env": ["A=2"]}, _NAME)
    assert first != second
    assert oci.layout_digest(layout) == second
    assert len(list((layout / "blobs/sha256").iterdir())) == 3


def test_a_layer_leaves_out_and_links_what_it_is_told(tmp_path: Path) -> None:
    source = tmp_path / "node"
    for name in ("bin/node", "bin/npm", "lib/__pycache__/x", "include/node.h"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(name, encoding="utf-8")
    (source / "bin/node").chmod(0o755)
    archive = tmp_path / "layer.tar"
    skip, links = ("__pycache__", "include"), {"bin/npm": "../lib/npm-cli.js"}
    oci.folder_layer(source, "usr/local", archive, skip=skip, links=links)
    with tarfile.open(archive) as tar:
        entries = {entry.name: entry for entry in tar.getmembers()}
    assert list(entries) == [
        "usr/local", "usr/local/bin", "usr/local/bin/node", "usr/local/bin/npm", "usr/local/lib",
    ]  # fmt: skip
    assert entries["usr/local/bin/npm"].linkname == "../lib/npm-cli.js"
    assert entries["usr/local/bin/node"].mode & 0o111
    assert {(e.uid, e.gid, e.mtime, e.uname) for e in entries.values()} == {(0, 0, 0, "")}


def test_a_program_becomes_an_archive_to_import(tmp_path: Path) -> None:
    program, archive = tmp_path / "pause", tmp_path / "out" / "pause.tar"
    program.write_bytes(b"\x7fELF")
    digests = set()
    for moment in (1, 2):
        os.utime(program, (moment, moment))
        oci.program_archive(program, archive, _NAME)
        assert [path.name for path in archive.parent.iterdir()] == ["pause.tar"]
        with tarfile.open(archive) as tar:
            index = tar.extractfile("index.json")
            assert index is not None
            digests.add(json.load(index)["manifests"][0]["digest"])
            names = tar.getnames()
        assert {"oci-layout", "index.json", "blobs/sha256"} <= set(names)
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("machine", "name"), [("x86_64", "amd64"), ("aarch64", "arm64"), ("riscv64", "riscv64")]
)
def test_processors_have_the_names_of_images(
    monkeypatch: pytest.MonkeyPatch, machine: str, name: str
) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    assert oci.architecture() == name
