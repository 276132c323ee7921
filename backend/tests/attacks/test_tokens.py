"""Forged and broken tokens: none lets anybody in, and none is a fault of ours.

Every row is tried as an access token and as a refresh token. Where it is signed with the
server's own secret, it shows that the check does not rest on the signature alone.
"""

import base64
import hmac
import json
import time
from typing import Any

import httpx2
import jwt
import pytest

from tests.conftest import SECRET, SignedUp
from tests.helpers import AUTH, assert_error

Json = dict[str, Any]
HS256 = {"alg": "HS256", "typ": "JWT"}
DEEP = b"[" * 20_000 + b"]" * 20_000
READ = {"INVALID_TOKEN", "INVALID_TOKEN_CLAIMS"}
"""Both say that the token could be read and is not one of ours; which, the contract leaves open."""
KINDS = pytest.mark.parametrize("kind", ["access", "refresh"])


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(part: bytes | Json) -> bytes:
    return part if isinstance(part, bytes) else json.dumps(part).encode()


def _sign(
    payload: bytes | Json, header: bytes | Json = HS256, key: str = SECRET, digest: str = "sha256"
) -> str:
    signed = f"{_encode(_bytes(header))}.{_encode(_bytes(payload))}"
    return f"{signed}.{_encode(hmac.digest(key.encode(), signed.encode(), digest))}"


def _claims(user: SignedUp, kind: str) -> Json:
    """Return what a token says that would be let in."""
    if kind == "refresh":
        claims: Json = jwt.decode(user.cookie, SECRET, algorithms=["HS256"])
        return claims
    now = int(time.time())
    return {"sub": user.id, "email": user.email, "iat": now, "exp": now + 60}


async def _present(client: httpx2.AsyncClient, token: str, kind: str) -> httpx2.Response:
    if kind == "refresh":
        client.cookies.clear()
        return await client.post(f"{AUTH}/refresh", json={"refresh_token": token})
    header = (b"Authorization", f"Bearer {token}".encode("latin-1"))
    return await client.get(f"{AUTH}/me", headers=[header])


async def _refuse(client: httpx2.AsyncClient, token: str, kind: str, codes: set[str]) -> None:
    answer = await _present(client, token, kind)
    code = answer.json().get("code")
    assert_error(answer, 401, code)
    assert code in ({"INVALID_REFRESH_TOKEN"} if kind == "refresh" else codes)


@KINDS
async def test_a_token_made_by_hand_is_let_in_where_nothing_is_wrong_with_it(
    client: httpx2.AsyncClient, user: SignedUp, kind: str
) -> None:
    answer = await _present(client, _sign(_claims(user, kind)), kind)
    assert answer.status_code == 200, answer.text


# What the header says, and how it is really signed.
HEADERS: dict[str, tuple[Json | bytes, str, str]] = {
    **{
        f"alg {alg!r}": ({"alg": alg, "typ": "JWT"}, SECRET, "sha256")
        for alg in (
            "none", "None", "NONE", "nOnE", "none ", "", None, True, 256, ["HS256"], {"HS256": 1},
            "hs256", "HS256 ", "HS256\x00", "ES256", "PS256", "EdDSA", "dir", "HS1",
            "PBES2-HS256+A128KW",
        )
    },
    "no alg": ({"typ": "JWT"}, SECRET, "sha256"),
    "HS384 with the secret": ({"alg": "HS384"}, SECRET, "sha384"),
    "HS512 with the secret": ({"alg": "HS512"}, SECRET, "sha512"),
    "RS256 with the secret for a public key": ({"alg": "RS256"}, SECRET, "sha256"),
    "alg twice, the last one none": (b'{"alg":"HS256","alg":"none"}', SECRET, "sha256"),
    "crit unknown": ({**HS256, "crit": ["x"], "x": 1}, SECRET, "sha256"),
    "crit of a registered name": ({**HS256, "crit": ["exp"], "exp": 1}, SECRET, "sha256"),
    "crit empty": ({**HS256, "crit": []}, SECRET, "sha256"),
    "crit no list": ({**HS256, "crit": "b64"}, SECRET, "sha256"),
    "crit of what is not there": ({**HS256, "crit": ["b64"]}, SECRET, "sha256"),
    "b64 false": ({**HS256, "crit": ["b64"], "b64": False}, SECRET, "sha256"),
    "b64 false and not critical": ({**HS256, "b64": False}, SECRET, "sha256"),
    "kid no text": ({**HS256, "kid": 7}, SECRET, "sha256"),
    "no object": (b"[]", SECRET, "sha256"),
    "no JSON": (b"alg=HS256", SECRET, "sha256"),
    "no UTF-8": (b'{"alg":"HS256","x":"\xff"}', SECRET, "sha256"),
    "too deep": (b'{"alg":"HS256","x":' + DEEP + b"}", SECRET, "sha256"),
}  # fmt: skip


