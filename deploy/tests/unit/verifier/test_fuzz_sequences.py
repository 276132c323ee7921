"""What is made up: enough of everything, nothing that locks the accounts out, lines that fit."""

import base64
import json
import re
import subprocess
from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import pairwise

from hypothesis import HealthCheck, Phase, given, settings

from taskflow_deploy.verifier.answers import Answer
from taskflow_deploy.verifier.fuzz import openapi, shell, uniform
from taskflow_deploy.verifier.fuzz.asking import Side
from taskflow_deploy.verifier.fuzz.calls import Call, Kept, Latest, Template, Word, joined
from taskflow_deploy.verifier.fuzz.sequences import ODD, sequences
from taskflow_deploy.verifier.fuzz.session import filled
from taskflow_deploy.verifier.http import Http
from taskflow_deploy.verifier.verify import Subject
from tests.unit.verifier.twins import taskflow

_WORDS = {"run": "aaaaaaaaaa", "sequence": "bbbbbbbbbb", "origin": "http://o"}
_TOLD = b'{"token":"t-1"}'


@cache
def _drawn() -> tuple[list[Call], ...]:
    found: list[list[Call]] = []
    test = given(sequences(taskflow(), frozenset(_WORDS)))(_into(found))
    with uniform.source("a seed") as backend:
        settings(max_examples=250, database=None, deadline=None, phases=[Phase.generate],
                 suppress_health_check=list(HealthCheck), backend=backend)(test)()  # fmt: skip
    return tuple(found)


def _into(found: list[list[Call]]) -> Callable[[list[Call]], None]:
    def keep(calls: list[Call]) -> None:  # Hypothesis takes functions of Python alone
        found.append(calls)

    return keep


def _calls() -> list[Call]:
    return [call for sequence in _drawn() for call in sequence]


def _text(template: Template | None) -> str:
    return "".join(part if isinstance(part, str) else f"⟨{part}⟩" for part in template or ())


def test_every_operation_is_asked_and_something_beside_them() -> None:
    rows = Counter(call.row for call in _calls())
    assert set(rows) == {one.name for one in taskflow().operations} | {ODD}
    assert rows["POST /api/v1/tasks"] > rows["POST /api/v1/auth/signup"]
    methods = Counter(call.method for call in _calls() if call.row == ODD)
    assert {"HEAD", "OPTIONS", "PATCH", "TRACE", "BREW"} <= set(methods)


def test_bodies_are_right_and_wrong_in_every_way() -> None:
    asked = [call for call in _calls() if call.row.endswith(("T /api/v1/tasks", "{task_id}"))]
    bodies = [_text(call.body) for call in asked if call.body]
    for sign in ("NaN", "1e400", "\\ud800", "\\u0000", "\udcff", "\ufeff", "\x00", "[" * 3_000,
                 "שלום", "\U0001f600", "e\u0301", "x" * 5_001, '"TITLE"', '"extra"',
                 '"title":null', ':1.0', ':1e0'):  # fmt: skip
        assert any(sign in body for body in bodies), sign
    assert any(body.count('"title"') == 2 for body in bodies)
    right = [body for body in bodies if _is_object(body)]
    assert len(right) > len(bodies) / 2


def test_headers_come_twice_and_are_missing() -> None:
    names = [[name.lower() for name, _ in call.headers] for call in _calls()]
    assert any(one.count("authorization") == 2 for one in names)
    assert any(
        "content-type" not in one and call.body for one, call in zip(names, _calls(), strict=True)
    )
    keys = [value for call in _calls() for name, value in call.headers if name == "Idempotency-Key"]
    # Else a key of one sequence would be known to the next.
    assert all(not _text(key) or Word("sequence") in key for key in keys)
    origins = [value for call in _calls() for name, value in call.headers if name == "Origin"]
    assert (Word("origin"),) in origins


def test_no_call_ends_the_login_of_an_account_that_all_sequences_share() -> None:
    api = taskflow()
    ending = [call for call in _calls() if call.row in api.ending]
    assert len(ending) > 20
    for call in ending:
        told = {hole.name for hole in call.holes if isinstance(hole, Latest)}
        assert not told & set(api.users)
    # The mark of the run is in the accounts' emails and passwords.
    rows = {call.row for call in _calls() if Word("run") in (call.body or ())}
    assert rows <= {"POST /api/v1/auth/login", ODD}


def test_a_call_is_asked_twice_and_after_what_it_needs() -> None:
    pairs = [pair for one in _drawn() for pair in pairwise(one)]
    assert any(one is other and one.row == "POST /api/v1/tasks" for one, other in pairs)
    rows = Counter((one.row, other.row) for one, other in pairs)
    assert rows["POST /api/v1/auth/signup", "DELETE /api/v1/auth/me"] > 0


