"""What may differ between two answers, and what may not."""

import json
from collections.abc import Sequence

import pytest

from taskflow_deploy.verifier import tokens
from taskflow_deploy.verifier.answers import Answer
from taskflow_deploy.verifier.fuzz.asking import Silence
from taskflow_deploy.verifier.fuzz.pairing import Common, Pairing

_KEYS = ("k" * 40, "l" * 40)
_ONE, _OTHER = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
_THIRD = "33333333-3333-4333-8333-333333333333"


def _pairing(keys: tuple[str | None, str | None] = _KEYS) -> Pairing:
    words = [
        {"run": "aaaaaaaaaa", "origin": "http://a"},
        {"run": "bbbbbbbbbb", "origin": "http://b"},
    ]
    return Pairing(words, Common(keys))


def _answer(body: str, status: int = 200, *headers: tuple[str, str], at: float = 0.0) -> Answer:
    raw = body.encode("utf-8", "surrogateescape")
    return Answer(status, (("content-type", "application/json"), *headers), raw, at, at)


def _told(pairing: Pairing, *pairs: tuple[str, str]) -> list[tuple[str, str] | None]:
    faults = [pairing.compare(_answer(one), _answer(other)) for one, other in pairs]
    return [None if fault is None else (fault.kind, fault.place) for fault in faults]


@pytest.mark.parametrize(
    "pairs",
    [
        [('{"a":1}', '{"a":1}'), ("", ""), ("no JSON", "no JSON")],
        [(f'{{"id":"{_ONE}"}}', f'{{"id":"{_OTHER}"}}'), (f'["{_ONE}"]', f'["{_OTHER}"]')],
        [(f'["{_ONE}","{_OTHER}"]', f'["{_OTHER}","{_ONE}"]')],
        [('{"mail":"x-aaaaaaaaaa@b"}', '{"mail":"x-bbbbbbbbbb@b"}'), ("http://a", "http://b")],
        [('"2026-01-02T03:04:05Z"', '"2026-01-02T03:04:08Z"')],
        [('"2020-01-01T00:00:00Z"', '"2020-01-01T00:00:00Z"')] * 2,
    ],
)
def test_what_fits_together(pairs: Sequence[tuple[str, str]]) -> None:
    assert set(_told(_pairing(), *pairs)) == {None}


@pytest.mark.parametrize(
    ("pairs", "fault"),
    [
        ([('{"a":1}', '{"a":2}')], ("bytes", "body.a")),
        ([('{"a":1}', '{"a":1 }')], ("bytes", "body.a")),
        ([('{"a":1,"b":2}', '{"a":1}')], ("bytes", "body.b")),
        ([('{"a":1}', '{"a":1,"b":2}')], ("bytes", "body.b")),
        ([('{"a":1,"b":2}', '{"b":2,"a":1}')], ("bytes", "body.a")),
        ([('{"a":[1]}', '{"a":null}')], ("bytes", "body.a")),
        ([('{"a":1}', '{"a":1,"a":1}')], ("bytes", "body.a")),
        ([("\udcff", "\udcfe")], ("bytes", "body, character 0")),
        # A new id on one side alone; one id for two; two for one.
        ([(f'["{_ONE}"]', f'["{_OTHER}"]'), (f'["{_ONE}"]', f'["{_THIRD}"]')],
         ("binding", "body[0]")),
        ([(f'["{_ONE}"]', f'["{_THIRD}"]'), (f'["{_OTHER}"]', f'["{_THIRD}"]')],
         ("binding", "body[0]")),
        ([(f'["{_ONE}","{_ONE}"]', f'["{_OTHER}","{_THIRD}"]')], ("binding", "body[1]")),
        ([(f'["{_ONE}"]', '["x"]')], ("bytes", "body[0]")),
        ([(f'["{_ONE}"]', f'["{_ONE[:14]}1{_ONE[15:]}"]')], ("type", "body[0]")),
        ([('"2026-01-02T03:04:05Z"', '"2026-01-02T03:04:05Z"'),
          ('"2026-01-02T03:04:05Z"', '"2026-01-02 03:04:05Z"')], ("type", "body")),
        ([('"2026-01-02T03:04:05Z"', '"2026-01-02T03:04:06Z"'),
          ('"2026-01-02T03:04:05Z"', '"2026-01-02T03:04:15Z"')], ("clock", "body")),
    ],
)  # fmt: skip
def test_what_does_not_fit(pairs: Sequence[tuple[str, str]], fault: tuple[str, str]) -> None:
    *before, last = _told(_pairing(), *pairs)
    assert set(before) <= {None}
    assert last == fault


def test_clocks_may_be_apart_but_not_drift() -> None:
    pairs = [("2026-01-02T03:04:05Z", "2026-01-02T05:04:05Z"),
             ("2026-01-02T03:05:05Z", "2026-01-02T05:05:07Z"),
             ("2026-01-02T03:06:05Z", "2026-01-02T05:07:05Z")]  # fmt: skip
    assert _told(_pairing(), *pairs) == [None, None, ("clock", "body, character 0")]