@KINDS
@pytest.mark.parametrize("name", HEADERS)
async def test_a_header_of_another_kind_is_refused(
    client: httpx2.AsyncClient, user: SignedUp, kind: str, name: str
) -> None:
    header, key, digest = HEADERS[name]
    await _refuse(client, _sign(_claims(user, kind), header, key, digest), kind, READ)


_THEIRS = "a-key-of-the-attacker-with-enough-characters"
_JWK = {"kty": "oct", "k": _encode(_THEIRS.encode())}
# Each tells where to find the key; the token is signed with that key.
KEYS: dict[str, tuple[Json, str]] = {
    "an empty key": ({}, ""),
    "a key of the attacker": ({}, _THEIRS),
    "kid of an empty file": ({"kid": "../../../../dev/null"}, ""),
    "kid with SQL": ({"kid": f"x' UNION SELECT '{_THEIRS}"}, _THEIRS),
    "kid with a command": ({"kid": f"|echo {_THEIRS}"}, _THEIRS),
    "embedded jwk": ({"jwk": _JWK}, _THEIRS),
    "jku": ({"jku": "http://127.0.0.1:1/keys.json", "kid": "1"}, _THEIRS),
    "x5u": ({"x5u": "http://127.0.0.1:1/chain.pem"}, _THEIRS),
    "x5c": ({"x5c": [base64.b64encode(_THEIRS.encode()).decode()]}, _THEIRS),
}


@KINDS
@pytest.mark.parametrize("name", KEYS)
async def test_no_header_brings_its_own_key(
    client: httpx2.AsyncClient, user: SignedUp, kind: str, name: str
) -> None:
    more, key = KEYS[name]
    token = _sign(_claims(user, kind), {**HS256, **more}, key)
    await _refuse(client, token, kind, {"INVALID_SIGNATURE"})
    # Nor is it looked at: with our own signature it is a token like any other.
    ours = _sign(_claims(user, kind), {**HS256, **more})
    assert (await _present(client, ours, kind)).status_code == 200


# One claim each, as JSON; every token has our own signature.
CLAIMS: list[tuple[str, str]] = [
    ("sub", "7"), ("sub", "true"), ("sub", "null"), ("sub", "[]"), ("sub", "{}"), ("sub", '""'),
    ("sub", '"admin"'), ("sub", '"\' OR 1=1 --"'), ("sub", '"\\u0000"'), ("sub", '"\\ud800"'),
    ("exp", "null"), ("exp", "[]"), ("exp", "{}"), ("exp", '"soon"'), ("exp", '""'),
    ("exp", '"99999999999"'), ("exp", "true"), ("exp", "false"), ("exp", "-1"), ("exp", "0"),
    ("exp", "1e30"), ("exp", "1e999"), ("exp", "NaN"), ("exp", "9" * 400), ("exp", "9" * 5_000),
    ("exp", "253402300800"), ("exp", "99999999999.5"),
    ("iat", "null"), ("iat", "[]"), ("iat", '"now"'), ("iat", "1e999"), ("iat", "NaN"),
    ("iat", "99999999999"), ("iat", '"99999999999"'), ("iat", "9" * 5_000), ("iat", '"1"'),
    ("iat", "true"), ("nbf", "99999999999"), ("aud", '"another"'), ("admin", "true"),
    ("deep", DEEP.decode()),
]  # fmt: skip
ONLY_ACCESS = [("email", "7"), ("email", "null"), ("email", "[]"), ("email", "true")]
ONLY_REFRESH = [
    ("jti", "7"), ("jti", "null"), ("jti", '"x"'), ("jti", "[]"), ("type", '"access"'),
    ("type", '"REFRESH"'), ("type", "null"), ("type", "true"), ("type", '["refresh"]'),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "claim", "value"),
    [
        *(("access", *row) for row in CLAIMS + ONLY_ACCESS),
        *(("refresh", *row) for row in CLAIMS + ONLY_REFRESH),
    ],
    ids=lambda value: value if len(value) < 24 else f"{value[:9]}... of {len(value)}",
)
async def test_a_claim_that_is_not_what_it_should_be_is_refused(
    client: httpx2.AsyncClient, user: SignedUp, kind: str, claim: str, value: str
) -> None:
    others = {key: value for key, value in _claims(user, kind).items() if key != claim}
    payload = json.dumps(others)[:-1] + f', "{claim}": {value}}}'
    await _refuse(client, _sign(payload.encode()), kind, READ | {"TOKEN_EXPIRED"})


