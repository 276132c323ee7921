"""Kubernetes' schemas for kubeconform, from a package that brings them: no network is asked."""

import json
import os
import shutil
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from taskflow_deploy.paths import current_paths

MINORS = ("1.37.0", "1.36.0", "1.35.0")
_PACKAGE = "kubernetes-validate"
_ENDING = "-local-strict"
_SCHEMAS = files("kubernetes_validate") / "kubernetes-json-schema"


def bundled_versions() -> list[str]:
    """Return the versions of Kubernetes that the package knows, the newest first."""
    names = [folder.name for folder in _SCHEMAS.iterdir() if folder.name.endswith(_ENDING)]
    versions = [name.removeprefix("v").removesuffix(_ENDING) for name in names]
    return sorted(versions, key=lambda each: [int(part) for part in each.split(".")], reverse=True)


def schema_location() -> str:
    """Return where kubeconform finds the schemas, writing them when they are not there yet."""
    folder = current_paths().cache / "kubernetes-schemas" / f"{_PACKAGE}-{version(_PACKAGE)}"
    for minor in MINORS:
        target = folder / f"v{minor}-standalone-strict"
        if not target.exists():
            _write(target, minor)
    return str(folder)


def _write(target: Path, minor: str) -> None:
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    partial.mkdir(parents=True)
    for file in (_SCHEMAS / f"v{minor}{_ENDING}").iterdir():
        schema = json.loads(file.read_text(encoding="utf-8"))
        # Its name on the web, from which its references would be looked up there.
        schema.pop("$id", None)
        text = json.dumps(schema).replace('"/api/_definitions.json#', '"_definitions.json#')
        (partial / file.name).write_text(text, encoding="utf-8")
    try:
        partial.rename(target)
    except OSError:
        # Another run was faster.
        shutil.rmtree(partial)
