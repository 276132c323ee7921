"""Bodies that are no JSON of ours, whatever their headers say."""

import gzip

import httpx2
import pytest

from tests.conftest import SignedUp
from tests.helpers import AUTH, CHAT, TASKS, assert_error, list_tasks

JSON = {"Content-Type": "application/json"}
DEEP = b'{"title": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"
GOOD = b'{"title": "x", "message": "hi", "email": "x@example.com", "password": "x"}'
BODIES: dict[str, tuple[bytes, dict[str, str]]] = {
    "empty": (b"", JSON),
    "blank": (b" ", JSON),
    "null": (b"null", JSON),
    "a number": (b"7", JSON),
    "a text": (b'"title"', JSON),
    "a list": (b'[{"title": "x"}]', JSON),
    "cut off": (b'{"title": "x"', JSON),
    "something behind": (b'{"title": "x"} {"title": "y"}', JSON),
    "a comma too many": (b'{"title": "x",}', JSON),
    "single quotes": (b"{'title': 'x'}", JSON),
    "a comment": (b'{"title": "x" /* y */}', JSON),
    "NaN": (b'{"title": NaN, "message": NaN, "email": NaN}', JSON),
    "Infinity": (b'{"title": Infinity, "message": -Infinity, "email": Infinity}', JSON),
    "a huge number": (b'{"title": ' + b"9" * 5_000 + b', "message": 1e999}', JSON),
    "deeply nested": (DEEP, JSON),
    "nested and unclosed": (b"[" * 100_000, JSON),
    "a lone surrogate": (b'{"title": "\\ud800", "message": "\\ud800", "email": "\\ud800"}', JSON),
    "NUL": (b'{"title": "\\u0000", "message": "\\u0000", "email": "\\u0000"}', JSON),
    "not UTF-8": (b'{"title": "\xff", "message": "\xff", "email": "\xff"}', JSON),
    "overlong UTF-8": (b'{"title": "\xc0\xa7", "message": "\xc0\xa7", "email": "\xc0\xa7"}', JSON),
    "surrogates in UTF-8": (b'{"title": "\xed\xa0\x80", "message": "\xed\xa0\x80"}', JSON),
    "UTF-16": (GOOD.decode().encode("utf-16"), JSON),
    "UTF-16 without a mark": (GOOD.decode().encode("utf-16-le"), JSON),
    "UTF-32": (GOOD.decode().encode("utf-32"), JSON),
    "compressed": (gzip.compress(GOOD), {**JSON, "Content-Encoding": "gzip"}),
    "a form": (b"title=x&message=hi", {"Content-Type": "application/x-www-form-urlencoded"}),
    "plain text": (GOOD, {"Content-Type": "text/plain"}),
    "JSON said to be a form": (GOOD, {"Content-Type": "application/x-www-form-urlencoded"}),
    "XML": (b"<title>x</title>", {"Content-Type": "application/xml"}),
    "an external entity": (
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><title>&b;</title>',
        {"Content-Type": "application/xml"},
    ),
    "YAML": (b"title: x", {"Content-Type": "application/yaml"}),
    "a file": (
        b'--b\r\nContent-Disposition: form-data; name="title"; filename="../x"\r\n\r\nx\r\n--b--',
        {"Content-Type": "multipart/form-data; boundary=b"},
    ),
    "a pickle": (b"\x80\x04\x8c\x01x\x94.", {"Content-Type": "application/octet-stream"}),
    "no type": (GOOD, {}),
    "a broken type": (GOOD, {"Content-Type": "json"}),
    "a type that only begins well": (GOOD, {"Content-Type": "application/jsonx"}),
}  # fmt: skip
TAKERS = [
    ("POST", TASKS, "TASK_CREATION_ERROR"),
    ("POST", CHAT, "INVALID_MESSAGE"),
    ("POST", f"{AUTH}/signup", "SIGNUP_ERROR"),
    ("POST", f"{AUTH}/login", "INVALID_REQUEST"),
    ("DELETE", f"{AUTH}/me", "INVALID_REQUEST"),
]


@pytest.mark.parametrize(("method", "path", "code"), TAKERS)
@pytest.mark.parametrize("name", BODIES)
async def test_a_body_that_is_not_what_it_should_be_is_refused(
    client: httpx2.AsyncClient, user: SignedUp, name: str, method: str, path: str, code: str
) -> None:
    body, headers = BODIES[name]
    answer = await client.request(method, path, content=body, headers={**user.headers, **headers})
    assert_error(answer, 400, code)
    assert await list_tasks(client, user.headers) == []


async def test_of_a_key_that_is_there_twice_the_last_counts_for_checks_and_for_use(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    async def post(content: str) -> httpx2.Response:
        return await client.post(TASKS, content=content, headers={**user.headers, **JSON})

    assert_error(await post('{"title": "x", "title": ""}'), 400, "TASK_CREATION_ERROR")
    assert_error(await post('{"title": "x", "t\\u0069tle": 7}'), 400, "TASK_CREATION_ERROR")
    assert (await post('{"title": "", "title": "last"}')).json()["title"] == "last"
