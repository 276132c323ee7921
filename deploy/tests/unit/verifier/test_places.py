"""Places of a JSON text are named as it is written."""

import json

import pytest

from taskflow_deploy.verifier import places


def test_every_value_has_a_path_and_its_own_text() -> None:
    text = '{"a": [1.0, "x\\"]", {"b": null}], "a": true, "": {}}'
    assert [(one.path, one.text) for one in places.scan(text)] == [
        ("body", "{"), ("body.a", "["), ("body.a[0]", "1.0"), ("body.a[1]", '"x\\"]"'),
        ("body.a[2]", "{"), ("body.a[2].b", "null"), ("body.a", "true"), ("body.", "{"),
    ]  # fmt: skip
    assert places.at(text, text.index("null") + 2) == "body.a[2].b"
    assert places.at(text, 0) == "body"


def test_what_is_nested_too_deeply_is_told() -> None:
    with pytest.raises(places.NotJsonError):
        places.scan("[" * 5000 + "]" * 5000)


@pytest.mark.parametrize(
    "text", ["", "{", "[1,]", '{"a"}', "{1:2}", "[1 2]", "1 2", "nul", "{}}", "]", "[", '{"a":}']
)
def test_what_is_no_json_is_not_taken_for_it(text: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)
    with pytest.raises(places.NotJsonError):
        places.scan(text)
    assert places.at(text, 0) == "body, character 0"
