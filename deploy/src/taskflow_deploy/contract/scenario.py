"""What is asked of a running system, endpoint by endpoint.

It makes two accounts of its own with random addresses and removes the tasks it
made; the API has no way to remove an account.
"""

import secrets
from typing import Any

from taskflow_deploy.contract.expect import (
    a_token,
    an_id,
    error,
    exactly,
    some_text,
    task,
    user,
)
from taskflow_deploy.contract.session import BrokenPromiseError, Session

_API = "/api/v1"
_PASSWORD = "correct horse battery"  # noqa: S105 - of throw-away accounts
_NOBODY = "00000000-0000-4000-8000-000000000000"
_LOGGED_OUT = "Logout endpoint created (T022 stub). Implementation in T099."
_COOKIE_PARTS = ("HttpOnly", "SameSite=lax", f"Path={_API}/auth", "Max-Age=604800")


def play(session: Session) -> None:
    """Ask everything, in an order in which each step builds on the ones before."""
    known: dict[str, Any] = {"email": _email(), "other": _email()}
    for step in (_health, _signup, _login, _me, _create, _list, _update, _delete, _chat,
                 _refresh, _logout, _nowhere):  # fmt: skip
        step(session, known)


def _health(session: Session, _known: dict[str, Any]) -> None:
    with session.endpoint("GET /health"):
        shape = {
            "status": exactly("healthy"),
            "version": exactly("0.1.0"),
            "environment": some_text,
            "chat_registered": exactly(True),
        }
        session.ask("GET", "/health", 200, shape)


def _signup(session: Session, known: dict[str, Any]) -> None:
    with session.endpoint(f"POST {_API}/auth/signup"):
        for name in ("email", "other"):
            given = {"email": known[name].upper(), "password": _PASSWORD}
            shape = _signed_in(known[name], "User registered successfully")
            answer = session.ask("POST", f"{_API}/auth/signup", 201, shape, body=given)
            known[f"{name}_token"] = answer.json()["token"]
            known[f"{name}_id"] = answer.json()["user"]["id"]
            _check_cookie(answer.headers.get("set-cookie", ""))
        refused = error("SIGNUP_ERROR")
        for bad in (
            {"email": known["email"], "password": _PASSWORD},
            {"email": "nobody", "password": _PASSWORD},
            {"email": _email(), "password": "short"},
            {"password": _PASSWORD},
        ):
            session.ask("POST", f"{_API}/auth/signup", 400, refused, body=bad)


def _login(session: Session, known: dict[str, Any]) -> None:
    with session.endpoint(f"POST {_API}/auth/login"):
        given = {"email": known["email"], "password": _PASSWORD}
        shape = _signed_in(known["email"], "Login successful", known.get("email_id"))
        answer = session.ask("POST", f"{_API}/auth/login", 200, shape, body=given)
        known["token"] = answer.json()["token"]
        known["cookie"] = _check_cookie(answer.headers.get("set-cookie", ""))
        refused = error("INVALID_CREDENTIALS")
        for bad in ({**given, "password": "x"}, {**given, "email": _email()}):
            session.ask("POST", f"{_API}/auth/login", 401, refused, body=bad)


def _me(session: Session, known: dict[str, Any]) -> None:
    path = f"{_API}/auth/me"
    with session.endpoint(f"GET {path}"):
        shape = user(known["email"], known["email_id"])
        session.ask("GET", path, 200, shape, token=known["token"])
        session.ask("GET", path, 401, error("MISSING_AUTH_HEADER"))
        basic = {"Authorization": "Basic eDp5"}
        session.ask("GET", path, 401, error("INVALID_AUTH_FORMAT"), headers=basic)
        session.ask("GET", path, 401, error("INVALID_TOKEN"), token="x.y.z")  # noqa: S106
        forged = known["token"].rpartition(".")[0] + "." + "A" * 43
        session.ask("GET", path, 401, error("INVALID_SIGNATURE"), token=forged)
        refresh = known["cookie"].partition("=")[2]
        session.ask("GET", path, 401, error("INVALID_TOKEN_CLAIMS"), token=refresh)


