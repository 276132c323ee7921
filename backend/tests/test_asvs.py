"""The table of ASVS holds every requirement once, and what it names as proof is there."""

import re

import pytest

from tests.conftest import BACKEND

REPOSITORY = BACKEND.parent
TABLE = REPOSITORY / "docs" / "security" / "asvs.md"
REQUIREMENTS = BACKEND / "tests" / "asvs-5.0.0.txt"
_ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| (\d) \| ([^|]+) \| (.+) \|$", re.MULTILINE)
_VERDICT = re.compile(r"\*\*(Met|Partly met|Not met|Accepted|Elsewhere|Not applicable)\.\*\* ?")
_TEST = re.compile(r"`([\w./-]+\.py)::(\w+)`")
_BY_TITLE = re.compile(r"`[\w./-]+\.test\.tsx?` \u203a `[^`]+`")
_REASON = 40


def faults(table: str) -> list[str]:
    """Return what is wrong with the table."""
    rows = _ROW.findall(table)
    required = re.findall(r"^(V\S+) (\d)$", REQUIREMENTS.read_text(encoding="utf-8"), re.MULTILINE)
    found = [] if [row[:2] for row in rows] == required else [_difference(rows, required)]
    for number, _, _, answer in rows:
        verdict = _VERDICT.match(answer)
        tests = _TEST.findall(answer)
        reason = _VERDICT.sub("", _TEST.sub("", answer))
        if verdict is None:
            found.append(f"{number}: no verdict")
        elif verdict[1] == "Met" and not tests and not _BY_TITLE.search(answer):
            found.append(f"{number}: no proof")
        elif verdict[1] != "Met" and len(reason) < _REASON:
            found.append(f"{number}: no reason")
        found += [
            f"{number}: no test {name} in {path}"
            for path, name in tests
            if not _is_there(path, name)
        ]
    return found


def _difference(rows: list[tuple[str, ...]], required: list[tuple[str, str]]) -> str:
    numbers = [row[:2] for row in rows]
    missing = [row for row in required if row not in numbers]
    more = [row for row in numbers if row not in required or numbers.count(row) > 1]
    return f"missing: {missing}; unknown or twice: {more}; or not in order"


def _is_there(path: str, name: str) -> bool:
    file = REPOSITORY / path
    return file.is_file() and f"def {name}(" in file.read_text(encoding="utf-8")


def test_every_requirement_has_one_row_with_a_proof_or_a_reason() -> None:
    assert faults(TABLE.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("changed", "into", "complaint"),
    [
        ("| V6.2.1 | 1 |", "| V6.2.1 | 2 |", "missing: [('V6.2.1', '1')]"),
        ("| V6.2.1 | 1 |", "| V6.2.2 | 1 |", "missing: [('V6.2.1', '1')]"),
        ("| V6.2.1 | 1 |", "| V6.2.99 | 1 |", "unknown or twice: [('V6.2.99', '1')]"),
        ("test_signup_takes_a_password_of_eight", "test_gone", "V6.2.1: no test test_gone"),
        ("from the token | **Met.** `", "from the token | **Met.** ", "V9.1.3: no proof"),
        ("**Not met.**", "**Fine.**", ": no verdict"),
    ],
)
def test_a_row_that_is_wrong_is_noticed(changed: str, into: str, complaint: str) -> None:
    table = TABLE.read_text(encoding="utf-8")
    assert changed in table
    found = faults(table.replace(changed, into, 1))
    assert any(complaint in fault for fault in found), found
