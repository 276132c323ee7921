"""The rules for the messages of a request."""

import re
from typing import Any

from tests.standin.rules import (
    JsonObject,
    RefusedError,
    as_list,
    as_object,
    as_text,
    check_cache_control,
    check_keys,
    check_text,
    check_text_block,
    require,
)

_ID = re.compile(r"[a-zA-Z0-9_-]+")
_BY_ROLE = {
    "user": {"text", "tool_result"},
    "assistant": {"text", "tool_use", "thinking", "redacted_thinking"},
}
_THINKING = {"thinking", "redacted_thinking"}


def check_messages(messages: Any, sent: list[list[JsonObject]]) -> None:
    """Check a conversation, given the content of all that the stand-in sent so far."""
    turns = _merged([_read(message, n) for n, message in enumerate(as_list(messages, "messages"))])
    require(turns, "messages: at least one message is required")
    require(turns[0][0] == "user", 'messages: first message must use the "user" role')
    require(
        turns[-1][0] == "user",
        "This model does not support assistant message prefill. The conversation must end with a "
        "user message.",
    )
    _check_unique_calls(turns)
    for number, (role, blocks) in enumerate(turns):
        if role == "assistant":
            _check_answered(blocks, turns[number + 1][1], number)
        else:
            _check_expected(blocks, turns[number - 1][1] if number else [], number)
    _check_signatures(turns, sent)
    if len(turns) > 1:
        _check_thinking(turns[-2][1], sent)


def _read(message: object, number: int) -> tuple[str, list[JsonObject]]:
    place = f"messages.{number}"
    given = as_object(message, place)
    check_keys(given, f"{place}.", required=["role", "content"])
    role = given["role"]
    require(role in _BY_ROLE, f"{place}.role: Input should be 'user' or 'assistant'")
    content = given["content"]
    if isinstance(content, str):
        check_text(content)
        return role, [{"type": "text", "text": content}]
    blocks = [
        as_object(block, f"{place}.content.{position}")
        for position, block in enumerate(as_list(content, f"{place}.content"))
    ]
    require(
        blocks,
        f"{place}: all messages must have non-empty content except for the optional final "
        "assistant message",
    )
    for position, block in enumerate(blocks):
        _check_block(block, role, f"{place}.content.{position}")
    return role, blocks


def _merged(messages: list[tuple[str, list[JsonObject]]]) -> list[tuple[str, list[JsonObject]]]:
    """Return the turns: messages of one role that follow each other are taken as one."""
    turns: list[tuple[str, list[JsonObject]]] = []
    for role, blocks in messages:
        if turns and turns[-1][0] == role:
            turns[-1] = (role, [*turns[-1][1], *blocks])
        else:
            turns.append((role, blocks))
    return turns


def _check_block(block: JsonObject, role: str, place: str) -> None:
    kind = block.get("type")
    known = _BY_ROLE["user"] | _BY_ROLE["assistant"]
    require(kind in known, f"{place}: Input tag '{kind}' found using 'type' does not match any tag")
    require(kind in _BY_ROLE[role], f"{place}: `{kind}` blocks can not be in `{role}` messages")
    match kind:
        case "text":
            check_text_block(block, place)
        case "tool_use":
            _check_tool_use(block, f"{place}.tool_use.")
        case "tool_result":
            _check_tool_result(block, f"{place}.tool_result.")
        case "thinking":
            check_keys(block, f"{place}.thinking.", required=["type", "thinking", "signature"])
        case _:
            check_keys(block, f"{place}.redacted_thinking.", required=["type", "data"])


def _check_tool_use(block: JsonObject, place: str) -> None:
    check_keys(
        block,
        place,
        required=["type", "id", "name", "input"],
        optional=["cache_control", "caller"],
    )
    _check_id(block["id"], f"{place}id")
    require(as_text(block["name"], f"{place}name"), f"{place}name: String should have characters")
    as_object(block["input"], f"{place}input")
    if "caller" in block:
        require(block["caller"] == {"type": "direct"}, f"{place}caller: Input should be direct")
    check_cache_control(block, place)


