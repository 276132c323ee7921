"""TaskFlow's contract as data: the recording is the real backend's, and knows all that is asked."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from taskflow_deploy.contract import verify as contract
from taskflow_deploy.contract.verify import Knowledge
from tests import recording
from tests.unit import services
from tests.unit.proxy import Answer, damaging


@pytest.fixture(scope="module")
def quick_port(database_url: str) -> Iterator[int]:
    """The real backend, which takes no time for passwords and limits nothing."""
    with services.backend(database_url, quick=True, **services.UNLIMITED) as port:
        yield port


@pytest.mark.timeout(180)
def test_the_recording_is_what_the_backend_answers(quick_port: int, tmp_path: Path) -> None:
    file = tmp_path / "recording.json"
    recording.made(quick_port).write(file)
    assert file.read_text(encoding="utf-8") == contract.RECORDING.read_text(encoding="utf-8"), (
        "run make record, and look at what changed"
    )


def test_the_real_backend_answers_as_recorded_and_keeps_nothing(quick_port: int) -> None:
    origin = f"http://127.0.0.1:{quick_port}"
    report = contract.verify(f"{origin}/", Knowledge(origin, services.SECRET))
    assert report.passed, report.explanation
    assert report.compared == len(contract.asked().all)
    assert [row.name for row in report.endpoints] == contract.asked().endpoints
    assert [row.left_out for row in report.endpoints if row.left_out] == []
    assert report.counts.bound > 10_000
    assert "0 ignored" in report.figures
    assert json.loads(json.dumps(report.to_json()))["bytes"]["ignored"] == 0


def test_the_whole_scenario_takes_three_seconds_at_most(quick_port: int) -> None:
    origin = f"http://127.0.0.1:{quick_port}"
    took = [contract.verify(origin, Knowledge(origin, services.SECRET)).seconds for _ in range(3)]
    assert min(took) < 3, "at its best: others may work on this machine as well"


def test_all_eleven_are_asked() -> None:
    rows = contract.asked().endpoints
    assert len([row for row in rows if row.startswith(("GET ", "POST ", "PUT ", "DELETE "))]) == 12
    assert rows[-3:] == ["CORS", "other addresses", "DELETE /api/v1/auth/me"]


def test_what_is_not_known_is_left_out_and_told(quick_port: int) -> None:
    report = contract.verify(f"http://127.0.0.1:{quick_port}")
    assert report.passed, report.explanation
    left = [line for row in report.endpoints for line in row.left_out]
    assert any("not known here: key" in line for line in left)
    assert any("not known here: origin" in line for line in left)
    assert report.compared + len(left) == len(contract.asked().all)


def test_another_key_is_told_by_every_token(quick_port: int) -> None:
    key = services.SECRET + "x"
    report = contract.verify(f"http://127.0.0.1:{quick_port}", Knowledge(key=key))
    assert (report.first.endpoint, report.first.kind) == ("POST /api/v1/auth/signup", "token")
    assert report.first.expected == "a signature with the system's key"


def test_a_live_model_may_use_its_own_words_and_look_things_up(quick_port: int) -> None:
    own: list[str] = []

    def speak(_method: str, path: str, answer: Answer) -> None:
        if path == "/api/v1/chat" and answer.status == 200:
            data = json.loads(answer.body)
            data["response"] = "Done, my friend."
            data["tool_calls"] = ["list_tasks", *data["tool_calls"]]
            answer.body = json.dumps(data, separators=(",", ":")).encode()
            tools = json.dumps(data["tool_calls"], separators=(",", ":"))
            own.extend(['"Done, my friend."', tools, str(len(answer.body))])

    with damaging(quick_port, speak) as port:
        url = f"http://127.0.0.1:{port}"
        live = contract.verify(url, Knowledge(model_is_live=True))
        ignored = sum(map(len, own))
        strict = contract.verify(url, Knowledge())
    assert live.passed
    assert live.notes == [
        "A live model speaks: its own words, and further tools that it used, are ignored."
    ]
    assert live.counts.ignored == ignored > 0, "and its words decide the length"
    assert strict.first.endpoint == "POST /api/v1/chat", "and otherwise every word is compared"


def test_a_live_model_must_have_done_what_it_was_asked(quick_port: int) -> None:
    def forget(_method: str, path: str, answer: Answer) -> None:
        if path == "/api/v1/chat" and answer.status == 200:
            answer.body = answer.body.replace(b'["add_task"]', b"[]")

    with damaging(quick_port, forget) as port:
        report = contract.verify(f"http://127.0.0.1:{port}", Knowledge(model_is_live=True))
    assert report.first.place.startswith("body.tool_calls")


@pytest.mark.parametrize(
    ("name", "value", "method"),
    [
        ("access-control-allow-origin", "*", "OPTIONS"),
        ("access-control-allow-origin", "http://foreign.invalid", "GET"),
        ("access-control-allow-credentials", "false", "GET"),
        ("access-control-allow-methods", "GET", "OPTIONS"),
        ("vary", "Accept", "OPTIONS"),
    ],
)
def test_damage_to_what_browsers_are_told_is_named(
    quick_port: int, name: str, value: str, method: str
) -> None:
    def damage(asked: str, _path: str, answer: Answer) -> None:
        if asked == method:
            answer.headers = [(key, value if key == name else old) for key, old in answer.headers]

    with damaging(quick_port, damage) as port:
        known = Knowledge(f"http://127.0.0.1:{quick_port}", services.SECRET)
        report = contract.verify(f"http://127.0.0.1:{port}", known)
    assert f"header {name}" in {found.place for found in report.differences}
    assert "CORS" in {found.endpoint for found in report.differences}


def test_an_origin_that_is_not_let_in_is_told(quick_port: int) -> None:
    report = contract.verify(f"http://127.0.0.1:{quick_port}", Knowledge("http://127.0.0.1:1"))
    assert (report.first.endpoint, report.first.found) == ("CORS", "400")
    assert {found.endpoint for found in report.differences} == {"CORS"}


def test_nobody_there_is_told_at_every_endpoint() -> None:
    report = contract.verify("http://127.0.0.1:1")
    assert not report.passed
    assert report.first.kind == "unanswered"
    assert "ConnectError" in report.first.found
    assert not any(row.passed for row in report.endpoints if not row.left_out)


def test_no_token_is_shown_and_the_lines_lead_to_the_difference(quick_port: int) -> None:
    def rename(method: str, _path: str, answer: Answer) -> None:
        if method == "PUT" and answer.status == 200:
            answer.body = answer.body.replace(b"buy oat milk", b"buy soy milk")

    with damaging(quick_port, rename) as port:
        report = contract.verify(f"http://127.0.0.1:{port}")
    first = report.first
    assert first.line == 'body.title is "buy soy milk", not "buy oat milk" (rename)'
    assert first.proves.startswith("A task is renamed")
    shown = json.dumps(report.to_json())
    assert "eyJ" not in shown
    assert [line.partition("=")[0] for line in first.curl[:-1]] == [
        "run", "answer", "ann", "answer", "milk",
    ]  # fmt: skip
    assert '/api/v1/tasks/${milk}"' in first.curl[-1]
