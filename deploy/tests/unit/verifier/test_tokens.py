"""What a token says is compared, and its signature verified."""

import jwt
import pytest

from taskflow_deploy.verifier import tokens

_KEY = "a-key-of-the-tests-with-enough-characters"


def test_a_token_is_taken_apart_and_its_moments_told_from_its_issue() -> None:
    text = jwt.encode({"sub": "x", "iat": 1_700_000_000, "exp": 1_700_086_400}, _KEY)
    token = tokens.read(text)
    assert token is not None
    assert token.header == '{"alg":"HS256","typ":"JWT"}'
    assert token.claims == '{"sub":"x","iat":iat+0,"exp":iat+86400}'
    assert (token.issued, token.signature_length) == (1_700_000_000, 43)
    assert token.is_signed_with(_KEY)
    assert not token.is_signed_with(_KEY + "x")


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "eyJ.eyJ.x", "eyJhIjoxfQ.eyJhIjoxfR.x"])
def test_what_is_none_is_told(text: str) -> None:
    assert tokens.read(text) is None


def test_a_token_that_is_made_is_one_to_others() -> None:
    made = tokens.sign({"sub": "x", "iat": -60, "exp": 60}, _KEY)
    read = jwt.decode(made, _KEY, algorithms=["HS256"])
    assert read["sub"] == "x"
    assert read["exp"] - read["iat"] == 120
