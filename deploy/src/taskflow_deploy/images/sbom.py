"""Lists what is really inside an image, with Syft compiled from its module."""

import json
import uuid
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from taskflow_deploy.images.archive import ImageArchive
from taskflow_deploy.paths import REPOSITORY
from taskflow_deploy.programs.sets import Component, ProgramSet
from taskflow_deploy.runner import run

SYFT = ProgramSet(
    name="sbom",
    title="SBOM tool",
    duration="about four minutes on two cores",
    module=REPOSITORY / "docker" / "sbom",
    components=(Component("syft", "github.com/anchore/syft/cmd/syft"),),
    stamps=lambda programs: {"main.version": programs.version("github.com/anchore/syft")[1:]},
)
_UUIDS = uuid.UUID("5f6c3f0e-6f0b-5c60-9a44-2e6f5e4ad0a5")
# Packages, not the thousands of files that they consist of; and nothing is asked of the network.
_SETTINGS = {"SYFT_FILE_METADATA_SELECTION": "none", "SYFT_CHECK_FOR_APP_UPDATE": "false"}


def write(syft: Path, archive: Path, folder: Path) -> dict[str, Any]:
    """Write an image's SBOM in the formats CycloneDX and SPDX; return the former.

    What Syft draws by lot or by the clock becomes a function of the image, so that
    the same image has the same SBOM.
    """
    image = ImageArchive(archive)
    name = image.labels["org.opencontainers.image.title"]
    cyclonedx, spdx = folder / f"{name}.cdx.json", folder / f"{name}.spdx.json"
    folder.mkdir(parents=True, exist_ok=True)
    run(
        [
            syft, "scan", f"oci-archive:{archive}", "--quiet",
            "--source-name", name, "--source-version", image.digest,
            "--output", f"cyclonedx-json={cyclonedx}", "--output", f"spdx-json={spdx}",
        ],
        env=_SETTINGS,
    )  # fmt: skip
    identity = str(uuid.uuid5(_UUIDS, image.digest))
    created = image.labels["org.opencontainers.image.created"]
    listed = _read(cyclonedx)
    listed["serialNumber"] = f"urn:uuid:{identity}"
    listed["metadata"]["timestamp"] = created
    _write(cyclonedx, listed)
    document = _read(spdx)
    document["documentNamespace"] = f"urn:uuid:{identity}"
    document["creationInfo"]["created"] = created
    _write(spdx, document)
    return listed


def kind(component: dict[str, Any]) -> str:
    """Return a component's kind of package, such as ``pypi``, by its package URL."""
    url = str(component.get("purl", ""))
    return url.removeprefix("pkg:").split("/")[0] if url else str(component["type"])


def table(listed: dict[str, Any]) -> str:
    """Return how many packages of each kind there are, and under which licences."""
    components = listed["components"]
    kinds = Counter(kind(component) for component in components)
    licences = Counter(
        licence for component in components for licence in set(_licences(component)) or {"unknown"}
    )
    lines = [listed["metadata"]["component"]["name"]]
    for title, counted in (("packages", kinds), ("licences", licences)):
        lines += [f"  {title}", *(f"    {count:>5}  {what}" for what, count in _sorted(counted))]
    return "\n".join(lines)


def _licences(component: dict[str, Any]) -> Iterable[str]:
    for entry in component.get("licenses", ()):
        licence = entry.get("license", {})
        yield entry.get("expression") or licence.get("id") or licence.get("name") or "unknown"


def _sorted(counted: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


def _read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _write(file: Path, value: dict[str, Any]) -> None:
    file.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
