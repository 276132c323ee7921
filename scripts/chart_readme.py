"""Writes the table of values in the chart's README.md from the comments in values.yaml.

``scripts/chart_readme.py`` writes it, ``--check`` only tells whether it is right.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import yaml

CHART = Path(__file__).parents[1] / "helm" / "taskflow"
BEGIN, END = "<!-- values: begin -->", "<!-- values: end -->"
_MARK = "# -- "


def main() -> None:
    """Write or check the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 when the table is not right")
    parser.add_argument("--chart", type=Path, default=CHART, help="the chart's folder")
    options = parser.parse_args()
    readme = options.chart / "README.md"
    old = readme.read_text(encoding="utf-8")
    new = with_table(old, table((options.chart / "values.yaml").read_text(encoding="utf-8")))
    if old == new:
        return
    if options.check:
        raise SystemExit(f"{readme} is not what values.yaml says: run make fmt")
    readme.write_text(new, encoding="utf-8")


def table(values: str) -> str:
    """Return the table of all values in a values.yaml."""
    lines = values.splitlines()
    root = yaml.compose(values, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise SystemExit("values.yaml must be a mapping")
    rows = [
        f"| `{name}` | `{json.dumps(default)}` | {_comment(lines, line, name)} |"
        for name, default, line in _leaves(root)
    ]
    return "\n".join(["| Value | Default | What it is |", "|---|---|---|", *rows])


def with_table(readme: str, rows: str) -> str:
    """Return the README with the text between its two marks replaced."""
    if readme.count(BEGIN) != 1 or readme.count(END) != 1:
        raise SystemExit(f"README.md must have {BEGIN} and {END} once each")
    before, rest = readme.split(BEGIN)
    return f"{before}{BEGIN}\n{rows}\n{END}{rest.split(END)[1]}"


def _leaves(node: yaml.MappingNode, prefix: str = "") -> Iterator[tuple[str, object, int]]:
    """Yield each value that is no mapping: its dotted name, default and line number."""
    for key, value in node.value:
        name = f"{prefix}{key.value}"
        if isinstance(value, yaml.MappingNode):
            yield from _leaves(value, f"{name}.")
        else:
            default = yaml.SafeLoader("").construct_object(value, deep=True)
            yield name, default, key.start_mark.line


def _comment(lines: list[str], line: int, name: str) -> str:
    above = lines[line - 1].strip()
    if not above.startswith(_MARK):
        raise SystemExit(f"values.yaml: {name} has no comment that begins with '{_MARK.strip()}'")
    return above.removeprefix(_MARK).replace("|", "\\|")


if __name__ == "__main__":
    main()
