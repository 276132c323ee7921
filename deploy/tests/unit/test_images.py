"""What is said of an image: which layers are ours, how large they are, what is in it."""

import gzip
import io
import json
import sys
import tarfile
from pathlib import Path

import pytest

from taskflow_deploy.images import sbom, sizes
from taskflow_deploy.images.archive import ImageArchive
from tests.unit.tools import Tools

_LABELS = {
    "org.opencontainers.image.title": "taskflow-backend",
    "org.opencontainers.image.created": "2026-01-01T00:00:00Z",
    "org.opencontainers.image.base.name": "docker.io/library/python:3.11-slim",
}
_STEPS = (
    ("ADD rootfs.tar /", b"base" * 2_000_000),
    ("LABEL org.opencontainers.image.title=taskflow-backend", None),
    ("COPY /image/ / # buildkit", b"ours" * 500_000),
    ("USER 10001:10001", None),
    ("RUN /bin/sh -c rm -rf /usr/local/lib/node_modules # buildkit", b"last" * 100),
)
# What Syft 1.57 draws by lot and by the clock.
_SYFT = f"""#!{sys.executable} -IS
import json, sys, time, uuid
components = [
    {{"type": "library", "purl": "pkg:pypi/a@1", "licenses": [{{"license": {{"id": "MIT"}}}}]}},
    {{"type": "library", "purl": "pkg:pypi/b@1", "licenses": [{{"expression": "MIT OR BSD"}}]}},
    {{"type": "operating-system", "name": "debian"}},
]
drawn, now = f"urn:uuid:{{uuid.uuid4()}}", str(time.time())
written = {{
    "cyclonedx-json": {{
        "serialNumber": drawn, "components": components,
        "metadata": {{"timestamp": now, "component": {{"name": "taskflow-backend"}}}},
    }},
    "spdx-json": {{"documentNamespace": drawn, "creationInfo": {{"created": now}}}},
}}
for word in sys.argv:
    form, _, file = word.partition("=")
    if form in written:
        with open(file, "w") as output:
            json.dump(written[form], output)
"""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An image of three layers, the lowest of which is its base's."""
    blobs = [content for _, content in _STEPS if content is not None]
    configuration = {
        "config": {"Labels": _LABELS},
        "history": [
            {"created_by": made_by, **({} if content else {"empty_layer": True})}
            for made_by, content in _STEPS
        ],
    }
    file = tmp_path / "image.tar"
    with tarfile.open(file, "w") as tar:

        def add(name: str, content: bytes) -> None:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))

        for number, content in enumerate(blobs):
            add(f"blobs/sha256/{number}", content)
        add("blobs/sha256/c", json.dumps(configuration).encode())
        manifest = {
            "config": {"digest": "sha256:c"},
            "layers": [{"digest": f"sha256:{number}"} for number in range(len(blobs))],
        }
        add("blobs/sha256/m", json.dumps(manifest).encode())
        add("index.json", json.dumps({"manifests": [{"digest": "sha256:m"}]}).encode())
    return file


def test_layers_from_the_first_label_on_are_ours(archive: Path) -> None:
    layers = ImageArchive(archive).layers
    assert [(layer.digest, layer.own) for layer in layers] == [
        ("sha256:0", False), ("sha256:1", True), ("sha256:2", True),
    ]  # fmt: skip


def test_sizes_are_those_of_gzip_with_the_base_and_without(archive: Path) -> None:
    image = ImageArchive(archive)
    for (_, content), size in zip(
        [step for step in _STEPS if step[1]], sizes.measure(image).values(), strict=True
    ):
        assert content is not None
        assert size.plain == len(content)
        assert abs(size.compressed - len(gzip.compress(content, 6, mtime=0))) < 32
    assert sizes.table([image]).splitlines()[2:] == [
        "| taskflow-backend | `COPY /image/ /` | 0.00 | 2.00 |",
        "| taskflow-backend | `RUN /bin/sh -c rm -rf /u…` | 0.00 | 0.00 |",
        "| taskflow-backend | **all of these: without the base** | 0.00 | 2.00 |",
        "| taskflow-backend | the base: docker.io/library/python:3.11-slim | 0.01 | 8.00 |",
        "| taskflow-backend | **with the base** | 0.01 | 10.00 |",
    ]


def test_the_table_is_put_between_its_marks_alone(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("no marks\n", encoding="utf-8")
    with pytest.raises(LookupError, match=r"performance\.md"):
        sizes.write(document, "table")
    begin, end = "<!-- made by make image-sizes -->", "<!-- end of what make image-sizes made -->"
    document.write_text(f"before\n{begin}\nold\n{end}\nafter\n", encoding="utf-8")
    for _ in range(2):
        sizes.write(document, "table")
        text = document.read_text(encoding="utf-8")
        assert text == f"before\n{begin}\n\ntable\n\n{end}\nafter\n"


def test_an_sbom_is_a_function_of_the_image(archive: Path, tools: Tools, tmp_path: Path) -> None:
    syft = tools.put("syft", _SYFT)
    written = [tmp_path / name for name in ("one", "two")]
    [listed, _] = [sbom.write(syft, archive, folder) for folder in written]
    names = ["taskflow-backend.cdx.json", "taskflow-backend.spdx.json"]
    for name in names:
        assert (written[0] / name).read_bytes() == (written[1] / name).read_bytes()
        assert "2026-01-01T00:00:00Z" in (written[0] / name).read_text(encoding="utf-8")
    assert sbom.table(listed).splitlines() == [
        "taskflow-backend",
        "  packages", "        2  pypi", "        1  operating-system",
        "  licences", "        1  MIT", "        1  MIT OR BSD", "        1  unknown",
    ]  # fmt: skip
