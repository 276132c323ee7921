"""TaskFlow's own ways, for asking it at random: accounts, tasks, and what is worth saying to it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from taskflow_deploy.verifier.answers import Answer, Request
from taskflow_deploy.verifier.fuzz import openapi
from taskflow_deploy.verifier.fuzz.api import RUN, SEQUENCE, Ask, FuzzedApi, Listed, Undo
from taskflow_deploy.verifier.fuzz.calls import Call, Kept, Latest, Template, Word, joined

_API = "/api/v1"
_SIGNUP, _LOGIN = f"POST {_API}/auth/signup", f"POST {_API}/auth/login"
_LOGOUT, _ME = f"POST {_API}/auth/logout", f"{_API}/auth/me"
_REFRESH, _TASKS, _CHAT = f"POST {_API}/auth/refresh", f"{_API}/tasks", f"POST {_API}/chat"
_SIGNUP_PATH = f"{_API}/auth/signup"
_CREATED, _DONE, _REFUSED, _FAULT = 201, 204, 401, 500
# Of a login: no such account, or none can have such an email or password.
_NO_ACCOUNT = (400, _REFUSED)

_USERS = ("ann", "bob")
_JSON = (("Content-Type", ("application/json",)),)
# The accounts of the run have another password than those that a sequence makes for itself, so
# that no sequence can remove them.
_PASSWORD: Template = ("correct horse ", Word(RUN))
_OTHER_PASSWORD: Template = ("battery staple ", Word(SEQUENCE))
_EMAILS: tuple[Template, ...] = (
    ("eve-", Word(SEQUENCE), "@example.com"), ("EVE-", Word(SEQUENCE), "@Example.com"),
)  # fmt: skip
_ODD_EMAILS: tuple[Template, ...] = (
    (Word(SEQUENCE), "+a.b_c@mail.example.org"), ("e\u0301ve-", Word(SEQUENCE), "@example.com"),
    ("eve-", Word(SEQUENCE), "@b\u00fccher.example"), ("eve-", Word(SEQUENCE), "@localhost"),
    ("eve-", Word(SEQUENCE), "@example"), (Word(SEQUENCE), "@@example.com"),
    ("Eve <eve-", Word(SEQUENCE), "@example.com>"), (" eve-", Word(SEQUENCE), "@example.com "),
    ("a" * 55, Word(SEQUENCE), "@example.com"), (Word(SEQUENCE), "@", "a." * 118, "com"),
    (Word(SEQUENCE), "@", "a." * 119, "com"), (Word(SEQUENCE), "@[127.0.0.1]"),
    ('"', Word(SEQUENCE), '"@example.com'), (Word(SEQUENCE), "@example.test"),
)  # fmt: skip
_MESSAGES = (
    "add buy milk", "add milk, eggs and bread", 'add "a, b" and "c"', "show my tasks", "help",
    "show open tasks", "complete buy milk", "complete 1", "complete it", "reopen buy milk",
    "rename buy milk to buy oat milk", "rename 1 to second", "delete buy milk", "delete all tasks",
    "yes", "no", "delete the last task", "change the description of buy milk to two bottles",
    "add a task: x with description: y", "how many tasks do I have?", "find milk", "hello",
    "thanks", "add buy milk and complete it and show my tasks", "add\n- one\n- two\n", "add",
    "remind me to call Mum", "I have finished call Mum", "delete both", "what is the weather?",
    "ADD BUY MILK!!!", "add 牛乳", "add \U0001f600", "add a\u200db",
)  # fmt: skip
_TITLES = ("buy milk", "buy oat milk", "milk", "call Mum", "x", "1")


def api(document: Mapping[str, Any]) -> FuzzedApi:
    """Return what has to be known of TaskFlow.

    Parameters
    ----------
    document
        Its OpenAPI document.
    """
    return FuzzedApi(
        operations=openapi.read(document),
        users=_USERS,
        sign_up=_sign_up,
        undo=_undo,
        probe=Request("GET", "/health"),
        listed=tuple(_tasks_of(user) for user in _USERS),
        tells={
            _SIGNUP: (("token", "token"), ("refresh_token", "cookie refresh_token")),
            _LOGIN: (("token", "token"), ("refresh_token", "cookie refresh_token")),
            _REFRESH: (("token", "token"), ("refresh_token", "cookie refresh_token")),
            _CHAT: (("conversation_id", "conversation_id"),),
            f"POST {_TASKS}": (("task_id", "id"),),
            f"GET {_TASKS}": (("task_id", "[0].id"),),
        },
        unknown={
            "task_id": "00000000-0000-4000-8000-000000000001",
            "conversation_id": "00000000-0000-4000-8000-000000000002",
            "token": "x.y.z",
            "refresh_token": "x.y.z",
        },
        values={
            f"{_SIGNUP} email": (*_EMAILS * 7, *_ODD_EMAILS),
            f"{_SIGNUP} password": (_OTHER_PASSWORD,),
            f"{_LOGIN} email": (*_EMAILS, *(_email(user) for user in _USERS)),
            f"{_LOGIN} password": (_OTHER_PASSWORD, _PASSWORD, ("wrong",)),
            f"DELETE {_ME} password": (_OTHER_PASSWORD, _OTHER_PASSWORD, ("wrong",)),
            "message": tuple((message,) for message in _MESSAGES),
            "title": tuple((title,) for title in _TITLES),
            "Idempotency-Key": ((Word(SEQUENCE),), (Word(SEQUENCE), "-2")),
        },
        bodies={
            _LOGIN: tuple(_credentials(_email(user), _PASSWORD) for user in _USERS),
            _SIGNUP: (_credentials(_EMAILS[0], _OTHER_PASSWORD),),
        },
        before={
            f"PUT {_TASKS}/{{task_id}}": f"POST {_TASKS}",
            f"DELETE {_TASKS}/{{task_id}}": f"POST {_TASKS}",
            f"GET {_TASKS}": f"POST {_TASKS}",
            _CHAT: _CHAT, _REFRESH: _LOGIN, _LOGOUT: _LOGIN, f"DELETE {_ME}": _SIGNUP,
        },
        fresh=frozenset({f"{_SIGNUP} email", "Idempotency-Key"}),
        ending=frozenset({_LOGOUT, f"DELETE {_ME}"}),
        worded=frozenset({_CHAT}),
        # Passwords take long to check, and what is limited has to be waited for.
        weights={
            f"POST {_TASKS}": 24, f"PUT {_TASKS}/{{task_id}}": 20, f"GET {_TASKS}": 16, _CHAT: 16,
            f"DELETE {_TASKS}/{{task_id}}": 12, _SIGNUP: 3, _LOGIN: 4, _LOGOUT: 3, _REFRESH: 5,
            f"GET {_ME}": 8, f"DELETE {_ME}": 3, "GET /health": 2, "GET /health/live": 1,
            "GET /health/ready": 1,
        },
    )  # fmt: skip


def _email(user: str) -> Template:
    return (f"{user}-", Word(RUN), "@example.com")


def _sign_up(user: str) -> Call:
    body = _credentials(_email(user), _PASSWORD)
    return Call(_SIGNUP, "POST", (_SIGNUP_PATH,), _JSON, body, ((user, "token"),))


def _credentials(email: Template, password: Template) -> Template:
    return joined('{"email":"', email, '","password":"', password, '"}')


def _tasks_of(user: str) -> Listed:
    credentials = (("Authorization", ("Bearer ", Latest(user))),)

    def remove(task: Kept) -> Call:
        return Call(f"DELETE {_TASKS}", "DELETE", (f"{_TASKS}/", task), credentials)

    return Listed(Call(f"GET {_TASKS}", "GET", (_TASKS,), credentials), "id", remove)


def _undo(request: Request, answer: Answer | None) -> Undo | None:
    """Return how an account is removed, where one was made, or may have been without a word."""
    told = {} if answer is None else _object(answer.body)
    is_signup = request.method == "POST" and request.path.partition("?")[0] == _SIGNUP_PATH
    if answer is not None and answer.status < _FAULT:
        # Other spellings of the address may lead there as well.
        is_signup = answer.status == _CREATED and (is_signup or "user" in told)
    if not is_signup:
        return None
    sent = _object(request.body or b"")
    email, password = sent.get("email"), sent.get("password")
    if not (isinstance(email, str) and isinstance(password, str)):
        made = answer is not None and answer.status == _CREATED
        return (lambda _: "it cannot be read what was sent") if made else None
    token = told.get("token")
    return _Undo(email, password, token if isinstance(token, str) else "")


@dataclass(frozen=True)
class _Undo:
    """Removes an account; one that is not there is gone already."""

    email: str
    password: str
    token: str

    def __call__(self, ask: Ask) -> str:
        removed = ask(_removal(self.token, self.password))
        if removed.status == _REFUSED:  # its token is not known, it was logged out, or it is gone
            credentials = {"email": self.email, "password": self.password}
            login = ask(_request("POST", f"{_API}/auth/login", credentials))
            if login.status in _NO_ACCOUNT:
                return ""
            token = _object(login.body).get("token", "")
            if not (isinstance(token, str) and token):
                return f"{self.email}: {_LOGIN} answered {login.status} without a token"
            removed = ask(_removal(token, self.password))
        status = f"{self.email}: DELETE {_ME} answered {removed.status}"
        return "" if removed.status == _DONE else status


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        data = json.loads(body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _removal(token: str, password: str) -> Request:
    request = _request("DELETE", _ME, {"password": password})
    headers = {**request.headers, "Authorization": f"Bearer {token}"}
    return Request(request.method, request.path, headers, request.body)


def _request(method: str, path: str, body: Mapping[str, str]) -> Request:
    headers = {"Content-Type": "application/json"}
    return Request(method, path, headers, json.dumps(body).encode())