def _check_tool_result(block: JsonObject, place: str) -> None:
    check_keys(
        block,
        place,
        required=["type", "tool_use_id"],
        optional=["content", "is_error", "cache_control"],
    )
    _check_id(block["tool_use_id"], f"{place}tool_use_id")
    require(
        isinstance(block.get("is_error", False), bool),
        f"{place}is_error: Input should be a valid boolean",
    )
    content = block.get("content", "")
    if not isinstance(content, str):
        for position, given in enumerate(as_list(content, f"{place}content")):
            part = as_object(given, f"{place}content.{position}")
            require(part.get("type") == "text", f"{place}content: only text is known")
            check_text_block(part, f"{place}content.{position}")
    if block.get("is_error"):
        require(content, f"{place}content: content cannot be empty if `is_error` is true")
    check_cache_control(block, place)


def _check_id(value: object, place: str) -> None:
    require(
        _ID.fullmatch(as_text(value, place)),
        f"{place}: String should match pattern '^{_ID.pattern}$'",
    )


def _check_unique_calls(turns: list[tuple[str, list[JsonObject]]]) -> None:
    seen: set[str] = set()
    for number, (_, blocks) in enumerate(turns):
        for position, id_ in enumerate(_ids(blocks, "tool_use", "id")):
            unique = f"messages.{number}.content.{position}: `tool_use` ids must be unique"
            require(id_ not in seen, unique)
            seen.add(id_)


def _check_answered(blocks: list[JsonObject], following: list[JsonObject], number: int) -> None:
    """Check that all calls have their results at the beginning of the next message."""
    calls = _ids(blocks, "tool_use", "id")
    leading: list[JsonObject] = []
    for block in following:
        if block["type"] != "tool_result":
            break
        leading.append(block)
    answered = _ids(leading, "tool_result", "tool_use_id")
    missing = [id_ for id_ in calls if id_ not in answered]
    require(
        not missing,
        f"messages.{number}: `tool_use` ids were found without `tool_result` blocks immediately "
        f"after: {', '.join(missing)}. Each `tool_use` block must have a corresponding "
        "`tool_result` block in the next message.",
    )


def _check_expected(blocks: list[JsonObject], before: list[JsonObject], number: int) -> None:
    """Check that all results belong to a call of the message before, one to each."""
    calls = _ids(before, "tool_use", "id")
    results = _ids(blocks, "tool_result", "tool_use_id")
    for id_ in results:
        if id_ not in calls:
            raise RefusedError(
                f"messages.{number}.content.0: unexpected `tool_use_id` found in `tool_result` "
                f"blocks: {id_}. Each `tool_result` block must have a corresponding `tool_use` "
                "block in the previous message."
            )
    require(
        len(results) == len(set(results)),
        f"messages.{number}.content: each tool_use must have a single result",
    )


def _check_signatures(turns: list[tuple[str, list[JsonObject]]], sent: Any) -> None:
    """Check that all thinking is our own: it is signed."""
    own = [block for content in sent for block in _thinking(content)]
    for number, (_, blocks) in enumerate(turns):
        for block in _thinking(blocks):
            require(
                block in own, f"messages.{number}: Invalid `signature` in `{block['type']}` block"
            )


def _check_thinking(latest: list[JsonObject], sent: list[list[JsonObject]]) -> None:
    """Check that what was thought before the last tool calls came back as it was."""
    calls = _ids(latest, "tool_use", "id")
    for content in sent:
        if not set(calls).isdisjoint(_ids(content, "tool_use", "id")):
            require(
                _thinking(latest) == _thinking(content),
                "`thinking` or `redacted_thinking` blocks in the latest assistant message cannot "
                "be modified. These blocks must remain as they were in the original response.",
            )


def _thinking(blocks: list[JsonObject]) -> list[JsonObject]:
    return [block for block in blocks if block["type"] in _THINKING]


def _ids(blocks: list[JsonObject], kind: str, key: str) -> list[str]:
    return [block[key] for block in blocks if block["type"] == kind]
