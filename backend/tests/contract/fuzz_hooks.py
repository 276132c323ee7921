"""Who Schemathesis is to the API, and what it cannot know.

Nothing is excluded: no check, no phase, no endpoint and no complaint. Where the answer depends on
what was sent before, which no schema can say, the request is made one whose answer does not.
"""

import os
import re
from functools import cache
from typing import Any
from uuid import uuid4

import requests
import schemathesis

Case = schemathesis.Case[Any]
PASSWORD = "a good password"
# The one that the description gives as an example.
EXAMPLE_PASSWORD = "correct horse battery"
_AUTH = "/api/v1/auth"
_KEY = "Idempotency-Key"

_emails: set[str] = set()
_keys: set[str] = set()


@schemathesis.auth(refresh_interval=None)
class SignedUpUser:
    """A user who signed up."""

    def get(self, _: Case, context: schemathesis.AuthContext) -> str:
        """Return an access token."""
        if context.operation.path.endswith("/logout"):
            # It spoils its token, and there would be none for the other requests.
            return _token_of(_enter("login"))
        if context.operation.label == f"DELETE {_AUTH}/me":
            # It removes the account, whose password nobody can make up.
            return _token_of(_enter("signup", _new_email(), EXAMPLE_PASSWORD))
        return _token()

    def set(self, case: Case, data: str, _: schemathesis.AuthContext) -> None:
        """Send it."""
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(_: schemathesis.HookContext, case: Case, __: dict[str, Any]) -> None:
    """Keep what was sent before from deciding the answer."""
    path = case.operation.path
    if path.endswith("/signup"):
        _take_a_new_email(case)
    if path.endswith("/refresh") and not case.cookies and not case.body:
        # Nobody can make one up.
        case.cookies = {"refresh_token": _enter("login").cookies["refresh_token"]}
    if _KEY in case.headers:
        _take_a_new_key(case)


def _take_a_new_email(case: Case) -> None:
    """Signing up twice with one email is refused."""
    body: Any = case.body
    email = body.get("email") if isinstance(body, dict) else None
    if isinstance(email, str):
        if email.lower() in _emails:
            email = _new_email()
            case.body = {**body, "email": email}
        _emails.add(email.lower())


def _take_a_new_key(case: Case) -> None:
    """Under a key that was used, another request is refused, and the same one answered as before.

    As before means: with a task that may be gone since.
    """
    key = str(case.headers[_KEY])
    if re.fullmatch(r"[!-~]{1,255}", key):
        if key in _keys:
            key = uuid4().hex
            case.headers[_KEY] = key
        _keys.add(key)


def _new_email() -> str:
    email = f"{uuid4().hex}@example.com"
    _emails.add(email)
    return email


@cache
def _own_email() -> str:
    return _new_email()


@cache
def _token() -> str:
    return _token_of(_enter("signup"))


def _token_of(answer: requests.Response) -> str:
    token: str = answer.json()["token"]
    return token


def _enter(how: str, email: str = "", password: str = PASSWORD) -> requests.Response:
    """Sign up or log in, with an account of our own if no other is named."""
    url = f"{os.environ['FUZZED_URL']}{_AUTH}/{how}"
    account = {"email": email or _own_email(), "password": password}
    answer = requests.post(url, json=account, timeout=10)
    answer.raise_for_status()
    return answer
