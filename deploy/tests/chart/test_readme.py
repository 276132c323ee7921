"""The table of values in the chart's README.md."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chart.helm import CHART, default_values

_SCRIPT = CHART.parents[1] / "scripts" / "chart_readme.py"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the chart that a test may change."""
    shutil.copytree(CHART, tmp_path / "taskflow")
    return tmp_path / "taskflow"


def test_the_table_is_what_values_yaml_says() -> None:
    done = chart_readme("--check")
    assert done.returncode == 0, done.stderr
    readme = (CHART / "README.md").read_text(encoding="utf-8")
    _, leaves = default_values()
    assert [name for name in leaves if f"\n| `{name}` |" not in readme] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("logLevel: info", "logLevel: debug"),
        ("# -- One of debug,", "# -- Any of debug,"),
        ("logLevel: info", "logLevel: info\n    # -- Another value.\n    another: 1"),
    ],
    ids=["default", "comment", "new value"],
)
def test_a_change_of_values_yaml_is_noticed_and_mended(copy: Path, old: str, new: str) -> None:
    change(copy / "values.yaml", old, new)
    before = (copy / "README.md").read_bytes()
    done = chart_readme("--check", "--chart", str(copy))
    assert done.returncode == 1
    assert "run make fmt" in done.stderr
    assert (copy / "README.md").read_bytes() == before
    assert chart_readme("--chart", str(copy)).returncode == 0
    assert chart_readme("--check", "--chart", str(copy)).returncode == 0
    assert (copy / "README.md").read_bytes() != before


@pytest.mark.parametrize(
    ("file", "old", "message"),
    [
        ("values.yaml", "# -- Whether the backend runs in debug", "backend.config.debug has no"),
        ("README.md", "<!-- values: end -->", "<!-- values: end --> once each"),
    ],
)
def test_what_cannot_be_written_is_said(copy: Path, file: str, old: str, message: str) -> None:
    change(copy / file, old, "# Gone")
    done = chart_readme("--chart", str(copy))
    assert done.returncode == 1
    assert message in done.stderr


def change(file: Path, old: str, new: str) -> None:
    """Replace a text that a file has once."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def chart_readme(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the script that writes the table."""
    command = [sys.executable, str(_SCRIPT), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)
