"""The journey of `helm test` is taken from the scenario and its recording."""

from dataclasses import replace

import pytest

from taskflow_deploy.contract import verify as contract
from taskflow_deploy.verifier.scenario import Step
from tests.chart import journey


def test_the_file_is_what_scenario_and_recording_say() -> None:
    made = journey.text(contract.asked(), contract.recorded())
    assert journey.FILE.read_text(encoding="utf-8") == made, (
        "it is another: run make fmt, or cd deploy && ../.venv/bin/python -m tests.chart.journey"
    )


def test_what_it_makes_it_removes() -> None:
    chosen = contract.asked().only(journey.TAG)
    assert [step.id for step in chosen.cleanup] == ["remove Ann"]
    assert [step.id for step in chosen.steps if step.path.endswith("/signup")] == ["sign up Ann"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"path": "/api/v1/tasks/{{ rent }}"}, "health: no step before it keeps rent"),
        ({"send": {"Cookie": "x={{ rent }}"}}, "health: no step before it keeps rent"),
        ({"body": "{{ rent }}"}, "health: no step before it keeps rent"),
        ({"needs": ("origin",)}, "health: helm test has neither"),
        ({"sign": {"x": {}}}, "health: helm test has neither"),
        ({"speaks": "response"}, "health: helm test has neither"),
        ({"keep": {"x": "header location"}}, "health: helm test cannot keep header location"),
        ({"keep": {"x": "[0].id"}}, r"health: helm test cannot keep \[0\]\.id"),
    ],
)
def test_a_step_that_the_player_cannot_do_is_refused(
    change: dict[str, object], reason: str
) -> None:
    first, *others = contract.asked().steps
    changed: Step = replace(first, **change)  # type: ignore[arg-type]
    scenario = replace(contract.asked(), steps=(changed, *others))
    with pytest.raises(ValueError, match=reason):
        journey.text(scenario, contract.recorded())


def test_a_symbol_that_the_player_does_not_know_is_refused() -> None:
    recording = contract.recorded()
    health = replace(recording.answers["health"], body="⟨uuid7#1⟩")
    other = replace(recording, answers={**recording.answers, "health": health})
    with pytest.raises(ValueError, match="health: helm test does not know uuid7"):
        journey.text(contract.asked(), other)
