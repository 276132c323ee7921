"""Whether both applications answer the same; a comparison of anything else would be idle."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from bench.servers import API, Answer, Server

PASSWORD = "a good password"  # noqa: S105 - it protects nothing
TASKS = f"{API}/tasks"
_SHOWN = 60
_NEW_EACH_TIME = ("id", "created_at", "updated_at", "token")


@dataclass(frozen=True)
class Account:
    """A user and a token for it, which both applications accept."""

    id: str
    email: str
    token: str


def sign_up(server: Server) -> Account:
    """Make a user."""
    email = f"{uuid4().hex}@example.com"
    given = {"email": email, "password": PASSWORD}
    answer = server.ask("POST", f"{API}/auth/signup", given)
    if answer.status != 201:
        raise RuntimeError(f"Signing up was answered {answer.status}: {answer.text}")
    return Account(answer.json["user"]["id"], email, answer.json["token"])


def add_tasks(server: Server, account: Account, count: int) -> None:
    """Give a user tasks as people write them, some with a description, some with an umlaut."""
    for number in range(count):
        given = {"title": f"Büro {number}: answer the letter of last week"}
        if number % 2:
            given["description"] = "It lies on the desk, below the calendar; mind the date.\n" * 2
        answer = server.ask("POST", TASKS, given, account.token)
        if answer.status != 201:
            raise RuntimeError(f"Adding a task was answered {answer.status}: {answer.text}")


def compare(plain: Server, taskflow: Server, account: Account) -> list[str]:
    """Send the same requests to both and return what was compared.

    Raises
    ------
    RuntimeError
        They answer differently; the text says to what.
    """
    checks = _checks(account)
    differences = []
    for name, check in checks.items():
        ours, theirs = repr(check(taskflow)), repr(check(plain))
        if ours != theirs:
            start = max(0, _first_difference(ours, theirs) - _SHOWN)
            shown = (answer[start : start + 2 * _SHOWN] for answer in (ours, theirs))
            differences.append(f"{name}: TaskFlow … {' …, plain … '.join(shown)} …")
    if differences:
        raise RuntimeError("The two answer differently:\n" + "\n".join(differences))
    return list(checks)


def _first_difference(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _checks(account: Account) -> dict[str, Callable[[Server], object]]:
    token, new = account.token, {"title": "the same", "description": None}
    known = {"email": account.email, "password": PASSWORD}

    def signup(server: Server) -> object:
        given = {**known, "email": f"{uuid4().hex}@example.com"}
        answer = server.ask("POST", f"{API}/auth/signup", given)
        return _alike(answer, but_for=(*_NEW_EACH_TIME, "email"))

    def login(server: Server) -> object:
        return _alike(server.ask("POST", f"{API}/auth/login", known), but_for=("token",))

    def wrong_login(server: Server) -> object:
        given = {**known, "password": "a wrong one"}
        return server.ask("POST", f"{API}/auth/login", given).status

    return {
        "list": lambda server: _seen(server.ask("GET", TASKS, None, token)),
        "list without a token": lambda server: server.ask("GET", TASKS).status,
        "list with a bad token": lambda server: server.ask("GET", TASKS, None, "bad").status,
        "create": lambda server: _alike(server.ask("POST", TASKS, new, token)),
        "create without a title": lambda server: "id" in server.ask("POST", TASKS, {}, token).json,
        "list of what both made": lambda server: _seen(server.ask("GET", TASKS, None, token)),
        "signup": signup,
        "signup again": lambda server: server.ask("POST", f"{API}/auth/signup", known).status,
        "login": login,
        "login with a wrong password": wrong_login,
    }


def _seen(answer: Answer) -> object:
    return answer.status, answer.text


def _alike(answer: Answer, but_for: tuple[str, ...] = _NEW_EACH_TIME) -> object:
    """Return an answer, the order of its keys included; of what is new each time the type."""
    return answer.status, _without(answer.json, but_for)


def _without(value: Any, names: tuple[str, ...]) -> Any:
    if not isinstance(value, dict):
        return value
    return [
        (name, type(inner).__name__ if name in names else _without(inner, names))
        for name, inner in value.items()
    ]
