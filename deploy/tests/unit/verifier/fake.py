"""A small API with accounts, in memory, and what the fuzz has to know of it: no server, no wait."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from taskflow_deploy.verifier.answers import Answer, Request, UnreachableError
from taskflow_deploy.verifier.fuzz import openapi
from taskflow_deploy.verifier.fuzz.api import RUN, SEQUENCE, Ask, FuzzedApi, Listed, Undo
from taskflow_deploy.verifier.fuzz.calls import Call, Kept, Latest, Word
from taskflow_deploy.verifier.verify import Subject

Damage = Callable[[Request, int, Any], tuple[int, Any]]
"""Changes a status and what is answered with it."""

_NOTE = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
_JSON = {"content": {"application/json": {"schema": _NOTE}}}
_DOCUMENT = {
    "security": [{}],
    "paths": {
        "/users": {"post": {"requestBody": _JSON, "security": []}},
        "/notes": {"get": {}, "post": {"requestBody": _JSON}},
        "/me": {"get": {}},
    },
}


@dataclass
class Fake:
    """A system.

    Attributes
    ----------
    damage
        See :data:`Damage`; UnreachableError lets none go out.
    is_away
        Whether it answers nothing any more.
    asked
        Method and path of all that was asked.
    users
        The notes of each account, by its token.
    """

    name: str = "fake"
    damage: Damage = lambda _request, status, data: (status, data)
    is_away: bool = False
    asked: list[str] = field(default_factory=list)
    users: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def subject(self) -> Subject:
        """The system as the fuzz is given it."""
        return Subject(lambda: self, f"http://{self.name}")

    def close(self) -> None:
        """Close nothing."""

    def send(self, request: Request) -> Answer:
        """Answer a request."""
        if self.is_away:
            raise UnreachableError("refused")
        self.asked.append(f"{request.method} {request.path}")
        status, data = self.damage(request, *self._answer(request))
        now = time.monotonic()
        return Answer(status, (("content-type", "json"),), json.dumps(data).encode(), now, now)

    def _answer(self, request: Request) -> tuple[int, Any]:
        match request.method, request.path.split("/")[1:]:
            case "POST", ["users"]:
                token = str(uuid4())
                self.users[token] = {}
                return 201, {"token": token}
            case "GET", ["health"]:
                return 200, "well"
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.users:
            return 401, "who?"
        return self._of_user(request, token)

    def _of_user(self, request: Request, token: str) -> tuple[int, Any]:
        notes = self.users[token]
        match request.method, request.path.split("/")[1:]:
            case "DELETE", ["me"]:
                del self.users[token]
                return 204, None
            case "GET", ["me"]:
                return 200, "you"
            case "GET", ["notes"]:
                return 200, [{"id": one} for one in notes]
            case "POST", ["notes"]:
                made = str(uuid4())
                notes[made] = ""
                return 201, {"id": made}
            case "DELETE", ["notes", one] if one in notes:
                del notes[one]
                return 204, None
        return 404, "nothing"


def fake_api() -> FuzzedApi:
    """Return what the fuzz has to know of it."""
    signup = Call("POST /users", "POST", ("/users",), (), (Word(RUN),), (("ann", "token"),))
    credentials = (("Authorization", ("Bearer ", Latest("ann"))),)

    def remove(note: Kept) -> Call:
        return Call("DELETE /notes", "DELETE", ("/notes/", note), credentials)

    return FuzzedApi(
        operations=openapi.read(_DOCUMENT), users=("ann",), sign_up=lambda _: signup, undo=_undo,
        probe=Request("GET", "/health"),
        listed=(Listed(Call("GET /notes", "GET", ("/notes",), credentials), "id", remove),),
        values={"POST /users text": ((Word(SEQUENCE),),)},
    )  # fmt: skip


def _undo(_: Request, answer: Answer | None) -> Undo | None:
    data = json.loads(answer.body) if answer is not None and answer.status == 201 else {}
    if "token" not in data:
        return None

    def undo(ask: Ask) -> str:
        removed = ask(Request("DELETE", "/me", {"Authorization": f"Bearer {data['token']}"}))
        return "" if removed.status == 204 else f"DELETE /me answered {removed.status}"

    return undo
