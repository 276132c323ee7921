"""No secret is printed, logged or kept."""

import pytest

from taskflow_deploy.redaction import hide, redact

_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


def test_what_was_given_in_secret_is_removed_everywhere() -> None:
    assert hide("a-secret-of-mine") == "a-secret-of-mine"
    hide("a-secret-of-mine-and-more")
    text = "x a-secret-of-mine-and-more a-secret-of-mine y"
    assert redact(text) == "x [redacted] [redacted] y"


def test_the_password_of_a_url_is_removed_in_each_form() -> None:
    hide("postgresql://user:p%40ss%2Fword@db.example/app")
    assert redact("FATAL: p@ss/word is wrong") == "FATAL: [redacted] is wrong"
    assert redact("as p%40ss%2Fword") == "as [redacted]"


@pytest.mark.parametrize(
    "written",
    [r"a \"b\" \\ c \u00fc", r"a \"b\" \\ c ü", "a%20%22b%22%20%5C%20c%20%C3%BC",
     "YSAiYiIgXCBjIMO8"],
    ids=["JSON in ASCII", "JSON", "a URL", "a Kubernetes Secret"],
)  # fmt: skip
def test_a_secret_is_known_in_the_forms_that_others_write_it_in(written: str) -> None:
    hide('a "b" \\ c ü')
    assert redact(f"x {written} y") == "x [redacted] y"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("key sk-ant-api03-abcdefgh_1 end", "key [redacted] end"),
        (f"Bearer {_TOKEN} end", "Bearer [redacted] end"),
        ("postgres://user:pw@db/app", "postgres://[redacted]@db/app"),
        ("http://10.97.0.2:30300/path", "http://10.97.0.2:30300/path"),
        ("user@example.com", "user@example.com"),
    ],
)
def test_what_looks_like_a_secret_is_removed_unasked(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_short_words_and_broken_urls_harm_nothing() -> None:
    hide("")
    hide("abc")
    hide("postgresql://u:secret-word@[::1/db")
    assert redact("abc is abc") == "abc is abc"
