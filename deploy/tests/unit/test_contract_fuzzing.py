"""How an account that was made at random is removed again, whatever was answered."""

import json

import pytest

from taskflow_deploy.contract import fuzzing
from taskflow_deploy.verifier.answers import Answer, Request
from taskflow_deploy.verifier.fuzz.api import Undo

_API = fuzzing.api({"paths": {}})
_SENT = b'{"email":"eve@example.com","password":"battery staple"}'
_TOLD = {"user": {"email": "eve@example.com"}, "token": "t-1"}
_SIGNUP = "/api/v1/auth/signup"


def _answer(status: int, data: object = None) -> Answer:
    return Answer(status, (), json.dumps(data).encode(), 0.0, 0.0)


def _undo(path: str, answer: Answer | None, sent: bytes = _SENT) -> Undo | None:
    return _API.undo(Request("POST", path, {}, sent), answer)


def _play(undo: Undo | None, *answers: Answer) -> tuple[str, list[str]]:
    assert undo is not None
    asked: list[str] = []
    left = list(answers)

    def ask(request: Request) -> Answer:
        asked.append(f"{request.method} {request.path} {request.headers.get('Authorization', '')}")
        return left.pop(0)

    return undo(ask), [one.strip() for one in asked]


def test_it_is_removed_with_its_token() -> None:
    told = _play(_undo(_SIGNUP, _answer(201, _TOLD)), _answer(204))
    assert told == ("", ["DELETE /api/v1/auth/me Bearer t-1"])


@pytest.mark.parametrize("answer", [None, _answer(500), _answer(201, "no token")])
def test_one_that_may_be_there_is_looked_for(answer: Answer | None) -> None:
    undo = _undo(f"{_SIGNUP}?a=1", answer)
    told = _play(undo, _answer(401), _answer(200, {"token": "t-2"}), _answer(204))
    assert told[0] == ""
    assert told[1][1:] == ["POST /api/v1/auth/login", "DELETE /api/v1/auth/me Bearer t-2"]
    assert _play(undo, _answer(401), _answer(401))[0] == "", "there is none"


@pytest.mark.parametrize("login", [_answer(500), _answer(200, {"token": None}), _answer(200, [])])
def test_that_one_cannot_be_removed_is_told(login: Answer) -> None:
    undo = _undo(_SIGNUP, _answer(201, _TOLD))
    assert "auth/login answered" in _play(undo, _answer(401), login)[0]
    assert "DELETE /api/v1/auth/me answered 500" in _play(undo, _answer(500))[0]
    unread = _undo(_SIGNUP, _answer(201, _TOLD), b"\xff")
    assert _play(unread)[0] == "it cannot be read what was sent"


def test_what_makes_no_account_needs_no_removal() -> None:
    assert _undo(_SIGNUP, _answer(409, {})) is None
    assert _undo("/api/v1/tasks", _answer(201, {"id": "1"})) is None
    assert _undo("/api/v1/tasks", None) is None
    assert _undo(_SIGNUP, None, b"no JSON") is None
    assert _undo("/api/v1//auth/signup", _answer(201, _TOLD)) is not None
