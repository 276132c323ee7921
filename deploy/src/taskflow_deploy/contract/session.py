"""Sends the requests of a scenario and checks each answer."""

import json
import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from taskflow_deploy.contract.expect import difference

_TIMEOUT_SECONDS = 30.0


class BrokenPromiseError(Exception):
    """An answer is not what the contract says; the text says where."""


@dataclass
class EndpointResult:
    """The verdict on one endpoint.

    Attributes
    ----------
    endpoint
        Method and path.
    detail
        How many answers were checked, or what was wrong first.
    curl
        A command that repeats the first wrong request, without its token.
    """

    endpoint: str
    passed: bool = True
    detail: str = ""
    seconds: float = 0.0
    curl: str = ""
    checked: int = 0


@dataclass
class Session:
    """A conversation with a running system.

    Parameters
    ----------
    base_url
        Where it answers.
    """

    base_url: str
    results: list[EndpointResult] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._client = httpx2.Client(base_url=self.base_url, timeout=_TIMEOUT_SECONDS)
        self._current = EndpointResult("")

    @contextmanager
    def endpoint(self, name: str) -> Iterator[None]:
        """Check one endpoint; the first broken promise ends its block."""
        self._current = EndpointResult(name)
        self.results.append(self._current)
        started = time.monotonic()
        try:
            yield
        except BrokenPromiseError as error:
            self._current.passed = False
            self._current.detail = str(error)
        except httpx2.HTTPError as error:
            self._current.passed = False
            self._current.detail = f"no answer: {type(error).__name__}"
        except (KeyError, IndexError, TypeError) as error:
            self._current.passed = False
            self._current.detail = f"could not be tried, since an earlier step failed ({error})"
        else:
            self._current.curl = ""
            self._current.detail = f"answers checked: {self._current.checked}"
        finally:
            self._current.seconds = time.monotonic() - started

    def ask(
        self,
        method: str,
        path: str,
        status: int,
        shape: Any,
        *,
        body: Any = None,
        token: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx2.Response:
        """Send a request and check status, type and body of its answer.

        Raises
        ------
        BrokenPromiseError
            They are not what was expected.
        """
        given = dict(headers or {})
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        self._current.curl = _curl(method, self.base_url + path, given, body)
        # Cookies go by hand, so that each step says what it sends.
        self._client.cookies.clear()
        answer = self._client.request(method, path, json=body, headers=given)
        if answer.status_code != status:
            raise BrokenPromiseError(f"status {answer.status_code}, not {status}")
        if status == httpx2.codes.NO_CONTENT:
            if answer.content:
                raise BrokenPromiseError("a body where there is none")
        elif shape is not None:
            self._check_body(answer, shape)
        self._current.checked += 1
        return answer

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _check_body(self, answer: httpx2.Response, shape: Any) -> None:
        kind = answer.headers.get("content-type")
        if kind != "application/json":
            raise BrokenPromiseError(f"content type {kind}, not application/json")
        try:
            value = json.loads(answer.content)
        except ValueError:
            raise BrokenPromiseError("a body that is not JSON") from None
        if found := difference(value, shape):
            raise BrokenPromiseError(found)


def _curl(method: str, url: str, headers: dict[str, str], body: Any) -> str:
    words = ["curl", "-i", "-X", method, url]
    for name, value in headers.items():
        shown = "Bearer $TOKEN" if name == "Authorization" else value
        words += ["-H", f"{name}: {shown}"]
    if body is not None:
        words += ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
    return shlex.join(words)