def _create(session: Session, known: dict[str, Any]) -> None:
    path = f"{_API}/tasks"
    with session.endpoint(f"POST {path}"):
        token, owner = known["token"], known["email_id"]
        shape = task("buy milk", owner=owner)
        padded = {"title": "  buy milk  "}
        first = session.ask("POST", path, 201, shape, body=padded, token=token)
        noted = {"title": "call Mum", "description": "about Sunday"}
        shape = task("call Mum", owner=owner, description="about Sunday")
        second = session.ask("POST", path, 201, shape, body=noted, token=token)
        known["tasks"] = [first.json()["id"], second.json()["id"]]
        for bad in ({}, {"title": " "}, {"title": "x" * 256}, {"title": 5},
                    {"title": "x", "description": "y" * 5001}):  # fmt: skip
            refused = error("TASK_CREATION_ERROR")
            session.ask("POST", path, 400, refused, body=bad, token=token)
        session.ask("POST", path, 401, error("MISSING_AUTH_HEADER"), body=noted)


def _list(session: Session, known: dict[str, Any]) -> None:
    path = f"{_API}/tasks"
    with session.endpoint(f"GET {path}"):
        milk = task("buy milk", owner=known["email_id"], task_id=known["tasks"][0])
        newest_first = [_call_mum(known), milk]
        session.ask("GET", path, 200, newest_first, token=known["token"])
        session.ask("GET", path, 200, [], token=known["other_token"])
        session.ask("GET", path, 401, error("MISSING_AUTH_HEADER"))


def _update(session: Session, known: dict[str, Any]) -> None:
    with session.endpoint(f"PUT {_API}/tasks/{{task_id}}"):
        path, token = f"{_API}/tasks/{known['tasks'][0]}", known["token"]
        same = {"owner": known["email_id"], "task_id": known["tasks"][0]}
        done = task("buy milk", completed=True, **same)
        session.ask("PUT", path, 200, done, body={"completed": True}, token=token)
        renamed = task("buy oat milk", completed=True, **same)
        session.ask("PUT", path, 200, renamed, body={"title": "buy oat milk"}, token=token)
        for bad in ({}, {"nothing": 1}, {"title": ""}, {"completed": "yes"}):
            session.ask("PUT", path, 400, error("TASK_UPDATE_ERROR"), body=bad, token=token)
        given = {"completed": False}
        nowhere = f"{_API}/tasks/{_NOBODY}"
        session.ask("PUT", nowhere, 404, error("TASK_NOT_FOUND"), body=given, token=token)
        other = known["other_token"]
        session.ask("PUT", path, 403, error("TASK_FORBIDDEN"), body=given, token=other)


def _delete(session: Session, known: dict[str, Any]) -> None:
    with session.endpoint(f"DELETE {_API}/tasks/{{task_id}}"):
        path, token = f"{_API}/tasks/{known['tasks'][0]}", known["token"]
        session.ask("DELETE", path, 403, error("TASK_FORBIDDEN"), token=known["other_token"])
        session.ask("DELETE", path, 204, None, token=token)
        session.ask("DELETE", path, 404, error("TASK_NOT_FOUND"), token=token)


def _chat(session: Session, known: dict[str, Any]) -> None:
    path = f"{_API}/chat"
    with session.endpoint(f"POST {path}"):
        token = known["token"]
        conversation: dict[str, str] = {}
        # Claude may phrase its answers and look things up as it likes; the tool must have run.
        for said, tool in (
            ("add water the plants", "add_task"),
            ("show my tasks", "list_tasks"),
            ("complete water the plants", "complete_task"),
            ("rename water the plants to water the roses", "update_task"),
            ("delete water the roses", "delete_task"),
        ):
            body = {"message": said, **conversation}
            answer = session.ask("POST", path, 200, _answered(tool), body=body, token=token)
            conversation = {"conversation_id": answer.json()["conversation_id"]}
        session.ask("GET", f"{_API}/tasks", 200, [_call_mum(known)], token=token)
        for bad in ({}, {"message": " "}, {"message": "x" * 10_001}):
            session.ask("POST", path, 400, error("INVALID_MESSAGE"), body=bad, token=token)
        refused = error("CONVERSATION_NOT_FOUND")
        other = known["other_token"]
        body = {"message": "hello", **conversation}
        session.ask("POST", path, 404, refused, body=body, token=other)
        session.ask("POST", path, 401, error("MISSING_AUTH_HEADER"), body={"message": "hello"})