@KINDS
@pytest.mark.parametrize("claim", ["sub", "exp", "iat", "email", "jti", "type"])
async def test_a_claim_that_is_missing_is_missed(
    client: httpx2.AsyncClient, user: SignedUp, kind: str, claim: str
) -> None:
    claims = _claims(user, kind)
    if claims.pop(claim, None) is None:
        # The other kind has it; here it is one too many.
        claims[claim] = "x"
    await _refuse(client, _sign(claims), kind, {"INVALID_TOKEN_CLAIMS"})


@KINDS
@pytest.mark.parametrize(
    "payload",
    [b"[]", b"7", b"null", b'"text"', b"", b"\xff", b"{", DEEP],
    ids=lambda raw: str(raw[:6]),
)
async def test_a_payload_that_is_no_object_is_refused(
    client: httpx2.AsyncClient, kind: str, payload: bytes
) -> None:
    await _refuse(client, _sign(payload), kind, READ)


@KINDS
async def test_a_claim_that_is_there_twice_counts_once_and_for_its_owner(
    client: httpx2.AsyncClient, user: SignedUp, stranger: SignedUp, kind: str
) -> None:
    payload = json.dumps(_claims(user, kind)).encode()
    twice = b'{"sub": "%s", ' % stranger.id.encode() + payload[1:]
    answer = await _present(client, _sign(twice), kind)
    assert answer.status_code == 200
    assert stranger.id not in answer.text
    wrong = payload[:-1] + b', "sub": "nobody"}'
    await _refuse(client, _sign(wrong), kind, {"INVALID_TOKEN_CLAIMS"})


# What is made of the three parts of a good token.
SHAPES = {
    "one part": "{head}",
    "two parts": "{head}.{body}",
    "four parts": "{head}.{body}.{mac}.{mac}",
    "five parts": "{head}.{body}.{body}.{body}.{mac}",
    "JWE": _encode(b'{"alg":"dir","enc":"A256GCM"}') + "..{body}.{body}.{mac}",
    "no signature": "{head}.{body}.",
    "no payload": "{head}..{mac}",
    "no header": ".{body}.{mac}",
    "dots alone": "..",
    "a dot before": ".{head}.{body}.{mac}",
    "padded": "{head}.{body}.{mac}=",
    "padded twice": "{head}.{body}.{mac}==",
    "percent-encoded": "{head}%2E{body}%2E{mac}",
    "in quotes": '"{head}.{body}.{mac}"',
    "a tab within": "{head}.\t{body}.{mac}",
    "a line break within": "{head}.\n{body}.{mac}",
    "a NUL behind": "{head}.{body}.{mac}\x00",
    "another alphabet": "{head}.{body}.{mac:.41}+/",
    "the signature cut short": "{head}.{body}.{mac:.22}",
    "other bits at the end, which count for nothing": "{head}.{body}.{mac:.42}{twin}",
    "the payload cut short": "{head}.{body:.20}.{mac}",
    "a token in a token": "{nested}",
    "huge": "{head}." + "A" * 100_000 + ".{mac}",
    "not ASCII": "{head}.{body}.{mac}\u00e9",
}


def _shape(template: str, token: str) -> str:
    head, body, mac = token.split(".")
    # Of the last letter's six bits, two are beyond the 256 of the signature.
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = letters[letters.index(mac[-1]) ^ 1]
    nested = _sign(token.encode(), {**HS256, "cty": "JWT"})
    return template.format(head=head, body=body, mac=mac, twin=twin, nested=nested)


@KINDS
@pytest.mark.parametrize("name", SHAPES)
async def test_a_token_of_another_shape_is_refused(
    client: httpx2.AsyncClient, user: SignedUp, kind: str, name: str
) -> None:
    token = _shape(SHAPES[name], _sign(_claims(user, kind)))
    await _refuse(client, token, kind, READ | {"INVALID_SIGNATURE", "INVALID_AUTH_FORMAT"})


async def test_the_two_kinds_are_never_taken_for_each_other(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    await _refuse(client, user.cookie, "access", {"INVALID_TOKEN_CLAIMS"})
    await _refuse(client, user.token, "refresh", set())
    cookie = {"Cookie": f"refresh_token={user.token}"}
    answer = await client.post(f"{AUTH}/refresh", headers=cookie)
    assert_error(answer, 401, "INVALID_REFRESH_TOKEN")


async def test_a_token_that_was_given_up_has_no_other_spelling(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    await client.post(f"{AUTH}/logout", headers=user.headers)
    for spelling in (user.token, f"{user.token}=", f" {user.token}", f"{user.token}\xa0"):
        await _refuse(client, spelling, "access", {"INVALID_TOKEN"})
