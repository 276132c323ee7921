"""The chart's README.md is made by helm-docs, from README.md.gotmpl and values.yaml's comments."""

import re
import shutil
from pathlib import Path

import pytest

from tests.chart.helm import CHART, default_values
from tests.chart.tools import write_readme


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the chart that a test may change."""
    return Path(shutil.copytree(CHART, tmp_path / "taskflow"))


def test_the_readme_is_what_its_sources_say(copy: Path) -> None:
    (copy / "README.md").unlink()
    assert write_readme(copy).stderr == ""
    written = (copy / "README.md").read_text(encoding="utf-8")
    assert written == (CHART / "README.md").read_text(encoding="utf-8"), "run make fmt"


def test_every_value_is_described() -> None:
    text = (CHART / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([A-Za-z.-]+) \| [a-z]+ \| `.*` \| (.*) \|$", text, re.MULTILINE)
    _, leaves = default_values()
    assert [name for name, _ in rows] == list(leaves)
    assert [name for name, description in rows if len(description.split()) < 1] == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("values.yaml", "logLevel: info", "logLevel: debug"),
        ("values.yaml", "# -- One of debug,", "# -- Any of debug,"),
        ("values.yaml", "logLevel: info", "logLevel: info\n    # -- Another.\n    another: 1"),
        ("README.md.gotmpl", "# The taskflow chart", "# A chart"),
    ],
    ids=["default", "comment", "new value", "text"],
)
def test_a_change_of_its_sources_changes_it(copy: Path, file: str, old: str, new: str) -> None:
    write_readme(copy)
    before = (copy / "README.md").read_bytes()
    text = (copy / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (copy / file).write_text(text.replace(old, new), encoding="utf-8")
    write_readme(copy)
    assert (copy / "README.md").read_bytes() != before
