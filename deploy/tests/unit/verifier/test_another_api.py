"""The verifier serves any API: the documented example runs, and damage is found by it."""

import json
from pathlib import Path
from typing import Any

import pytest

from taskflow_deploy.paths import REPOSITORY
from taskflow_deploy.verifier import scenario
from taskflow_deploy.verifier.http import Http
from taskflow_deploy.verifier.recording import Recording
from taskflow_deploy.verifier.report import Report
from taskflow_deploy.verifier.scenario import Scenario
from taskflow_deploy.verifier.verify import Subject, calibrate, verify
from tests.unit.command import CommandLine
from tests.unit.verifier.api import Notes, serving

_PAGE = REPOSITORY / "docs" / "verifier.md"


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example of the page, as a file."""
    text = _PAGE.read_text(encoding="utf-8").partition("<!-- the example")[2]
    file = tmp_path_factory.mktemp("example") / "notes.yaml"
    file.write_text(text.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    assert len(file.read_text(encoding="utf-8").splitlines()) == 10, "so it says"
    return file


@pytest.fixture(scope="module")
def notes(example: Path) -> Scenario:
    """The example, read."""
    return scenario.load(example)


@pytest.fixture(scope="module")
def recorded(notes: Scenario) -> Recording:
    """What the API answers to it."""
    with serving(Notes()) as url:
        recording, itself = calibrate(notes, Subject(lambda: Http(url), url))
    assert itself.passed, itself.explanation
    return recording


def _verify(notes: Scenario, recorded: Recording, api: Notes) -> Report:
    with serving(api) as url:
        return verify(notes, recorded, Subject(lambda: Http(url), url), "the example")


def test_the_example_finds_no_difference_where_there_is_none(
    notes: Scenario, recorded: Recording
) -> None:
    api = Notes()
    report = _verify(notes, recorded, api)
    assert report.passed, report.explanation
    assert report.compared == 4
    assert api.notes == {}, "it removes what it made"


def _text(_method: str, _path: str, data: Any) -> Any:
    return {**data, "text": "by another"} if "text" in data else data


def _second(method: str, _path: str, data: Any) -> Any:
    return [{**note, "id": note["id"][::-1]} for note in data] if method == "GET" else data


def _spaced(method: str, _path: str, data: Any) -> Any:
    return (
        {"gone ": data["gone"], "at": data["at"]} if method == "DELETE" and "at" in data else data
    )


@pytest.mark.parametrize(
    ("damage", "endpoint", "place"),
    [
        (_text, "POST /notes", "body.text"),
        (_second, "GET /notes", "body[0].id"),
        (_spaced, "DELETE /notes/{id}", "body.gone"),
    ],
    ids=["a text", "an id", "a key"],
)
def test_the_example_finds_damage(
    notes: Scenario, recorded: Recording, damage: Any, endpoint: str, place: str
) -> None:
    report = _verify(notes, recorded, Notes(damage))
    assert not report.passed
    assert (report.first.endpoint, report.first.place) == (endpoint, place)


def test_a_clock_that_is_far_off_is_told_and_one_that_is_near_is_not(
    notes: Scenario, recorded: Recording
) -> None:
    assert _verify(notes, recorded, Notes(ahead=300)).passed
    report = _verify(notes, recorded, Notes(ahead=7200))
    assert (report.first.kind, report.first.place) == ("clock", "body.at")
    assert report.notes == [], "it was not set meanwhile, so there is nothing to ask again for"


def test_the_clock_that_was_set_in_between_is_no_fault(
    notes: Scenario, recorded: Recording
) -> None:
    api = Notes()
    runs = 0

    def set_the_clock(method: str, _path: str, data: Any) -> Any:
        nonlocal runs
        runs += method == "POST"
        api.ahead = 90 if runs else 0
        return data

    api.damage = set_the_clock
    report = _verify(notes, recorded, api)
    assert report.passed, report.explanation
    assert len(report.notes) == 1


def test_the_documented_commands_run(command: CommandLine, example: Path, tmp_path: Path) -> None:
    kept = tmp_path / "notes.json"
    with serving(Notes()) as one, serving(Notes(_text)) as other:
        words = ("verify", "--scenario", str(example), "--url")
        assert command.run(*words, one, "--record", str(kept)).code == 0
        assert json.loads(kept.read_text(encoding="utf-8"))["answers"]["list"]["status"] == 200
        assert command.run(*words, one, "--recording", str(kept)).code == 0
        assert command.run(*words, one, "--reference", one).code == 0
        ended = command.run(*words, other, "--recording", str(kept))
    assert ended.code == 60
    assert 'body.text is "by another", not ' in ended.err
