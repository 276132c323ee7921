"""The verifier finds damaged answers, and names the place; ``make mutants`` tries many more."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.mutants import sharing
from tests.mutants.catalogue import all_mutants, choose
from tests.mutants.mutant import at
from tests.mutants.verifying import (
    System,
    check_undamaged,
    judge,
    not_caught,
    shortened,
    until,
)

_SEED = 7
_OF_EACH_CLASS = 2


@pytest.fixture(scope="module")
def system(database_url: str) -> Iterator[System]:
    """The real backend behind the proxy."""
    with sharing.running(database_url) as made:
        yield made


@pytest.mark.timeout(180)
def test_two_mutants_of_each_class_are_found_at_their_place(system: System) -> None:
    whole, recording = sharing.contract()
    scenario = shortened(whole, recording)
    mutants = all_mutants(scenario, recording, _SEED)
    classes = set(Counter(mutant.kind for mutant in mutants))
    chosen = choose(mutants, _OF_EACH_CLASS * len(classes), _SEED)
    assert Counter(mutant.kind for mutant in chosen) == dict.fromkeys(classes, _OF_EACH_CLASS)
    check_undamaged(system, scenario, recording)
    verdicts = [
        judge(
            system,
            scenario if mutant.endpoint else until(scenario, mutant.step),
            recording,
            mutant,
        )
        for mutant in chosen
    ]
    assert not_caught(verdicts) == []


def test_a_mutant_that_is_found_elsewhere_is_not_caught(system: System) -> None:
    whole, recording = sharing.contract()
    scenario = shortened(whole, recording)
    mutant = next(
        one for one in all_mutants(scenario, recording, _SEED) if one.kind == "missing key"
    )
    verdict = judge(system, until(scenario, mutant.step), recording, mutant)
    assert verdict.is_caught
    elsewhere = replace(mutant, places=at("body.elsewhere"))
    assert not judge(system, until(scenario, mutant.step), recording, elsewhere).is_caught


def test_a_mutant_that_changes_nothing_is_an_error(system: System) -> None:
    whole, recording = sharing.contract()
    mutant = replace(all_mutants(whole, recording, _SEED)[0], damage=lambda answer, _seen: answer)
    with pytest.raises(AssertionError, match="changed nothing"):
        judge(system, until(whole, mutant.step), recording, mutant)
