"""The stand-in keeps the API's rules: what the API refuses, it refuses."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.standin.replies import call, say, think, use
from tests.standin.rules import JsonObject
from tests.standin.server import KEY, StandIn

HEADERS = {"authorization": f"Bearer {KEY}", "anthropic-version": "2026-10-21"}
TOOL = {"name": "add", "input_schema": {"type": "object", "properties": {}}}
HI = {"role": "user", "content": "hi"}
HELLO = {"role": "assistant", "content": "hello"}


def _used(*ids: str, **more: Any) -> JsonObject:
    blocks = [{"type": "tool_use", "id": id_, "name": "add", "input": {}, **more} for id_ in ids]
    return {"role": "assistant", "content": blocks}


def _result(id_: str, **more: Any) -> JsonObject:
    return {"type": "tool_result", "tool_use_id": id_, "content": "done", **more}


def _user(*blocks: JsonObject) -> JsonObject:
    return {"role": "user", "content": list(blocks)}


def _text(text: str, **more: Any) -> JsonObject:
    return {"type": "text", "text": text, **more}


def _tool(**changes: Any) -> list[JsonObject]:
    return [{**TOOL, **changes}]


CACHED = {"cache_control": {"type": "ephemeral"}}
GOOD: JsonObject = {
    "model": "claude-haiku-5-5",
    "max_tokens": 10,
    "system": "Be short.",
    "tools": [TOOL],
    "tool_choice": {"type": "auto"},
    "messages": [
        _user(_text("hi"), _text("there", **CACHED)),
        _used("a", "b", caller={"type": "direct"}),
        _user(_result("b", is_error=True), _result("a"), _text("and now?")),
        HELLO,
        HI,
        HI,
    ],
    **CACHED,
}


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn() as started:
        yield started


def _post(standin: StandIn, body: Any, headers: dict[str, str] = HEADERS) -> httpx2.Response:
    return httpx2.post(f"{standin.url}/v1/messages", json=body, headers=headers)


def test_a_request_that_keeps_the_rules_is_answered(standin: StandIn) -> None:
    standin.script(say("Hello."))
    answer = _post(standin, GOOD)
    assert answer.status_code == 200, answer.text
    assert answer.json()["content"] == [{"type": "text", "text": "Hello."}]
    assert (standin.requests, standin.refused, standin.left) == ([GOOD], [], 0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": None}, "model: Input should be a valid string"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"temperature": 1}, "temperature: Extra inputs are not permitted"),
        ({"system": " "}, "system: text content blocks"),
        ({"system": [_text("")]}, "text content blocks must be non-empty"),
        ({"cache_control": {"type": "forever"}}, "cache_control.type"),
        ({"cache_control": {"type": "ephemeral", "ttl": "1d"}}, "cache_control.ttl"),
        ({"messages": [_user(*[_text("x", **CACHED)] * 4)]}, "A maximum of 4 blocks"),
        ({"tools": _tool(name="add task")}, "tools.0.custom.name: String should match pattern"),
        ({"tools": _tool(name="x" * 65)}, "tools.0.custom.name: String should match pattern"),
        ({"tools": _tool(user="me")}, "tools.0.custom.user: Extra inputs"),
        ({"tools": _tool(input_schema={})}, "input_schema.type: Field required"),
        ({"tools": _tool(input_schema={"type": "string"})}, "Input should be 'object'"),
        ({"tools": _tool(input_schema={"type": "object", "anyOf": []})}, "top level"),
        ({"tools": _tool(input_schema={"type": "object", "required": "x"})}, "schema is invalid"),
        ({"tools": [TOOL, TOOL]}, "Tool names must be unique"),
        ({"tools": []}, "only be specified while providing tools"),
        ({"tool_choice": {"type": "sometimes"}}, "tool_choice.type"),
        ({"tool_choice": {"type": "none", "name": "add"}}, "tool_choice.none.name: Extra"),
        ({"tool_choice": {"type": "tool", "name": "sub"}}, "not found in provided tools"),
        ({"messages": []}, "at least one message"),
        ({"messages": [HELLO, HI]}, 'first message must use the "user" role'),
        ({"messages": [HI, HELLO]}, "must end with a user message"),
        ({"messages": [{"role": "system", "content": "x"}, HI]}, "messages.0.role"),
        ({"messages": [{**HI, "name": "me"}]}, "messages.0.name: Extra inputs"),
        ({"messages": [_user()]}, "must have non-empty content"),
        ({"messages": [_user(_text(""))]}, "must be non-empty"),
        ({"messages": [_user(_text(" \n"))]}, "must contain non-whitespace text"),
        ({"messages": [_user(_text("x", id=1))]}, "content.0.text.id: Extra inputs"),
        ({"messages": [_user({"type": "taskflow_memory"})]}, "Input tag 'taskflow_memory'"),
        ({"messages": [_user(*_used("a")["content"])]}, "can not be in `user` messages"),
        ({"messages": [HI, _used("a"), HI]}, "without `tool_result` blocks immediately after: a"),
        (
            {"messages": [HI, _used("a", "b"), _user(_result("a"))]},
            "without `tool_result` blocks immediately after: b",
        ),
        (
            {"messages": [HI, _used("a"), _user(_text("first"), _result("a"))]},
            "without `tool_result` blocks immediately after: a",
        ),
        ({"messages": [HI, HELLO, _user(_result("a"))]}, "unexpected `tool_use_id`"),
        ({"messages": [_user(_result("a"))]}, "unexpected `tool_use_id`"),
        ({"messages": [HI, _used("a", "a"), _user(_result("a"))]}, "ids must be unique"),
        ({"messages": [HI, _used("a"), _user(_result("a"), _result("a"))]}, "a single result"),
        ({"messages": [HI, _used("a b"), _user(_result("a b"))]}, "id: String should match"),
        ({"messages": [HI, _used("a", index=0), _user(_result("a"))]}, "index: Extra inputs"),
        ({"messages": [HI, _used("a", input="{}"), _user(_result("a"))]}, "valid dictionary"),
        (
            {"messages": [HI, _used("a"), _user(_result("a", is_error=True, content=""))]},
            "content cannot be empty if `is_error` is true",
        ),
        ({"messages": [HI, _used("a"), _user(_result("a", content={}))]}, "valid list"),
        (
            {"messages": [HI, {"role": "assistant", "content": [think("?")]}, HI]},
            "Invalid `signature`",
        ),
    ],
)
def test_a_request_that_breaks_a_rule_is_refused(
    standin: StandIn, changes: JsonObject, message: str
) -> None:
    standin.script(say("not to be said"))
    answer = _post(standin, {**GOOD, **changes})
    assert answer.status_code == 400, answer.text
    assert list(answer.json()) == ["type", "error", "request_id"]
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert message in answer.json()["error"]["message"]
    assert (standin.requests, standin.left) == ([], 1)


@pytest.mark.parametrize("name", ["model", "max_tokens", "messages"])
def test_what_is_required_has_to_be_there(standin: StandIn, name: str) -> None:
    body = {key: value for key, value in GOOD.items() if key != name}
    assert _post(standin, body).json()["error"]["message"] == f"{name}: Field required"


@pytest.mark.parametrize(
    ("headers", "status", "message"),
    [
        ({"authorization": ""}, 401, "x-api-key header is required"),
        ({"authorization": "Bearer other"}, 401, "invalid x-api-key"),
        ({"authorization": "", "x-api-key": "other"}, 401, "invalid x-api-key"),
        ({"anthropic-version": ""}, 400, "anthropic-version: header is required"),
        ({"anthropic-version": "2020-01-01"}, 400, "not a valid version"),
        ({"content-type": "text/plain"}, 400, "content-type"),
        ({"authorization": "", "x-api-key": KEY}, 200, ""),
    ],
)
def test_the_head_is_held_against_the_rules(
    standin: StandIn, headers: dict[str, str], status: int, message: str
) -> None:
    standin.script(say("Hello."))
    answer = _post(standin, GOOD, {**HEADERS, **headers})
    assert answer.status_code == status
    assert message in answer.text


def test_what_is_not_there_is_not_found(standin: StandIn) -> None:
    assert _post(standin, {**GOOD, "model": "claude-2"}).json()["error"] == {
        "type": "not_found_error",
        "message": "model: claude-2",
    }
    assert httpx2.post(f"{standin.url}/v1/complete", json=GOOD).status_code == 404


def test_thinking_has_to_come_back_as_it_was(standin: StandIn) -> None:
    reply = use(think("Milk?"), call("add"))
    standin.script(reply, say("Done."))
    assert _post(standin, {**GOOD, "messages": [HI]}).status_code == 200
    thought, used = reply.content

    def go_on(*content: JsonObject) -> httpx2.Response:
        spoken = {"role": "assistant", "content": list(content)}
        return _post(standin, {**GOOD, "messages": [HI, spoken, _user(_result(used["id"]))]})

    assert "cannot be modified" in go_on(used).json()["error"]["message"]
    changed = go_on({**thought, "thinking": "Beer?"}, used)
    assert "Invalid `signature`" in changed.json()["error"]["message"]
    assert go_on(thought, used).status_code == 200


def test_a_request_that_no_reply_was_written_for_is_refused(standin: StandIn) -> None:
    assert "no reply left" in _post(standin, GOOD).text
