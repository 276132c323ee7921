"""Each line of the contract has its requirement, and each requirement its test; and none else."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import BACKEND
from tests.contract.manifest import CONTRACT, Line, contract_lines, remarks, requirements

pytestmark = pytest.mark.contract("API-06")

# One test may prove what is said of one answer, but not a chapter.
MOST_IDS = 3


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    """The lines of the contract."""
    return contract_lines(CONTRACT.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def proofs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """All tests of the backend and the ids they name, as pytest itself collects them."""
    file = tmp_path_factory.mktemp("contract") / "collected.json"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "-p",
        "tests.contract.collected",
    ]
    run = subprocess.run(
        command, cwd=BACKEND, env={**os.environ, "COLLECTED": str(file)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
    found: dict[str, list[str]] = json.loads(file.read_text(encoding="utf-8"))
    return found


def test_every_line_of_the_contract_has_a_requirement(lines: list[Line]) -> None:
    quoted = [(each.section, words) for each in requirements() for words in each.lines]
    unproved = [
        line
        for line in lines
        if not any(line.section == section and words in line.text for section, words in quoted)
        and not any(words in line.text for words in remarks())
    ]
    assert unproved == []


def test_every_requirement_quotes_a_line_of_the_contract(lines: list[Line]) -> None:
    def matches(section: str, words: str) -> int:
        return sum(line.section == section and words in line.text for line in lines)

    lost = [
        (each.id, words)
        for each in requirements()
        for words in each.lines
        if matches(each.section, words) != 1
    ]
    assert lost == []
    assert [words for words in remarks() if not any(words in line.text for line in lines)] == []


def test_every_requirement_is_said_once_and_in_a_sentence() -> None:
    ids = Counter(each.id for each in requirements())
    assert [name for name, times in ids.items() if times > 1] == []
    assert [each.id for each in requirements() if not each.says.endswith(".")] == []


@pytest.mark.timeout(180)
def test_every_requirement_has_a_test(proofs: dict[str, list[str]]) -> None:
    proved = {name for names in proofs.values() for name in names}
    here = {each.id for each in requirements() if not each.elsewhere}
    assert here - proved == set()
    assert proved - here == set(), "no such requirement, or one that is proved elsewhere"


@pytest.mark.timeout(180)
def test_no_test_proves_a_whole_chapter(proofs: dict[str, list[str]]) -> None:
    assert {test: ids for test, ids in proofs.items() if len(ids) > MOST_IDS} == {}


def test_what_is_proved_elsewhere_is_there() -> None:
    for each in requirements():
        if each.elsewhere:
            file, _, name = each.elsewhere.replace(" \u203a ", "::").partition("::")
            written = (BACKEND.parent / Path(file)).read_text(encoding="utf-8")
            assert f'"{name}"' in written or f"def {name}(" in written, each.id
