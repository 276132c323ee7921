"""Addresses, headers and cookies that nobody should send."""

import json
import re

import httpx2
import pytest

from tests.conftest import SignedUp
from tests.helpers import AUTH, NOBODYS, TASKS, add_task, assert_error, list_tasks


@pytest.mark.parametrize(
    "given",
    [
        b"a\r\nSet-Cookie: x=1", b"a\nb", b"a b", b"\x00", b"\xff", b"x" * 65, b"", b'{"a": 1}',
        b"a;b", b"<b>", b"%0d%0a", b"\x1b[31m", "\u00e9".encode(), b"a,b", b"../x", b"${x}",
    ],
)  # fmt: skip
async def test_a_request_id_that_could_do_harm_is_replaced(
    client: httpx2.AsyncClient, capfd: pytest.CaptureFixture[str], given: bytes
) -> None:
    answer = await client.get("/health", headers=[(b"X-Request-Id", given)])
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])
    assert "set-cookie" not in answer.headers
    line = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert line["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    "header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Original-Method"]
)
@pytest.mark.parametrize("method", ["DELETE", "PUT", "GET"])
async def test_no_header_changes_the_method(
    client: httpx2.AsyncClient, user: SignedUp, header: str, method: str
) -> None:
    task = await add_task(client, user.headers, "stays")
    headers = {**user.headers, header: method}
    answer = await client.post(f"{TASKS}/{task['id']}?_method={method}", headers=headers)
    assert_error(answer, 405, "METHOD_NOT_ALLOWED")
    assert await list_tasks(client, user.headers) == [task]


@pytest.mark.parametrize(
    "header",
    [
        {"X-Original-URL": TASKS}, {"X-Rewrite-URL": TASKS}, {"X-Forwarded-Prefix": "/api/v1"},
        {"X-User-Id": NOBODYS}, {"X-Forwarded-User": "admin"}, {"X-Real-IP": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"}, {"X-Forwarded-For": "127.0.0.1"},
        {"X-Client-Cert": "x"}, {"Cookie": "token=x; session=y"},
    ],
    ids=str,
)  # fmt: skip
async def test_no_header_but_authorization_says_who_is_calling(
    client: httpx2.AsyncClient, header: dict[str, str]
) -> None:
    assert_error(await client.get(f"{AUTH}/me", headers=header), 401, "MISSING_AUTH_HEADER")
    assert_error(await client.get("/", headers=header), 404, "NOT_FOUND")


async def test_a_token_in_the_address_is_no_token(
    client: httpx2.AsyncClient, user: SignedUp
) -> None:
    for name in ("token", "access_token", "authorization", "Authorization"):
        answer = await client.get(TASKS, params={name: f"Bearer {user.token}"})
        assert_error(answer, 401, "MISSING_AUTH_HEADER")
    answer = await client.post(f"{AUTH}/refresh", params={"refresh_token": user.cookie})
    assert_error(answer, 401, "NO_REFRESH_TOKEN")


@pytest.mark.parametrize(
    "path",
    [
        f"/{TASKS}", "/api//v1/tasks", "/api/v1//tasks", f"{TASKS}/", f"{TASKS};x", f"{TASKS};x=1",
        f"{TASKS}.json", f"{TASKS}%00", f"{TASKS}%20", f"{TASKS}%09", f"{TASKS}%252f",
        "/API/V1/TASKS", "/api/v1/Tasks", "/api/v1%5ctasks", "/api\\v1\\tasks",
        "/api/v1/%74asks%2f",
        "/api/v1/auth/%2e%2e/tasks", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
        "/.git/config", "/.env", "/src/config.py", "/static/", "/metrics", "/admin", "/debug",
        f"{TASKS}%EF%BC%8F", f"{TASKS}%E2%80%8B", "/api/v1/tas%E2%84%AAs", f"{TASKS}%FF",
    ],
)  # fmt: skip
async def test_an_address_spelled_in_another_way_is_nowhere(
    client: httpx2.AsyncClient, user: SignedUp, path: str
) -> None:
    url = client.base_url.copy_with(raw_path=path.encode())
    assert_error(await client.get(url, headers=user.headers), 404, "NOT_FOUND")


@pytest.mark.parametrize("path", ["/api/v1/t%61sks", "/%61pi/v1/tasks", "/api%2fv1%2ftasks"])
async def test_an_address_in_percent_signs_asks_for_a_token_like_any_other(
    client: httpx2.AsyncClient, user: SignedUp, path: str
) -> None:
    url = client.base_url.copy_with(raw_path=path.encode())
    assert_error(await client.get(url), 401, "MISSING_AUTH_HEADER")
    assert (await client.get(url, headers=user.headers)).json() == []


@pytest.mark.parametrize(
    "task_id",
    ["1", "0", "-1", "null", "1e3", "'", "1 OR 1=1", "%00", "..%2f..", "{}", "0" * 5_000,
     f"{NOBODYS}'", f"{NOBODYS}%00", f"{NOBODYS} ", f"{NOBODYS},{NOBODYS}"],
)  # fmt: skip
async def test_an_id_that_is_none_is_refused(
    client: httpx2.AsyncClient, user: SignedUp, task_id: str
) -> None:
    changes = {"title": "x"}
    for method, code in (("PUT", "TASK_UPDATE_ERROR"), ("DELETE", "INVALID_REQUEST")):
        path = f"{TASKS}/{task_id}"
        json_body = changes if method == "PUT" else None
        answer = await client.request(method, path, json=json_body, headers=user.headers)
        if "%2f" in path:
            assert_error(answer, 404, "NOT_FOUND")
        else:
            assert_error(answer, 400, code)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "localhost@evil.example", "127.0.0.1", "[::1]", ""]
)
async def test_the_host_that_a_client_names_is_used_for_nothing(
    client: httpx2.AsyncClient, user: SignedUp, host: str
) -> None:
    headers = {**user.headers, "Host": host, "X-Forwarded-Host": "evil.example"}
    for path in (TASKS, f"{TASKS}/", "/health", "/nowhere"):
        answer = await client.get(path, headers=headers)
        assert answer.status_code in {200, 404}
        assert "evil" not in answer.text + str(answer.headers)


