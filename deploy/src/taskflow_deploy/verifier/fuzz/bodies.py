"""JSON bodies: as a schema wants them, beside it, and what is no JSON at all."""

import json
import re
from collections.abc import Iterable
from typing import Any

from taskflow_deploy.verifier.fuzz import texts
from taskflow_deploy.verifier.fuzz.api import FuzzedApi
from taskflow_deploy.verifier.fuzz.calls import Template, joined
from taskflow_deploy.verifier.fuzz.chance import Chance
from taskflow_deploy.verifier.fuzz.openapi import Operation, Schema

Members = list[tuple[str, Template]]
"""The keys of an object, each with its value as JSON; a key may come twice."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_DEEP = 3_000
# A value of every type, and the spellings of one number.
_VALUES = (
    "null", "true", "false", "0", "1", "1.0", "1e0", "-1", "-0", "1.5", "1e400", "1E-400",
    "9007199254740993", "9" * 400, '""', '"true"', '"1"', "[]", "{}", '["a"]', '{"a":"b"}',
    "[null]",
)  # fmt: skip
# Not JSON, although some programs take it for that.
_NO_VALUES = ("NaN", "Infinity", "-Infinity", "01", "+1", ".5", "1.", "0x1", "'a'", "undefined", "")
_KEYS = ("extra", "id", "", "__proto__", "constructor", "é", "\x00", "$ref", "user_id", "a.b")
_BODIES = (
    "", " ", "null", "[]", "{}", "1", '"a"', "[{}]", "{", "}", "nul", "\ufeff{}", "{}{}", "{} x",
    "[" * 100 + "]" * 100, "[" * _DEEP, "[" * _DEEP + "]" * _DEEP,
    '{"a":' * _DEEP + "1" + "}" * _DEEP, "a=b", "<a/>", "\x00", "\udcff", "\udcc3(",
    '{"a":"\udced\udca0\udc80"}', "{}\x00",
)  # fmt: skip
_SEPARATORS = ((",", ":"), (", ", ": "), (" ,\n\t", "\r\n: "))


def body(chance: Chance, api: FuzzedApi, operation: Operation) -> Template:
    """Return the body of a request."""
    schema = operation.body or {}
    match chance.weighted(("plain", 18), ("beside", 4), ("damaged", 2), ("odd", 1)):
        case "plain":
            return _plain(chance, api, operation, schema)
        case "beside":
            return _written(_beside(chance, _members(chance, api, operation, schema)))
        case "damaged":
            return _damaged(chance, _plain(chance, api, operation, schema))
    return joined(chance.one(_BODIES))


def string(parts: Template, *, is_ascii: bool = False) -> Template:
    """Return a text as JSON writes it; what stands in its holes is taken to need no escape."""
    inner = (_escaped(part, is_ascii) if isinstance(part, str) else part for part in parts)
    return joined('"', *inner, '"')


def _escaped(text: str, is_ascii: bool) -> str:
    whole = json.dumps(text, ensure_ascii=is_ascii)[1:-1]
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", whole)


def _plain(chance: Chance, api: FuzzedApi, operation: Operation, schema: Schema) -> Template:
    right = api.bodies.get(operation.name)
    if right and not chance.rarely(3):
        return chance.one(right)
    if not _properties(schema):
        return _value(chance, api, operation, "", schema)
    members = _members(chance, api, operation, schema)
    return _written(members, chance.weighted(*zip(_SEPARATORS, (8, 1, 1), strict=True)))


def _members(chance: Chance, api: FuzzedApi, operation: Operation, schema: Schema) -> Members:
    """Return an object that has what has to be there, and perhaps more."""
    needed = set(schema.get("required", ()))
    examples = [one for one in schema.get("examples", ()) if isinstance(one, dict)]
    members = []
    for name, one in _properties(schema).items():
        if name in needed or chance.rarely(2):
            told = [example[name] for example in examples if isinstance(example.get(name), str)]
            members.append((name, _value(chance, api, operation, name, one, told)))
    return members


def _value(
    chance: Chance, api: FuzzedApi, operation: Operation, name: str, schema: Schema,
    examples: Iterable[str] = (),
) -> Template:  # fmt: skip
    """Return a value that fits a schema, as JSON; the patterns of texts are not looked at."""
    variants = schema.get("anyOf") or schema.get("oneOf")
    if variants:
        weights = (6, *(1 for _ in variants[1:]))
        one = chance.weighted(*zip(variants, weights, strict=True))
        return _value(chance, api, operation, name, one, examples)
    match schema.get("type"):
        case "string":
            found = texts.text(chance, api, operation, name, schema, examples)
            return string(found, is_ascii=chance.rarely(3))
        case "boolean":
            return (chance.one(("true", "false")),)
        case "null":
            return ("null",)
        case "integer":
            return (str(chance.below(1_000)),)
        case "number":
            return (str(chance.below(1_000) / 8),)
        case "array":
            items = [_value(chance, api, operation, name, schema.get("items", {}))
                     for _ in range(chance.below(4))]  # fmt: skip
            return joined("[", *_between(items, ","), "]")
        case "object":
            return _written(_members(chance, api, operation, schema))
    return (chance.one(_VALUES),)


def _beside(chance: Chance, members: Members) -> Members:
    """Return an object that has one thing wrong."""
    odd: Template = (chance.one(_NO_VALUES if chance.rarely(5) else _VALUES),)
    kind = chance.one(("type", "missing", "twice", "case", "extra"))
    if kind == "extra" or not members:
        return [*members, (chance.one(_KEYS), odd)]
    at = chance.below(len(members))
    name, value = members[at]
    changed = {
        "type": [(name, odd)],
        "missing": [],
        "case": [(name.swapcase(), value)],
        "twice": [(name, odd), (name, value)] if chance.rarely(2) else [(name, value), (name, odd)],
    }
    return [*members[:at], *changed[kind], *members[at + 1 :]]


def _damaged(chance: Chance, plain: Template) -> Template:
    """Return a body of which something is lost, or to which something was added."""
    parts = [one for part in plain for one in (part if isinstance(part, str) else (part,))]
    at = chance.below(len(parts) + 1)
    match chance.one(("cut", "comma", "mark", "bytes", "comment", "quotes", "wide")):
        case "cut":
            return joined(*parts[:at])
        case "comma":
            return joined(*parts[:-1], ",", *parts[-1:])
        case "mark":
            return joined("\ufeff", *parts)
        case "bytes":
            return joined(*parts[:at], "\udcff", *parts[at:])
        case "comment":
            return joined(*parts, "// the end")
        case "quotes":
            return joined(*("'" if part == '"' else part for part in parts))
    # Two bytes for each character, as some editors save a text.
    return joined(*(f"{part}\x00" if isinstance(part, str) else part for part in parts))


def _properties(schema: Schema) -> dict[str, Any]:
    """Return the properties of an object, or of the first variant that is one."""
    variants = [schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return next((dict(one["properties"]) for one in variants if "properties" in one), {})


def _written(members: Members, separators: tuple[str, str] = _SEPARATORS[0]) -> Template:
    comma, colon = separators
    pairs = [joined(string((name,)), colon, value) for name, value in members]
    return joined("{", *_between(pairs, comma), "}")


def _between(parts: list[Template], comma: str) -> list[Template]:
    return [one for part in parts for one in ((comma,), part)][1:]
