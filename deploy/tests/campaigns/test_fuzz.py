"""``make fuzz``: two equal systems answer alike, and damages that only few requests show are found.

FUZZ_PAIRS is how many pairs, FUZZ_SEED decides which, and FUZZ_REPORT is the page to write.
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from taskflow_deploy.verifier.fuzz.run import fuzz
from tests.campaigns import fuzz_page
from tests.unit.proxy import Answer, Damage
from tests.unit.verifier.twins import Twins, taskflow, twins

_PAIRS = int(os.environ.get("FUZZ_PAIRS", "10000"))
_SEED = int(os.environ.get("FUZZ_SEED", "1"))
_REPORT = os.environ.get("FUZZ_REPORT", "")
_SMILE = "\U0001f600".encode()


@pytest.fixture(scope="module")
def both() -> Iterator[Twins]:
    """Two equal systems, each with a PostgreSQL of its own."""
    with twins() as made:
        yield made


@pytest.mark.timeout(600 + _PAIRS)
def test_equal_systems_answer_alike(both: Twins) -> None:
    report = fuzz(taskflow(), both.reference, both.candidate, pairs=_PAIRS, seed=_SEED, tell=_say)
    _say(f"{report.figures}; {report.seconds:.1f} s")
    if _REPORT:
        fuzz_page.write(Path(_REPORT), report)
    assert report.passed, "\n".join(report.explanation)
    assert report.pairs >= _PAIRS
    assert report.notes == []


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _loses_a_smile(method: str, _path: str, answer: Answer) -> None:
    if method == "POST":  # so that there is one shortest way: no task has to be there before
        answer.body = answer.body.replace(_SMILE, b"")


def _gives_a_changed_task_another_id(method: str, _path: str, answer: Answer) -> None:
    if method == "PUT":
        answer.body = re.sub(rb'^{"id":"[0-9a-f]{8}', rb'{"id":"11111111', answer.body)


def _lets_a_header_go(_method: str, _path: str, answer: Answer) -> None:
    answer.headers = [one for one in answer.headers if one[0].lower() != "idempotency-replayed"]


@pytest.mark.timeout(3_600)
@pytest.mark.parametrize(
    ("damage", "place", "length"),
    [
        (_loses_a_smile, r"body\..+", 1),
        (_gives_a_changed_task_another_id, r"body\.id", 2),
        (_lets_a_header_go, "header idempotency-replayed", 2),
    ],
)
def test_a_rare_damage_is_found_by_a_short_sequence(
    both: Twins, damage: Damage, place: str, length: int
) -> None:
    with both.damaged(damage) as candidate:
        report = fuzz(
            taskflow(), both.reference, candidate, pairs=10_000, seed=_SEED, tell=_say
        )  # fmt: skip
    found = report.difference
    assert found is not None
    assert re.fullmatch(place, found.place), found.line
    # Shortening tries what it can in a time; with one seed of eight it stops one request early.
    assert length <= found.calls <= length + 1, "\n".join(report.explanation)
    assert not found.only_sometimes