def _refresh(session: Session, known: dict[str, Any]) -> None:
    path = f"{_API}/auth/refresh"
    with session.endpoint(f"POST {path}"):
        shape = {"token": a_token, "message": exactly("Token refreshed successfully")}
        cookie = {"Cookie": known["cookie"]}
        answer = session.ask("POST", path, 200, shape, headers=cookie)
        known["cookie"] = _check_cookie(answer.headers.get("set-cookie", ""))
        session.ask("POST", path, 401, error("NO_REFRESH_TOKEN"))
        for bad in ("x", known["token"]):
            refused = error("INVALID_REFRESH_TOKEN")
            session.ask("POST", path, 401, refused, body={"refresh_token": bad})


def _logout(session: Session, known: dict[str, Any]) -> None:
    path = f"{_API}/auth/logout"
    with session.endpoint(f"POST {path}"):
        _remove_tasks(session, known["tasks"], known["token"])
        shape = {"status": exactly("pending"), "message": exactly(_LOGGED_OUT)}
        cookie = {"Cookie": known["cookie"]}
        session.ask("POST", path, 200, shape, token=known["token"], headers=cookie)
        gone = error("INVALID_TOKEN")
        session.ask("GET", f"{_API}/auth/me", 401, gone, token=known["token"])
        refused = error("INVALID_REFRESH_TOKEN")
        session.ask("POST", f"{_API}/auth/refresh", 401, refused, headers=cookie)
        session.ask("POST", path, 401, error("MISSING_AUTH_HEADER"))


def _remove_tasks(session: Session, tasks: list[str], token: str) -> None:
    for task_id in tasks[1:]:
        session.ask("DELETE", f"{_API}/tasks/{task_id}", 204, None, token=token)


def _nowhere(session: Session, known: dict[str, Any]) -> None:
    with session.endpoint("other addresses"):
        session.ask("GET", f"{_API}/nowhere", 404, error("NOT_FOUND"))
        session.ask("PATCH", f"{_API}/tasks", 405, error("METHOD_NOT_ALLOWED"))
        session.ask("GET", f"{_API}/tasks", 200, [], token=known["other_token"])


def _call_mum(known: dict[str, Any]) -> dict[str, Any]:
    owner, task_id = known["email_id"], known["tasks"][1]
    return task("call Mum", owner=owner, task_id=task_id, description="about Sunday")


def _email() -> str:
    return f"verify-{secrets.token_hex(8)}@example.com"


def _signed_in(email: str, message: str, user_id: str | None = None) -> dict[str, Any]:
    return {"user": user(email, user_id), "token": a_token, "message": exactly(message)}


def _answered(tool: str) -> dict[str, Any]:
    return {
        "conversation_id": an_id,
        "response": some_text,
        "tool_calls": lambda called: isinstance(called, list) and tool in called,
        "status": exactly("success"),
    }


def _check_cookie(header: str) -> str:
    """Return ``name=value`` of the refresh cookie, after a look at its attributes."""
    parts = [part.strip() for part in header.split(";")]
    if not parts[0].startswith("refresh_token="):
        raise BrokenPromiseError("no refresh_token cookie")
    missing = [part for part in _COOKIE_PARTS if part not in parts[1:]]
    if missing:
        raise BrokenPromiseError(f"the refresh_token cookie lacks {', '.join(missing)}")
    return parts[0]
