"""Sequences of calls, made up by chance."""

from hypothesis import strategies as st

from taskflow_deploy.verifier.fuzz import bodies, heads
from taskflow_deploy.verifier.fuzz.api import FuzzedApi
from taskflow_deploy.verifier.fuzz.calls import Call
from taskflow_deploy.verifier.fuzz.chance import Chance
from taskflow_deploy.verifier.fuzz.openapi import Operation

ODD = "other methods and addresses"
"""The row of calls that the document does not know."""

_PLACES = 14
_USUAL_WEIGHT = 10


@st.composite
def sequences(draw: st.DrawFn, api: FuzzedApi, words: frozenset[str]) -> list[Call]:
    """Draw a short sequence of calls.

    Parameters
    ----------
    words
        What both systems were given.
    """
    # Each place is filled or not: a list of any length would be harder to make shorter.
    return [call for _ in range(_PLACES) for call in draw(_place(api, words))]


@st.composite
def _place(draw: st.DrawFn, api: FuzzedApi, words: frozenset[str]) -> list[Call]:
    """Draw nothing, or a call: it may come twice, and what it needs may come before it."""
    chance = Chance(draw)
    if not chance.rarely(2):
        return []
    operation = chance.weighted(
        *((one, api.weights.get(one.name, _USUAL_WEIGHT)) for one in api.operations)
    )
    needed = api.before.get(operation.name)
    before = next((one for one in api.operations if one.name == needed), None)
    first = [_call(chance, api, before, words)] if before and chance.rarely(2) else []
    call = _call(chance, api, operation, words)
    return [*first, call, call] if chance.rarely(10) else [*first, call]


def _call(chance: Chance, api: FuzzedApi, operation: Operation, words: frozenset[str]) -> Call:
    method, path = operation.method, heads.path
    kind = chance.weighted(("plain", 36), ("method", 1), ("path", 1), ("preflight", 1))
    match kind:
        case "preflight":
            headers = heads.preflight(chance, words)
            return Call(ODD, "OPTIONS", path(chance, api, operation), tuple(headers))
        case "method":
            method = chance.one([one for one in heads.METHODS if one != method])
        case "path":
            path = heads.odd_path
    asked = path(chance, api, operation)
    headers = heads.credentials(chance, api, operation) + heads.parameters(chance, api, operation)
    body = None
    if not chance.rarely(24) if operation.body is not None else chance.rarely(24):
        body = bodies.body(chance, api, operation)
        headers += heads.content_type(chance)
    headers += heads.others(chance, words)
    row = operation.name if kind == "plain" else ODD
    return Call(row, method, asked, tuple(headers), body, api.tells.get(operation.name, ()))
