"""A scenario is data; what is wrong in it is told with what to write."""

from pathlib import Path

import pytest

from taskflow_deploy.verifier.scenario import MissingVariableError, ScenarioError, fill, load

_STEP = "step: a\n    endpoint: GET /a\n    proves: It is there."


def _load(tmp_path: Path, text: str) -> object:
    file = tmp_path / "scenario.yaml"
    file.write_text(text, encoding="utf-8")
    return load(file)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("steps: [", "is not YAML"),
        ("[]", "has no list of steps: begin with “steps:”"),
        ("steps: []", "has no list of steps"),
        ("step: x\nsteps: [{}]", "has an unknown key: step. Known are: cleanup, name,"),
        ("steps: [{}]", r"steps\[0\] has no name: write “step: NAME”"),
        (
            f"steps:\n  - {_STEP}\n    paths: x",
            "steps.0., a: unknown key paths. Known are: apart, as",
        ),
        ("steps: [{step: a, endpoint: GET /a}]", "and “proves: SENTENCE”"),
        ("steps: [{step: a, endpoint: Others, proves: x}]", "with “path: METHOD /PATH”"),
        (
            f"steps:\n  - {_STEP}\n    json: 1\n    body: x",
            "has json and body; one request has one",
        ),
        (f"steps:\n  - {_STEP}\n    apart: b", r"write “apart: \[STEP, SECONDS\]”"),
        (f"steps:\n  - {_STEP}\n  - {_STEP}", "has two steps called a: give each its own name"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ScenarioError, match=told):
        _load(tmp_path, text)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="cannot be read: No such file or directory"):
        load(tmp_path / "none.yaml")


def test_variants_and_defaults_become_steps(tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(
        f"within: 2\nsteps:\n  - {_STEP}\n    as: ann\n    tags: [small]\n"
        "    each: {one: {headers: {X: 1}}, two: {path: POST /b, json: {a: 1}}}\n"
        "cleanup:\n  - {step: z, endpoint: DELETE /z, proves: It goes.}\n",
        encoding="utf-8",
    )
    scenario = load(file)
    assert [(step.id, step.method, step.path) for step in scenario.all] == [
        ("a, one", "GET", "/a"), ("a, two", "POST", "/b"), ("z", "DELETE", "/z"),
    ]  # fmt: skip
    one, two, last = scenario.all
    assert one.fill({"ann": "t"}) == ("/a", {"Authorization": "Bearer t", "X": "1"}, None)
    assert two.fill({"ann": "t"})[1:] == (
        {"Content-Type": "application/json", "Authorization": "Bearer t"}, b'{"a":1}',
    )  # fmt: skip
    assert (one.within, last.within) == (2.0, 2.0)
    assert scenario.endpoints == ["GET /a", "DELETE /z"]
    assert [step.id for step in scenario.only("small").all] == ["a, one", "a, two"]


def test_variables_are_filled_in() -> None:
    assert fill("{{ a }}-{{b}}-{{ long.3 }}-{ c }", {"a": "1", "b": "2"}) == "1-2-xxx-{ c }"
    with pytest.raises(MissingVariableError):
        fill("{{ none }}", {})
