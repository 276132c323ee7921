"""The figures as Markdown, put between two marks of a page whose other text stays."""

import os
import platform
import re
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.figures import Figure, figures
from bench.measure import CONNECTIONS, LISTED, OPEN_CONNECTIONS, Result

BEGIN, END = "<!-- made by make bench -->", "<!-- end of what make bench made -->"
_PACKAGES = (
    "fastapi", "starlette", "pydantic", "uvicorn", "uvloop", "httptools", "sqlalchemy",
    "asyncpg", "orjson", "pyjwt", "sqlmodel", "psycopg",
)  # fmt: skip


def write(result: Result, command: str, page: Path) -> list[Figure]:
    """Write the figures into a page and return them; a page that is missing is made."""
    lines = figures(result)
    made = "\n".join([BEGIN, "", *_table(lines), "", *_facts(result, command), "", END])
    known = (
        page.read_text(encoding="utf-8") if page.exists() else f"# Performance\n\n{BEGIN}{END}\n"
    )
    between = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    if len(between.findall(known)) != 1:
        raise RuntimeError(f"{page} needs the two marks once:\n{BEGIN}\n{END}")
    page.write_text(between.sub(lambda _: made, known), encoding="utf-8")
    return lines


def _table(lines: Iterable[Figure]) -> list[str]:
    rows = [_row(line) for line in lines]
    head = ["Figure", "Plain", "TaskFlow", "TaskFlow / plain (least to most)", "Target", "Met"]
    return [_cells(head), "|---|--:|--:|--:|---|---|", *rows]


def _row(line: Figure) -> str:
    ratio = line.ratio
    spread = f"{ratio.middle:.2f} ({ratio.least:.2f} to {ratio.most:.2f})" if ratio else ""
    met = "" if line.met is None else "yes" if line.met else "**no**"
    name = line.name[0].upper() + line.name[1:]
    values = [f"{value:,.{line.digits}f}" for value in (line.plain, line.taskflow)]
    return _cells([name, *values, spread, line.target, met])


def _cells(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _facts(result: Result, command: str) -> list[str]:
    failed = ", ".join(f"{count} x {kind}" for kind, count in result.failures.items())
    rounds = len(next(iter(result.rounds.values())))
    cores = result.cores
    where = (
        "one core for everything"
        if cores.server is None
        else f"the server on core {cores.server}, load and PostgreSQL on core {cores.rest}"
    )
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return [
        f"- {result.requests:,} requests, {failed or 'none of them failed'}.",
        f"- {rounds} rounds, medians; {CONNECTIONS} connections in closed loop, at most"
        f" {OPEN_CONNECTIONS} in open loop; {LISTED} tasks in the list.",
        f"- Machine: {_processor()}, {os.cpu_count()} cores, {_memory()} GB, {where}.",
        f"- Linux {platform.release()}, Python {platform.python_version()},"
        f" PostgreSQL {result.database_version}.",
        f"- {packages}.",
        f"- {datetime.now(UTC):%Y-%m-%d}, {_revision()}, by `{command}`.",
    ]


def _processor() -> str:
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    found = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1_000_000_000)


def _revision() -> str:
    """Return the commit that was measured, and whether the checkout differs from it."""
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty=, changed"],
        cwd=Path(__file__).parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return f"commit {asked.stdout.strip()}" if asked.returncode == 0 else "no commit known"
