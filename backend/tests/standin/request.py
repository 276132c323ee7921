"""The rules for a request's head and parameters."""

import json
import re
from collections.abc import Mapping

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import SchemaError  # type: ignore[import-untyped]

from tests.standin.rules import (
    JsonObject,
    RefusedError,
    as_list,
    as_object,
    as_text,
    check_cache_control,
    check_keys,
    check_text_block,
    require,
)

VERSIONS = {"2023-06-01", "2026-10-21"}
MODELS = {"claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5"}
_REQUIRED = ["model", "max_tokens", "messages"]
_OPTIONAL = [
    "cache_control", "container", "diagnostics", "inference_geo", "metadata", "output_config",
    "service_tier", "speed", "stop_sequences", "stream", "system", "thinking", "tool_choice",
    "tools",
]  # fmt: skip
_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_TOOL_OPTIONAL = ["description", "type", "cache_control", "strict", "input_examples"]
_CHOICES = {
    "auto": ["disable_parallel_tool_use"],
    "any": ["disable_parallel_tool_use"],
    "tool": ["name", "disable_parallel_tool_use"],
    "none": [],
}
_MOST_BREAKPOINTS = 4


def check_head(headers: Mapping[str, str], key: str) -> None:
    """Check who asks, in which version and in which form."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    given = headers.get("x-api-key") or (token if scheme == "Bearer" else "")
    if not given:
        raise RefusedError("x-api-key header is required", 401, "authentication_error")
    if given != key:
        raise RefusedError("invalid x-api-key", 401, "authentication_error")
    version = headers.get("anthropic-version")
    require(version, "anthropic-version: header is required")
    require(version in VERSIONS, f'anthropic-version: "{version}" is not a valid version')
    content_type = headers.get("content-type", "").partition(";")[0].strip()
    require(content_type == "application/json", "content-type: must be application/json")
    require("content-encoding" not in headers, "content-encoding: not supported")


def read_body(body: bytes) -> JsonObject:
    """Return a request's body."""
    try:
        text = body.decode()
        # It stands for half a character, which no JSON parser of the API takes.
        require(not re.search(r"\\ud[89a-f]", text, re.IGNORECASE), "no low surrogate in string")
        return as_object(json.loads(text), "body")
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise RefusedError(f"The request body is not valid JSON: {error}") from None


def check_parameters(body: JsonObject) -> None:
    """Check everything but the messages."""
    check_keys(body, "", required=_REQUIRED, optional=_OPTIONAL)
    model = as_text(body["model"], "model")
    if model not in MODELS:
        raise RefusedError(f"model: {model}", 404, "not_found_error")
    most = body["max_tokens"]
    require(type(most) is int, "max_tokens: Input should be a valid integer")
    require(most >= 1, "max_tokens: Input should be greater than or equal to 1")
    require(body.get("stream") in {None, False}, "stream: the stand-in does not stream")
    _check_system(body.get("system", "-"))
    tools = as_list(body.get("tools", []), "tools")
    for number, tool in enumerate(tools):
        _check_tool(as_object(tool, f"tools.{number}"), f"tools.{number}.custom.")
    names = [tool["name"] for tool in tools]
    require(len(names) == len(set(names)), "tools: Tool names must be unique.")
    if "tool_choice" in body:
        _check_tool_choice(as_object(body["tool_choice"], "tool_choice"), names)
    check_cache_control(body, "")
    points = _breakpoints(body)
    require(
        points <= _MOST_BREAKPOINTS,
        f"A maximum of 4 blocks with cache_control may be provided. Found {points}.",
    )


def _check_system(system: object) -> None:
    if isinstance(system, str):
        require(system.strip(), "system: text content blocks must be non-empty")
        return
    for number, given in enumerate(as_list(system, "system")):
        block = as_object(given, f"system.{number}")
        require(block.get("type") == "text", f"system.{number}.type: Input should be 'text'")
        check_text_block(block, f"system.{number}")


def _check_tool(tool: JsonObject, place: str) -> None:
    check_keys(tool, place, required=["name", "input_schema"], optional=_TOOL_OPTIONAL)
    require(tool.get("type", "custom") == "custom", f"{place}type: only custom tools are known")
    name = as_text(tool["name"], f"{place}name")
    require(
        _TOOL_NAME.fullmatch(name),
        f"{place}name: String should match pattern '^{_TOOL_NAME.pattern}$'",
    )
    as_text(tool.get("description", ""), f"{place}description")
    schema = as_object(tool["input_schema"], f"{place}input_schema")
    require("type" in schema, f"{place}input_schema.type: Field required")
    require(schema["type"] == "object", f"{place}input_schema.type: Input should be 'object'")
    for word in ("oneOf", "allOf", "anyOf"):
        require(
            word not in schema,
            f"{place}input_schema: input_schema does not support oneOf, allOf, or anyOf at the "
            "top level",
        )
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise RefusedError(
            f"{place}input_schema: JSON schema is invalid. It must match JSON Schema draft "
            f"2020-12: {error.message}"
        ) from None
    check_cache_control(tool, place)


def _check_tool_choice(choice: JsonObject, names: list[str]) -> None:
    require(names, "tool_choice: tool_choice may only be specified while providing tools")
    kind = choice.get("type")
    require(kind in _CHOICES, "tool_choice.type: Input should be 'auto', 'any', 'tool' or 'none'")
    check_keys(
        choice,
        f"tool_choice.{kind}.",
        required=["type", *(["name"] if kind == "tool" else [])],
        optional=_CHOICES[str(kind)],
    )
    if kind == "tool":
        name = choice["name"]
        require(name in names, f"tool_choice: Tool '{name}' not found in provided tools")


def _breakpoints(value: object) -> int:
    """Count where a cache breakpoint is set, anywhere but inside a tool's own data."""
    if isinstance(value, list):
        return sum(map(_breakpoints, value))
    if not isinstance(value, dict):
        return 0
    inner = [part for name, part in value.items() if name not in {"input", "input_schema"}]
    return (value.get("cache_control") is not None) + _breakpoints(inner)