def test_lines_for_a_shell_ask_the_same() -> None:
    """Bash is asked for the words that curl would get, and they are those of the request."""
    side = Side(
        "reference", Subject(lambda: Http("http://h"), "http://h"), dict(_WORDS), Http("http://h")
    )
    side.replies = [Answer(201, (), _TOLD, 0.0, 0.0)]
    bodies = [("a%d\\\x00é'\udcff", Word("run"), "\n$x`"), ("-n", "'" * 90, "\x01%" * 50, "\\")]
    hard = [Call("", "POST", ("/",), (("A", ("'\"$`\\",)),), body) for body in bodies]
    calls = hard + [_settled(call) for call in _calls()[:400]]
    script = [
        "curl() { for word; do case $word in",
        '@/dev/fd/*) printf \'base64 %s\\0\' "$(base64 -w0 "${word#@}")";;',
        "*) printf '%s\\0' \"$word\";; esac; done; printf '\\n\\0'; }",
        *(f"{name}={value}" for name, value in _WORDS.items()),
        "answer1_token=t-1",
        *(list(shell.lines([calls[0], call], 1, "http://h", {}))[-1] for call in calls),
    ]
    done = subprocess.run(["bash", "-euc", "\n".join(script)], capture_output=True, check=True)
    asked = done.stdout.split(b"\n\0")[:-1]
    assert len(asked) == len(calls)
    for call, line in zip(calls, asked, strict=True):
        words = [_plain(word) for word in line.split(b"\0")]
        request = filled(call, side)
        assert f"http://h{request.path}".encode() in words
        assert call.method.encode() in words or (call.method == "HEAD" and b"--head" in words)
        for name, value in request.headers.items():
            shown = f"{name}: {value}" if value else f"{name};"
            assert shown.lower().encode() in [word.lower() for word in words], shown
        if request.body is not None:
            assert request.body in words


def test_lines_sign_up_only_whom_they_need() -> None:
    signups = [
        Call("s", "POST", ("/s",), (), (f'"{name}-', Word("run"), '"')) for name in ("a", "b")
    ]
    asked = Call("m", "GET", ("/m/", Kept(1, "[0].user.id", is_upper=True)))
    lines = list(
        shell.lines([*signups, asked], 2, "http://h", {"run": "abcdefghij", "origin": "x"})
    )
    assert len(lines) == 4
    assert lines[0].startswith("run=$(head")
    assert lines[1].startswith("answer2=$(curl -gsi -X POST")
    assert lines[2].startswith("answer2_0_user_id=$(tail")
    assert lines[3] == 'curl -gsi -X GET --path-as-is http://h/m/"${answer2_0_user_id^^}"'


def test_an_openapi_document_is_read_with_all_it_refers_to() -> None:
    document = {
        "paths": {"/a/{id}": {
            "parameters": [{"name": "id", "in": "path", "schema": {"$ref": "#/x~1y/id"}}],
            "summary": "x",
            "put": {"security": [{}], "requestBody": {"content": {"application/json": {
                "schema": {"$ref": "#/x~1y/node"}}}}},
        }},
        "x/y": {"id": {"type": "string"},
                "node": {"type": "object", "properties": {"next": {"$ref": "#/x~1y/node"}}}},
    }  # fmt: skip
    (operation,) = openapi.read(document)
    assert (operation.name, operation.is_secured) == ("PUT /a/{id}", True)
    assert operation.parameters[0].schema == {"type": "string"}
    assert operation.body is not None
    assert operation.body["properties"]["next"]["properties"]["next"]["type"] == "object"


def test_templates_are_joined() -> None:
    assert joined("a", "", ("b", Word("w"), "c"), "d", Word("w")) == (
        "ab",
        Word("w"),
        "cd",
        Word("w"),
    )


def _settled(call: Call) -> Call:
    def known(template: Template) -> Template:
        return tuple(Kept(0, "token") if isinstance(part, Latest) else part for part in template)

    headers = tuple((name, known(value)) for name, value in call.headers)
    body = None if call.body is None else known(call.body)
    return Call(call.row, call.method, known(call.path), headers, body)


def _plain(word: bytes) -> bytes:
    kind, _, raw = word.partition(b" ")
    return base64.b64decode(raw) if kind == b"base64" else word


def _is_object(body: str) -> bool:
    try:
        return isinstance(json.loads(re.sub("⟨[^⟩]*⟩", "x", body)), dict)
    except (ValueError, RecursionError):
        return False