def test_who_had_to_wait_may_be_later_by_as_much() -> None:
    pairing = _pairing()
    assert pairing.compare(_answer("x"), _answer("x", at=60.0)) is None
    assert _told(pairing, ('"2026-01-02T03:04:05Z"', '"2026-01-02T03:04:06Z"'),
                 ('"2026-01-02T03:04:05Z"', '"2026-01-02T03:05:05Z"')) == [None, None]  # fmt: skip


def test_that_one_had_to_wait_excuses_only_its_own_sequence() -> None:
    base = _pairing()
    pair = ('"2026-01-02T03:04:05Z"', '"2026-01-02T03:05:05Z"')
    assert _told(base, ('"2026-01-02T03:04:05Z"', '"2026-01-02T03:04:06Z"')) == [None]
    one, next_one = base.copy(base.words), base.copy(base.words)
    assert one.compare(_answer("x"), _answer("x", at=60.0)) is None
    assert _told(one, pair) == [None]
    assert _told(next_one, pair) == [("clock", "body")]


def test_tokens_may_be_dated_back_as_often_as_one_user_got_some() -> None:
    def issue(pairing: Pairing, who: str, back: int) -> list[tuple[str, str] | None]:
        one = _token(_KEYS[0], sub=who, iat=2 * back, exp=3600 + 2 * back)
        return _told(pairing, (one, _token(_KEYS[1], sub=who, iat=back, exp=3600 + back)))

    pairing = _pairing()
    assert pairing.common.is_near(0.0, 0.0, 1.0)
    assert [issue(pairing, _ONE, back) for back in range(1, 9)] == [[None]] * 8
    assert issue(pairing, _OTHER, 9) == [("clock", "body")]


def test_neither_token_may_be_signed_by_a_stranger() -> None:
    pair = (_token("one stranger", sub=_ONE), _token("another", sub=_OTHER))
    assert _told(_pairing(), pair) == [("token", "body")]


def test_status_headers_and_silence() -> None:
    pairing, plain = _pairing(), _answer("x")
    fault = pairing.compare(plain, _answer("x", 201))
    assert fault is not None
    assert (fault.place, fault.expected, fault.found) == ("status", "200", "201")
    for one, other in (
        (plain, _answer("x", 200, ("a", "b"))),
        (_answer("x", 200, ("a", "c")), plain),
    ):
        fault = pairing.compare(one, other)
        assert fault is not None
        assert (fault.kind, fault.place) == ("header", "header a")
    twice = _answer("x", 200, ("a", "b"), ("a", "c"))
    assert pairing.compare(twice, twice) is None
    assert pairing.compare(twice, _answer("x", 200, ("a", "b"))) is not None
    hung_up, late = Silence("reset"), Silence("timed out", is_late=True)
    for pair, told in (((plain, hung_up), ("200", "none (reset)")),
                       ((late, hung_up), ("none (timed out)", "none (reset)"))):  # fmt: skip
        fault = pairing.compare(*pair)
        assert fault is not None
        assert (fault.kind, (fault.expected, fault.found)) == ("unanswered", told)
    assert pairing.compare(hung_up, Silence("closed")) is None


def test_a_length_is_told_only_where_nothing_else_is() -> None:
    short, long = (("content-length", "1"),), (("content-length", "2"),)
    fault = _pairing().compare(_answer("x", 200, *short), _answer("xy", 200, *long))
    assert fault is not None
    assert fault.place.startswith("body")
    fault = _pairing().compare(_answer("", 200, *short), _answer("", 200, *long))
    assert fault is not None
    assert fault.place == "header content-length"


def _token(key: str, **claims: object) -> str:
    return json.dumps(tokens.sign({"iat": 0, "exp": 3600, **claims}, key))


def test_tokens_are_compared_by_what_they_say() -> None:
    pairing = _pairing()
    fitting = (_token(_KEYS[0], sub=_ONE), _token(_KEYS[1], sub=_OTHER))
    assert _told(pairing, fitting, (f'"{_ONE}"', f'"{_OTHER}"')) == [None, None]
    assert _told(pairing, (f'"{_ONE}"', f'"{_THIRD}"')) == [("binding", "body")]


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        (_token(_KEYS[1], sub=_OTHER, role="admin"), "bytes"),
        (_token(_KEYS[1], sub="x"), "bytes"),
        (_token(_KEYS[0], sub=_OTHER), "token"),
        (_token("a key of nobody", sub=_OTHER), "token"),
        (_token(_KEYS[1], sub=_OTHER, exp=3601), "bytes"),
        (_token(_KEYS[1], sub=_OTHER, iat=-100, exp=3500), "clock"),
        ('"eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.x"', "token"),
    ],
)
def test_tokens_that_do_not_fit(other: str, kind: str) -> None:
    pairing = _pairing()
    assert pairing.common.is_near(0.0, 0.0, 1.0)
    assert _told(pairing, (_token(_KEYS[0], sub=_ONE), other)) == [(kind, "body")]


def test_without_keys_only_the_form_of_tokens_is_looked_at() -> None:
    pair = (_token(_KEYS[0], sub=_ONE), _token("another key", sub=_OTHER))
    assert _told(_pairing((None, None)), pair) == [None]


def test_no_token_is_told() -> None:
    fault = _pairing().compare(_answer(_token(_KEYS[0], sub=_ONE)), _answer('"nothing"'))
    assert fault is not None
    assert "eyJ" not in fault.expected
