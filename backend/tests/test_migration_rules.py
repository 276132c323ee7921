"""Expand, then contract: what takes something away names the release that last used it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import BACKEND

_VERSIONS = sorted((BACKEND / "migrations" / "versions").glob("*.py"))
_TAKES_AWAY = {"drop_column", "drop_table", "rename_table"}
_STATEMENT = re.compile(
    r"\b(drop\s+(table|column)|rename\s|set\s+not\s+null|truncate)\b", re.IGNORECASE
)
_SAYS_SINCE_WHEN = re.compile(r"[Uu]nused since (\d+)\.(\d+)\.(\d+)")


def contractions(upgrade: ast.FunctionDef) -> list[str]:
    """Return what of an ``upgrade()`` older code cannot live with."""
    return [
        f"line {call.lineno}: {what}"
        for call in ast.walk(upgrade)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        for what in _contractions_of(call, call.func.attr)
    ]


def _contractions_of(call: ast.Call, name: str) -> Iterator[str]:
    given = {word.arg: word.value for word in call.keywords}
    if name in _TAKES_AWAY:
        yield name
    if name == "alter_column":
        yield from (
            f"alter_column {word}" for word in ("new_column_name", "type_") if word in given
        )
        if _is(given.get("nullable"), False) and "server_default" not in given:
            yield "alter_column to NOT NULL without a default"
    if name == "add_column":
        for column in ast.walk(call):
            if isinstance(column, ast.Call) and column is not call and _requires_a_value(column):
                yield "add_column NOT NULL without a default"
    if name == "execute":
        for text in ast.walk(call):
            if isinstance(text, ast.Constant) and _STATEMENT.search(str(text.value)):
                yield f"execute {text.value!r}"


def _requires_a_value(column: ast.Call) -> bool:
    name = column.func.attr if isinstance(column.func, ast.Attribute) else ""
    given = {word.arg: word.value for word in column.keywords}
    return name == "Column" and _is(given.get("nullable"), False) and "server_default" not in given


def _is(node: ast.expr | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def complaint(source: str, current: tuple[int, ...]) -> str:
    """Say why a migration may not go out with the current version; nothing where it may."""
    module = ast.parse(source)
    (upgrade,) = (
        node for node in module.body
        if isinstance(node, ast.FunctionDef) and node.name == "upgrade"
    )  # fmt: skip
    found = contractions(upgrade)
    if not found:
        return ""
    said = _SAYS_SINCE_WHEN.search(ast.get_docstring(upgrade) or "")
    if said is None:
        return f"upgrade() does not say 'Unused since X.Y.Z': {', '.join(found)}"
    if tuple(int(part) for part in said.groups()) >= current:
        return f"{said[0]} is no earlier release: {', '.join(found)}"
    return ""


def _current() -> tuple[int, ...]:
    project = (BACKEND / "pyproject.toml").read_text(encoding="utf-8")
    version = re.search(r'^version = "(.+)"$', project, re.MULTILINE)
    assert version is not None
    return tuple(int(part) for part in version[1].split("."))


@pytest.mark.parametrize("file", _VERSIONS, ids=lambda file: file.stem)
def test_a_migration_takes_away_only_what_an_earlier_release_stopped_using(file: Path) -> None:
    assert complaint(file.read_text(encoding="utf-8"), _current()) == ""


@pytest.mark.parametrize(
    ("line", "noticed"),
    [
        ('op.drop_column("task", "note")', "drop_column"),
        ('op.drop_table("task")', "drop_table"),
        ('op.rename_table("task", "item")', "rename_table"),
        ('op.alter_column("task", "note", new_column_name="text")', "new_column_name"),
        ('op.alter_column("task", "note", type_=sa.Text())', "type_"),
        ('op.alter_column("task", "note", nullable=False)', "to NOT NULL without a default"),
        ('op.add_column("task", sa.Column("n", sa.Text(), nullable=False))', "add_column NOT NULL"),
        ('op.execute("ALTER TABLE task DROP COLUMN note")', "DROP COLUMN"),
        ('op.execute(sa.text("alter table task rename to item"))', "rename to"),
        ('with op.batch_alter_table("task") as t:\n        t.drop_column("note")', "drop_column"),
    ],
)  # fmt: skip
def test_what_older_code_cannot_live_with_is_noticed(line: str, noticed: str) -> None:
    source = 'def upgrade():\n    """{}"""\n    ' + line + "\n"
    assert noticed in complaint(source.format("Take it away."), (1, 2, 0))
    assert "no earlier release" in complaint(source.format("Unused since 1.2.0."), (1, 2, 0))
    assert complaint(source.format("Unused since 1.1.0."), (1, 2, 0)) == ""


@pytest.mark.parametrize(
    "line",
    [
        'op.create_table("tag", sa.Column("id", sa.Uuid(), nullable=False))',
        'op.add_column("task", sa.Column("n", sa.Text(), nullable=True))',
        'op.add_column("task", sa.Column("n", sa.Text(), nullable=False, server_default=""))',
        'op.alter_column("task", "n", nullable=True)',
        'op.drop_index("ix_task_n")',
        'op.execute("UPDATE task SET n = note WHERE n IS NULL")',
    ],
)
def test_what_only_adds_needs_no_word(line: str) -> None:
    assert complaint(f"def upgrade():\n    {line}\n", (1, 2, 0)) == ""
