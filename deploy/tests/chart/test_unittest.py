"""The chart's own suites in ``helm/taskflow/tests``: they pass, can fail, and leave nothing out."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.chart.helm import CHART, default_values
from tests.chart.tools import CHECKS, program

_RENDERED = sorted(
    file.name for file in (CHART / "templates").iterdir() if not file.name.startswith("_")
)
_PARTIALS = sorted((CHART / "templates").glob("_*.tpl"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the chart, as helm-unittest writes into it; with the values that suites name."""
    shutil.copytree(CHECKS / "values", tmp_path / "checks" / "values")
    return Path(shutil.copytree(CHART, tmp_path / "taskflow"))


def test_all_suites_pass(copy: Path) -> None:
    code, said = helm_unittest(copy)
    assert code == 0, said
    assert f"Test Suites: {len(_RENDERED)} passed, {len(_RENDERED)} total" in said


def test_every_suite_fails_when_its_template_makes_something_else(copy: Path) -> None:
    for file in (copy / "templates").iterdir():
        text = file.read_text(encoding="utf-8").replace("kind: ", "kind: Another")
        file.write_text(text.replace("minikube service", "minikube"), encoding="utf-8")
    code, said = helm_unittest(copy)
    assert code == 1
    failed = re.findall(r"^ FAIL +(\S+)\s", said, re.MULTILINE)
    assert sorted(failed) == sorted(Path(name).stem for name in _RENDERED)


@pytest.mark.parametrize("name", _RENDERED)
def test_a_template_has_a_suite_of_its_name(name: str) -> None:
    suite = suites()[Path(name).stem]
    assert suite["templates"][0] == name
    assert len(suite["tests"]) >= 1


def test_every_value_is_set_by_a_suite() -> None:
    mappings, leaves = default_values()
    parents = {name.rpartition(".")[0] for name in (*mappings, *leaves)}
    names = {*leaves, *(mappings - parents)}
    assert len(names) > 100
    done = {name for suite in suites().values() for name in set_by(suite, leaves)}
    assert (
        sorted(
            name for name in names if not any(f"{each}.".startswith(f"{name}.") for each in done)
        )
        == []
    )


def test_every_part_of_a_partial_is_used() -> None:
    text = "".join(file.read_text(encoding="utf-8") for file in (CHART / "templates").iterdir())
    made = re.findall(r'define "([\w.]+)"', text)
    assert len(made) == len(set(made)) > 20
    assert sorted(made) == sorted(set(re.findall(r'include "([\w.]+)"', text)))
    assert all('define "' in file.read_text(encoding="utf-8") for file in _PARTIALS)


@cache
def suites() -> dict[str, dict[str, Any]]:
    """Return the suites by name, which is that of their file too."""
    found = {}
    for file in sorted((CHART / "tests").iterdir()):
        suite = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert file.name == f"{suite['suite']}_test.yaml"
        found[suite["suite"]] = suite
    return found


def set_by(suite: dict[str, Any], defaults: dict[str, Any]) -> Iterator[str]:
    """Yield the dotted names of the values that a suite sets to something else than by default."""

    def walk(name: str, value: Any) -> Iterator[str]:
        if isinstance(value, dict) and value:
            for key, inner in value.items():
                yield from walk(f"{name}.{key}", inner)
        elif name not in defaults or defaults[name] != value:
            yield name

    for test in suite["tests"]:
        for name, value in test.get("set", {}).items():
            yield from walk(name, value)


def helm_unittest(chart: Path) -> tuple[int, str]:
    """Run a chart's suites and return the exit code and what was said."""
    done = subprocess.run(
        [program("helm-unittest"), "--strict", "--color=false", chart],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
