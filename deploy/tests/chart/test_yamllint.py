"""yamllint, strict: the chart's own YAML, and what it renders to."""

from pathlib import Path

import pytest
from yamllint import linter
from yamllint.config import YamlLintConfig

from tests.chart.helm import CHART, Rendered
from tests.chart.renderings import SETS
from tests.chart.tools import CHECKS

_FILES = [
    *CHART.glob("*.yaml"),
    *(CHART / "tests").glob("*.yaml"),
    *CHECKS.glob("*.yaml"),
    *(CHECKS / "values").glob("*.yaml"),
]
# Values are written as Helm writes them: lists in lists are not indented.
_RENDERED = "rules:\n  indentation: {spaces: 2, indent-sequences: whatever}\n"


@pytest.mark.parametrize("file", _FILES, ids=lambda file: file.name)
def test_a_file_of_the_chart_is_well_written(file: Path) -> None:
    assert problems(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", SETS)
def test_what_it_renders_to_is_well_written(renderings: dict[str, Rendered], name: str) -> None:
    # Helm ends what it prints with an empty line of its own.
    assert problems(renderings[name].text.rstrip("\n") + "\n", _RENDERED) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a: 1\na: 2\n", "key-duplicates"),
        ("a: yes\n", "truthy"),
        ("a:\n   - b\n", "indentation"),
        ("a: 1 # why\n", "comments"),
        ("a: 010\n", "octal-values"),
        ("a:\n", "empty-values"),
        ("a: b \n", "trailing-spaces"),
        (f"a: {'b ' * 60}c\n", "line-length"),
    ],
)
def test_what_is_badly_written_is_found(text: str, rule: str) -> None:
    assert [problem.rpartition("(")[2].rstrip(")") for problem in problems(text)] == [rule]


def problems(text: str, more: str = "") -> list[str]:
    """Return what yamllint has to say, warnings too."""
    config = YamlLintConfig(f"extends: {CHECKS / 'yamllint.yaml'}\n{more}")
    return [f"{each.line}: {each.desc} ({each.rule})" for each in linter.run(text, config)]
