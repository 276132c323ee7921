"""An image's tag says what it is made of, and nothing else; its labels, which commit's that is."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from taskflow_deploy.paths import REPOSITORY
from taskflow_deploy.sources import images, tree_hash, with_provenance

_JANUARY = 1_767_225_600  # 2026-01-01, in UTC


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small checkout."""
    root = tmp_path / "checkout"
    for name, text in {
        "docker/backend.Dockerfile": "ARG PYTHON_IMAGE",
        "docker/frontend.Dockerfile": "ARG NODE_IMAGE",
        "backend/src/main.py": "app = 1",
        "frontend/src/app/page.tsx": "export default 1",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    for name in ("backend", "frontend"):
        shutil.copy(REPOSITORY / f"docker/{name}.Dockerfile.dockerignore", root / "docker")
    return root


def _tags(root: Path) -> dict[str, str]:
    return {image.name: image.tag for image in images(root)}


@pytest.mark.parametrize(
    "file",
    [
        "src/main.py",
        "src/new.py",
        "src/deep/er/new.py",
        "requirements.txt",
        "../docker/backend.Dockerfile",
        "../docker/backend.Dockerfile.dockerignore",
    ],
)
def test_a_tag_changes_with_the_content_of_its_image_alone(checkout: Path, file: str) -> None:
    before = _tags(checkout)
    changed = checkout / "backend" / file
    changed.parent.mkdir(parents=True, exist_ok=True)
    with changed.open("a", encoding="utf-8") as text:
        text.write("\n# changed")
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
        "backend/bench/load.py",
        "backend/pyproject.toml",
        "backend/src/__pycache__/main.pyc",
        "backend/.env",
        "backend/src/.env",
        "backend/src/.git/config",
        "frontend/.npmrc",
        "frontend/node_modules/next/index.js",
        "frontend/src/node_modules/left.js",
        "frontend/.next/build",
        "frontend/e2e/tasks.spec.ts",
        "frontend/src/app/.env.local",
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
        arguments = with_provenance(image, REPOSITORY).arguments
        # The builder itself knows the last.
        for argument in {*image.bases, *arguments} - {"SOURCE_DATE_EPOCH"}:
            assert f"ARG {argument}" in text


def _git(root: Path, *words: str, seconds: int = _JANUARY) -> str:
    who = {f"GIT_{role}_{what}": "a@example.com" for role in ("AUTHOR", "COMMITTER")
           for what in ("NAME", "EMAIL")}  # fmt: skip
    when = {f"GIT_{role}_DATE": f"{seconds} +0000" for role in ("AUTHOR", "COMMITTER")}
    environment = {**os.environ, **who, **when, "GIT_CONFIG_GLOBAL": "/dev/null"}
    command = ["git", "-C", str(root), *words]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _labels(root: Path, name: str = "taskflow-backend") -> tuple[str, str, str]:
    [image] = [image for image in images(root) if image.name == name]
    given = with_provenance(image, root).arguments
    return given["REVISION"], given["CREATED"], given["SOURCE_DATE_EPOCH"]


@pytest.fixture
def commit(checkout: Path) -> str:
    """The commit that holds the small checkout."""
    _git(checkout, "init", "--quiet")
    _git(checkout, "add", ".")
    _git(checkout, "commit", "--quiet", "--message", "first")
    return _git(checkout, "rev-parse", "HEAD")


def test_labels_are_those_of_the_commit_that_last_changed_the_sources(
    checkout: Path, commit: str
) -> None:
    first = (commit, "2026-01-01T00:00:00Z", str(_JANUARY))
    assert _labels(checkout) == first
    for file in ("backend/tests/test_main.py", "frontend/src/new.ts", "README.md"):
        (checkout / file).parent.mkdir(parents=True, exist_ok=True)
        (checkout / file).write_text("new", encoding="utf-8")
    _git(checkout, "add", ".")
    _git(checkout, "commit", "--quiet", "--message", "second", seconds=_JANUARY + 86_400)
    # Nothing of the backend's image is in it: the same sources keep the same labels.
    assert _labels(checkout) == first
    assert _labels(checkout, "taskflow-frontend") == (
        _git(checkout, "rev-parse", "HEAD"), "2026-01-02T00:00:00Z", str(_JANUARY + 86_400)
    )  # fmt: skip


@pytest.mark.parametrize("file", ["src/main.py", "src/new.py"])
def test_sources_that_are_no_commits_are_named_by_their_tag(
    checkout: Path, commit: str, file: str
) -> None:
    (checkout / "backend" / file).write_text("changed", encoding="utf-8")
    revision, created, _ = _labels(checkout)
    assert revision == _tags(checkout)["taskflow-backend"]
    assert created == "2026-01-01T00:00:00Z"


def test_without_git_the_time_is_the_given_one_or_none(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = _tags(checkout)["taskflow-backend"]
    assert _labels(checkout) == (tag, "1970-01-01T00:00:00Z", "0")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(_JANUARY))
    assert _labels(checkout) == (tag, "2026-01-01T00:00:00Z", str(_JANUARY))
