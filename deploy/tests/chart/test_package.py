"""The package: the same bytes wherever and whenever it is made, and nothing in it but the chart."""

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

from tests.chart.helm import CHART, EXISTING, Helm
from tests.chart.test_objects import about

_EPOCH = "1767225600"


def test_two_packages_of_the_same_chart_are_the_same_bytes(helm: Helm, tmp_path: Path) -> None:
    here, there = tmp_path / "here" / "taskflow", tmp_path / "in" / "another" / "taskflow"
    shutil.copytree(CHART, here)
    shutil.copytree(CHART, there, copy_function=shutil.copy)
    for number, file in enumerate(sorted(there.rglob("*"), reverse=True)):
        file.chmod(0o700 if file.is_dir() else 0o640)
        os.utime(file, (1e9 + number, 1e9 + number))
    one = package(helm, here, tmp_path / "one", _EPOCH)
    other = package(helm, there, tmp_path / "other", _EPOCH)
    assert one.name == other.name == f"taskflow-{about()['version']}.tgz"
    assert one.read_bytes() == other.read_bytes()
    later = package(helm, here, tmp_path / "later", str(int(_EPOCH) + 1))
    assert later.read_bytes() != one.read_bytes(), "the time is not in it, so this proves nothing"


def test_it_holds_what_an_installation_needs_and_nothing_else(helm: Helm, tmp_path: Path) -> None:
    with tarfile.open(package(helm, CHART, tmp_path, _EPOCH)) as archive:
        names = {name.removeprefix("taskflow/") for name in archive.getnames()}
    wanted = {"Chart.yaml", "README.md", "values.yaml", "values-local.yaml", "values.schema.json"}
    wanted |= {".helmignore"}
    for folder in ("templates", "files"):
        wanted |= {f"{folder}/{file.name}" for file in (CHART / folder).iterdir()}
    assert names == wanted


def test_it_renders_as_its_folder_does(helm: Helm, tmp_path: Path) -> None:
    made = package(helm, CHART, tmp_path, _EPOCH)
    assert helm.render(EXISTING, chart=made).text == helm.render(EXISTING).text


def test_it_needs_no_other_chart() -> None:
    assert "dependencies" not in about()
    assert not (CHART / "charts").exists()


def package(helm: Helm, chart: Path, target: Path, epoch: str) -> Path:
    """Package a chart at some point of time and return the file."""
    target.mkdir(exist_ok=True)
    done = subprocess.run(
        [helm.program, "package", chart, "--destination", target],
        env={**os.environ, "SOURCE_DATE_EPOCH": epoch},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    [made] = target.glob("*.tgz")
    return made