ORIGINS = [
    "null", "", "http://evil.example", "http://localhost:3000.evil.example", "http://localhost",
    "http://evil.example/http://localhost:3000", "https://localhost:3000", "http://localhost:30001",
    "http://LOCALHOST:3000", "http://localhost:3000/", "http://localhost:3000, http://evil.example",
    "file://", "http://user@localhost:3000",
]  # fmt: skip


@pytest.mark.parametrize("origin", ORIGINS)
async def test_another_origin_may_read_nothing(
    client: httpx2.AsyncClient, user: SignedUp, origin: str
) -> None:
    read = await client.get(TASKS, headers={**user.headers, "Origin": origin})
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    for answer in (read, await client.options(TASKS, headers=asked)):
        assert answer.headers.get("access-control-allow-origin") is None
        assert "origin" in answer.headers.get("vary", "").lower()
    assert_error(answer, 400, "INVALID_REQUEST")


@pytest.mark.parametrize(
    ("cookies", "status"),
    [
        ("refresh_token=x; refresh_token={good}", {200, 401}),
        ("refresh_token={good}; refresh_token=x", {200, 401}),
        ("refresh_token={good}; refresh_token={good}", {200}),
        ('refresh_token="{good}"', {200, 401}),
        ("Refresh_Token={good}", {401}),
        ("refresh_token", {401}),
        ("refresh_token=", {401}),
        ("refresh_token=" + "x" * 100_000, {401}),
        ("; ".join(f"c{number}=x" for number in range(5_000)), {401}),
        ("refresh_token=\xff\xfe", {401}),
        ('refresh_token="\\377\\000"', {401}),
        (";;;=;=;", {401}),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_cookies_of_any_kind_are_one_token_or_none(
    client: httpx2.AsyncClient, user: SignedUp, cookies: str, status: set[int]
) -> None:
    header = cookies.replace("{good}", user.cookie).encode("latin-1")
    answer = await client.post(f"{AUTH}/refresh", headers=[(b"Cookie", header)])
    assert answer.status_code in status
    if answer.status_code != 200:
        code = answer.json()["code"]
        assert_error(answer, 401, code)
        assert code in {"INVALID_REFRESH_TOKEN", "NO_REFRESH_TOKEN"}


async def test_the_body_of_a_refresh_does_not_outweigh_the_cookie(
    client: httpx2.AsyncClient, user: SignedUp, stranger: SignedUp
) -> None:
    answer = await client.post(
        f"{AUTH}/refresh",
        json={"refresh_token": stranger.cookie},
        headers={"Cookie": f"refresh_token={user.cookie}"},
    )
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert (await client.get(f"{AUTH}/me", headers=headers)).json()["id"] == user.id
