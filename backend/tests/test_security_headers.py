"""The headers that tell browsers to do nothing more with an answer: on every single one."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx2
import pytest

from src.config import Settings
from src.middleware.body_limit import LARGEST_BODY
from src.middleware.security_headers import PAGES
from tests.conftest import make_settings, serving
from tests.helpers import AUTH, TASKS

ORIGIN = "http://localhost:3000"
ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
NOTHING = "default-src 'none'; frame-ancestors 'none'"

Ask = Callable[[httpx2.AsyncClient], Awaitable[httpx2.Response]]

PREFLIGHT = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
ANSWERS: dict[str, tuple[int, Ask]] = {
    "alive": (200, lambda client: client.get("/health/live")),
    "a description": (200, lambda client: client.get("/openapi.json")),
    "no credentials": (401, lambda client: client.get(TASKS)),
    "no such address": (404, lambda client: client.get("/nowhere")),
    "no such method": (405, lambda client: client.patch(TASKS)),
    "a bad body": (400, lambda client: client.post(f"{AUTH}/login", content=b"{")),
    "a large body": (413, lambda client: client.post(TASKS, content=b"x" * (LARGEST_BODY + 1))),
    "a preflight": (200, lambda client: client.options(TASKS, headers=PREFLIGHT)),
    "a refused preflight": (
        400,
        lambda client: client.options(TASKS, headers={**PREFLIGHT, "Origin": "http://else.where"}),
    ),
    "the database is away": (503, lambda client: client.get("/health/ready")),
}


@pytest.fixture(scope="module")
async def cut_off() -> AsyncIterator[httpx2.AsyncClient]:
    """An application whose database is away."""
    away = "postgresql://nobody:nothing@127.0.0.1:1/none"
    async with serving(make_settings(away)) as made:
        yield made


@pytest.mark.contract("HEADER-03")
@pytest.mark.parametrize("name", ANSWERS)
async def test_every_answer_has_each_header_once(
    name: str, client: httpx2.AsyncClient, cut_off: httpx2.AsyncClient
) -> None:
    status, ask = ANSWERS[name]
    answer = await ask(cut_off if status == 503 else client)
    assert answer.status_code == status
    sent = {key: answer.headers.get_list(key) for key in (*ALWAYS, "content-security-policy")}
    wanted = {**ALWAYS, "content-security-policy": NOTHING}
    assert sent == {key: [value] for key, value in wanted.items()}
    assert Counter(key for key, _ in answer.headers.multi_items()).most_common(1)[0][1] == 1


async def test_a_fault_of_ours_has_them_too(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("src.security.tokens.Tokens.read_access", fail)
    async with serving(settings) as client:
        answer = await client.get(TASKS, headers={"Authorization": "Bearer x", "Origin": ORIGIN})
    assert answer.status_code == 500
    assert {key: answer.headers.get(key) for key in ALWAYS} == ALWAYS
    assert answer.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize("secure", [False, True])
async def test_https_is_demanded_only_where_cookies_are_for_https_only(
    database_url: str, *, secure: bool
) -> None:
    async with serving(make_settings(database_url, cookie_secure=secure)) as client:
        answer = await client.get("/health/live")
    demanded = "max-age=31536000; includeSubDomains" if secure else None
    assert answer.headers.get("strict-transport-security") == demanded


@pytest.mark.parametrize("path", sorted(PAGES))
async def test_the_pages_of_the_description_may_load_what_they_are_made_of(
    client: httpx2.AsyncClient, path: str
) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    rules = dict(
        rule.split(" ", maxsplit=1)
        for rule in answer.headers["content-security-policy"].split("; ")
    )
    assert (rules["default-src"], rules["frame-ancestors"]) == ("'none'", "'none'")
    allowed = {source for sources in rules.values() for source in sources.split()}
    for address in loaded_addresses(answer.text):
        assert f"https://{address.host}" in allowed, address
    assert {key: answer.headers[key] for key in ALWAYS} == ALWAYS


def loaded_addresses(page: str) -> list[httpx2.URL]:
    """Return the addresses on other servers that a page loads."""
    words = page.replace("'", '"').split('"')
    return [httpx2.URL(word) for word in words if word.startswith("https://")]
