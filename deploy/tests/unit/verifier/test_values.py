"""Which values differ from run to run, how they are written, and what is literal."""

import pytest

from taskflow_deploy.verifier import values
from taskflow_deploy.verifier.symbols import Symbol, is_free, split

_ID = "5b0c2f0e-3c0e-4a53-9d4e-0a4f1c1f5a11"
_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f'{{"id":"{_ID}"}}', ["uuid4"]),
        (_ID.replace("-4a53", "-1a53"), ["uuid1"]),
        (_ID.upper(), []),
        (f"x{_ID}", []),
        (f"{_ID}-1", []),
        ("a" * 32, ["hex32"]),
        ("a" * 33, []),
        (f"refresh_token={_TOKEN}; Path=/", ["token"]),
        ("2026-01-20T10:30:00Z", ["timeT.0Z"]),
        ("2026-01-20T10:30:00.123456+00:00", ["timeT.6+00:00"]),
        ("2026-01-20 10:30:00", ["time .0"]),
        ("2026-13-20T10:30:00Z", []),
        ("Fri, 27 Nov 2026 03:57:16 GMT", ["date"]),
        ("of ann-qwertyuiop@x", ["run"]),
        ("there are 2 tasks, 12:30", []),
    ],
)
def test_values_are_found_by_their_type(text: str, kinds: list[str]) -> None:
    assert [one.kind for one in values.find(text, {"run": "qwertyuiop"})] == kinds


def test_what_the_scenario_writes_down_is_literal() -> None:
    assert list(values.find(f"{_ID} {_TOKEN}", {}, {_ID})) != []
    assert list(values.find(f"{_ID} {_TOKEN}", {}, {_ID, _TOKEN})) == []


def test_a_moment_is_known_with_how_exact_it_is() -> None:
    [whole] = values.find("2026-01-20T10:30:00Z", {})
    [exact] = values.find("2026-01-20T11:30:00.250+01:00", {})
    assert (whole.instant, whole.resolution) == (1768905000.0, 1.0)
    assert (exact.instant, exact.resolution) == (1768905000.25, 0.001)


def test_six_zeros_may_be_left_out_and_nothing_else() -> None:
    assert values.alike("timeT.6Z", "timeT.0Z")
    assert not values.alike("timeT.0Z", "timeT.6Z")
    assert not values.alike("timeT.3Z", "timeT.0Z")
    assert not values.alike("timeT.6Z", "timeT.0+00:00")


def test_a_recorded_text_is_literals_and_symbols() -> None:
    text = f"a{Symbol('uuid4', 2)}{Symbol('run')}b"
    assert text == "a⟨uuid4#2⟩⟨run⟩b"
    assert list(split(text)) == ["a", Symbol("uuid4", 2), Symbol("run"), "b"]
    assert list(split("")) == []
    assert not is_free(text)
    assert is_free("<run>")
