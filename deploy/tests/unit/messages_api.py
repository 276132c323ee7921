"""A small, strict stand-in for Anthropic's Messages API, of what "explain" uses of it.

It refuses what the API of version 2026-10-21 refuses, and any tool: the deployer gives it none.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.unit.served import serve

KEY = "sk-ant-api03-of-the-explaining-stand-in"
_MODELS = {"claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5"}
_REQUIRED = {"model", "max_tokens", "messages"}
_KNOWN = _REQUIRED | {"system", "output_config", "stream"}
# Structured outputs know no more of JSON Schema than this.
_SCHEMA = {"type", "properties", "required", "additionalProperties", "items", "description",
           "enum", "const", "anyOf"}  # fmt: skip


class Refused(Exception):  # noqa: N818 - the API's word
    """What the API does not take."""

    def __init__(self, message: str, status: int = 400, kind: str = "invalid_request_error"):
        super().__init__(message)
        self.status, self.kind = status, kind


def _require(holds: object, message: str) -> None:
    if not holds:
        raise Refused(message)


class Api:
    """What it was asked, and what it answers.

    Attributes
    ----------
    answers
        Each a text, or a dictionary with ``status``, ``body``, ``stop_reason``, ``delay`` or
        ``drip`` (seconds).
    asked
        The bodies of the requests that kept the rules.
    """

    def __init__(self) -> None:
        self.answers: list[str | dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self.url = ""
        self.over = threading.Event()

    def take(self, path: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        """Hold a request against the rules, and return what to answer."""
        try:
            _check_head(path, headers)
            asked = json.loads(body)
            _check(asked)
        except Refused as no:
            self.refused.append(str(no))
            error = {"type": "error", "error": {"type": no.kind, "message": str(no)}}
            return {"status": no.status, "body": json.dumps(error)}
        self.asked.append(asked)
        answer = self.answers.pop(0)
        if isinstance(answer, str):
            answer = {"text": answer}
        if "body" not in answer:
            answer["body"] = json.dumps(_message(asked["model"], answer))
        return answer


def _check_head(path: str, headers: dict[str, str]) -> None:
    if path != "/v1/messages":
        raise Refused("Not found", 404, "not_found_error")
    if headers.get("authorization") != f"Bearer {KEY}":
        raise Refused("invalid API key", 401, "authentication_error")
    _require(headers.get("anthropic-version") == "2026-10-21", "anthropic-version: not valid")
    _require(headers.get("content-type") == "application/json", "content-type: not JSON")


def _check(body: dict[str, Any]) -> None:
    _require(body.keys() >= _REQUIRED, f"Field required: {_REQUIRED - body.keys()}")
    _require(body.keys() <= _KNOWN, f"Extra inputs are not permitted: {body.keys() - _KNOWN}")
    if body["model"] not in _MODELS:
        raise Refused(f"model: {body['model']}", 404, "not_found_error")
    _require(type(body["max_tokens"]) is int and body["max_tokens"] > 0, "max_tokens: not valid")
    _require(isinstance(body["system"], str) and body["system"].strip(), "system: empty")
    messages = body["messages"]
    _require([one["role"] for one in messages] == ["user"], "messages: one of the user's")
    _require(messages[0]["content"].strip(), "messages.0: text content blocks must be non-empty")
    given = body.get("output_config", {}).get("format", {})
    _require(given.get("type") == "json_schema", "output_config.format.type: not valid")
    _check_schema(given["schema"])


def _check_schema(schema: dict[str, Any]) -> None:
    _require(schema.keys() <= _SCHEMA, f"output_config.format.schema: {schema.keys() - _SCHEMA}")
    if schema["type"] == "object":
        _require(schema.get("additionalProperties") is False, "additionalProperties: must be false")
        for inner in schema["properties"].values():
            _check_schema(inner)
    if schema["type"] == "array":
        _check_schema(schema["items"])


def _message(model: str, answer: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "msg_000000000000000000000001",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [
            {"type": "thinking", "thinking": "", "signature": "signed"},
            {"type": "text", "text": answer.get("text", "")},
        ],
        "stop_reason": answer.get("stop_reason", "end_turn"),
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }


@contextmanager
def served() -> Iterator[Api]:
    """Serve it on a real socket."""
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = api.take(self.path, headers, body)
            api.over.wait(answer.get("delay", 0))
            self.send_response(answer.get("status", 200))
            self.send_header("content-type", "application/json")
            for name, value in answer.get("headers", {}).items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer["body"].encode())))
            self.end_headers()
            self._write(answer["body"].encode(), answer.get("drip", 0))

        def _write(self, body: bytes, drip: float) -> None:
            try:
                for start in range(0, len(body), 1 if drip else len(body)):
                    self.wfile.write(body[start:] if not drip else body[start : start + 1])
                    self.wfile.flush()
                    if api.over.is_set():
                        return
                    time.sleep(drip)
            except ConnectionError:  # the client gave up, as it should
                return

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with serve(Handler) as port:
        api.url = f"http://127.0.0.1:{port}"
        try:
            yield api
        finally:
            api.over.set()
