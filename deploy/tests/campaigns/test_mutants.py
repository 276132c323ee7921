"""``make mutants``: many damaged answers, for the verifier and for Schemathesis.

MUTANTS is how many, MUTANT_SEED decides which, MUTANTS_FUZZED how many of them Schemathesis is
given, and MUTANT_REPORT is the page to write.
"""

import os
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.mutants import page, sharing
from tests.mutants.catalogue import all_mutants, choose
from tests.mutants.fuzzing import Finding, Schemathesis
from tests.mutants.verifying import Verdict, check_undamaged, judge, not_caught
from tests.unit import services

COUNT = int(os.environ.get("MUTANTS", "240"))
FUZZED = int(os.environ.get("MUTANTS_FUZZED", str(COUNT)))
SEED = int(os.environ.get("MUTANT_SEED", "1"))
REPORT = os.environ.get("MUTANT_REPORT", "")
_CLASSES = 16


@pytest.mark.timeout(600 + 15 * COUNT + 40 * FUZZED)
def test_every_mutant_is_found_at_its_place(tmp_path: Path) -> None:
    began = time.monotonic()
    scenario, recording = sharing.contract()
    mutants = choose(all_mutants(scenario, recording, SEED), COUNT, SEED)
    assert len(mutants) == COUNT
    assert len(Counter(mutant.kind for mutant in mutants)) >= _CLASSES
    assert {mutant.step.endpoint for mutant in mutants} == set(scenario.endpoints)
    verdicts: list[Verdict] = []
    findings: list[Finding] = []
    with services.postgres() as database_url, sharing.running(database_url) as system:
        check_undamaged(system, scenario, recording)
        for mutant in mutants:
            verdicts.append(judge(system, scenario, recording, mutant))
            _say(f"{len(verdicts)}: {_mark(verdicts[-1].is_caught)} {mutant.name}")
        # Chosen as the mutants themselves were, so of all classes and endpoints.
        sample = choose(mutants, FUZZED, SEED)
        schemathesis = Schemathesis(system, recording, tmp_path, SEED)
        schemathesis.check_undamaged(sample)
        for mutant in sample:
            findings.append(schemathesis.judge(mutant))
            _say(f"Schemathesis, {len(findings)}: {_mark(findings[-1].is_caught)} {mutant.name}")
    if REPORT:
        page.write(Path(REPORT), verdicts, findings, SEED, (time.monotonic() - began) / 60)
    assert not_caught(verdicts) == []


def _mark(is_caught: bool) -> str:
    return "caught" if is_caught else "NOT CAUGHT"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
