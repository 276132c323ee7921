"""An image's tag says what it is made of, and nothing else."""

import os
import shutil
from pathlib import Path

import pytest

from taskflow_deploy.paths import REPOSITORY
from taskflow_deploy.sources import images, tree_hash


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small checkout."""
    root = tmp_path / "checkout"
    for name, text in {
        "docker/backend.Dockerfile": "ARG PYTHON_IMAGE",
        "docker/backend.Dockerfile.dockerignore": "*",
        "docker/frontend.Dockerfile": "ARG NODE_IMAGE",
        "docker/frontend.Dockerfile.dockerignore": "*",
        "backend/src/main.py": "app = 1",
        "frontend/src/app/page.tsx": "export default 1",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def _tags(root: Path) -> dict[str, str]:
    return {image.name: image.tag for image in images(root)}


@pytest.mark.parametrize(
    "file",
    [
        "src/main.py",
        "src/new.py",
        "src/deep/er/new.py",
        "../docker/backend.Dockerfile",
        "../docker/backend.Dockerfile.dockerignore",
    ],
)
def test_a_tag_changes_with_the_content_of_its_image_alone(checkout: Path, file: str) -> None:
    before = _tags(checkout)
    changed = checkout / "backend" / file
    changed.parent.mkdir(parents=True, exist_ok=True)
    changed.write_text("changed", encoding="utf-8")
    after = _tags(checkout)
    assert after["taskflow-backend"] != before["taskflow-backend"]
    assert after["taskflow-frontend"] == before["taskflow-frontend"]


def test_moving_text_to_another_file_changes_it(checkout: Path) -> None:
    before = _tags(checkout)
    (checkout / "backend/src/main.py").rename(checkout / "backend/src/mine.py")
    assert _tags(checkout) != before


@pytest.mark.parametrize(
    "file",
    [
        "backend/tests/test_main.py",
        "backend/src/__pycache__/main.pyc",
        "backend/.env",
        "frontend/node_modules/next/index.js",
        "frontend/.next/build",
        "frontend/e2e/tasks.spec.ts",
        "frontend/src/app/page.test.tsx",
        "frontend/src/lib/api.test.ts",
        "frontend/next-env.d.ts",
    ],
)
def test_what_no_image_is_made_of_changes_nothing(checkout: Path, file: str) -> None:
    before = _tags(checkout)
    (checkout / file).parent.mkdir(parents=True, exist_ok=True)
    (checkout / file).write_text("anything", encoding="utf-8")
    assert _tags(checkout) == before


def test_neither_time_nor_place_changes_it(checkout: Path, tmp_path: Path) -> None:
    before = _tags(checkout)
    os.utime(checkout / "backend/src/main.py", (1, 1))
    assert _tags(checkout) == before
    elsewhere = shutil.copytree(checkout, tmp_path / "elsewhere")
    assert _tags(elsewhere) == before


def test_a_link_to_a_folder_is_not_followed(checkout: Path) -> None:
    before = tree_hash(checkout / "backend")
    (checkout / "backend/loop").symlink_to(checkout / "backend")
    assert tree_hash(checkout / "backend") == before


def test_the_real_images_carry_the_version_and_their_base(tmp_path: Path) -> None:
    backend, frontend = images(REPOSITORY)
    assert backend.reference == f"taskflow-backend:{backend.tag}"
    assert list(backend.also) == ["1.0.0", "latest"]
    assert backend.bases == {"PYTHON_IMAGE": "python:3.11-slim"}
    assert frontend.bases == {"NODE_IMAGE": "node:24-alpine"}
    for image in (backend, frontend):
        text = image.dockerfile.read_text(encoding="utf-8")
        for argument in (*image.bases, *image.arguments):
            assert f"ARG {argument}" in text
