"""Rate limits: exact with several replicas, honest about the wait, and not to be dodged."""

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from ipaddress import IPv4Address
from typing import Any

import asyncpg
import httpx2
import pytest

from src.config import Settings
from src.database import Database, Row
from src.errors import RateLimitedError
from src.services.rates import Action, Rates
from tests.conftest import SignedUp, make_settings, serving
from tests.helpers import AUTH, CHAT, PASSWORD, an_email, assert_error

PROXY = "127.0.0.1"  # where the tests' client seems to be
ACTIONS: tuple[Action, ...] = ("login", "signup", "refresh", "chat")


class CountingDatabase(Database):
    """A database that counts the statements which are sent to it."""

    statements = 0

    async def fetch(self, statement: str, *values: object, repeatable: bool = False) -> list[Row]:
        """Count one."""
        self.statements += 1
        return await super().fetch(statement, *values, repeatable=repeatable)


def an_address() -> str:
    """Return an address that no other test has used."""
    return str(IPv4Address(0x0B000000 + secrets.randbelow(0xC0000000)))


@pytest.fixture
async def made_rates(database_url: str) -> AsyncIterator[Callable[..., Rates]]:
    """Make rates as a replica has them, with a pool of its own."""
    async with AsyncExitStack() as stack:

        def make(**changes: object) -> Rates:
            settings = make_settings(database_url, **changes)
            database = Database(settings)
            stack.push_async_callback(database.close)
            return Rates(database, settings)

        yield make


async def is_taken(rates: Rates, action: Action, address: str, account: str | None) -> bool:
    """Tell whether a use is allowed."""
    try:
        await rates.take(action, address, account)
    except RateLimitedError:
        return False
    return True


async def log_in(
    client: httpx2.AsyncClient, email: str, password: str | None = None, address: str | None = None
) -> httpx2.Response:
    """Try to log in, with a wrong password if none is given."""
    headers = {"X-Forwarded-For": address} if address else {}
    given = {"email": email, "password": password or "wrong"}
    return await client.post(f"{AUTH}/login", json=given, headers=headers)


async def act(
    client: httpx2.AsyncClient, action: Action, user: SignedUp, address: str
) -> httpx2.Response:
    """Do what is limited, once, as a user from an address."""
    client.cookies.clear()
    headers = {"X-Forwarded-For": address}
    if action == "refresh":
        given: dict[str, Any] = {"refresh_token": user.cookie}
        return await client.post(f"{AUTH}/refresh", json=given, headers=headers)
    if action == "chat":
        given = {"message": "What do I have to do?"}
        return await client.post(CHAT, json=given, headers={**headers, **user.headers})
    given = {"email": user.email, "password": "wrong password"}
    return await client.post(f"{AUTH}/{action}", json=given, headers=headers)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("kind", ["address", "account"])
async def test_each_action_is_limited_by_address_and_by_account(
    database_url: str,
    sign_up: Callable[[], Awaitable[SignedUp]],
    action: Action,
    kind: str,
) -> None:
    users = [await sign_up() for _ in range(4)]
    addresses = [an_address() for _ in range(4)]
    if kind == "account":
        users = [users[0], users[0], users[0], users[3]]
    else:
        addresses = [addresses[0], addresses[0], addresses[0], addresses[3]]
    limited = {f"rate_limit_{action}_{kind}": "2/hour"}
    async with serving(make_settings(database_url, trusted_proxies=PROXY, **limited)) as client:
        answers = [
            await act(client, action, user, address)
            for user, address in zip(users, addresses, strict=True)
        ]
    assert [answer.status_code == 429 for answer in answers] == [False, False, True, False]
    assert_error(answers[2], 429, "RATE_LIMITED")


async def test_a_refresh_token_that_is_not_good_counts_for_its_address(database_url: str) -> None:
    settings = make_settings(
        database_url,
        trusted_proxies=PROXY,
        rate_limit_refresh_address="2/hour",
        rate_limit_refresh_account="2/hour",
    )
    async with serving(settings) as client:
        headers = {"X-Forwarded-For": an_address()}
        statuses = [
            (await client.post(f"{AUTH}/refresh", json={"refresh_token": "x"}, headers=headers))
            .status_code
            for _ in range(3)
        ]  # fmt: skip
    assert statuses == [401, 401, 429]


@pytest.mark.contract("ERROR-429-RATE_LIMITED")
async def test_a_refusal_has_the_one_shape_says_when_and_can_be_read_by_a_browser(
    database_url: str,
) -> None:
    origin = "http://localhost:3000"
    email = an_email()
    settings = make_settings(database_url, rate_limit_login_account="1/hour")
    async with serving(settings) as client:
        await log_in(client, email)
        answer = await client.post(
            f"{AUTH}/login",
            json={"email": email.upper(), "password": PASSWORD},
            headers={"Origin": origin},
        )
    assert_error(answer, 429, "RATE_LIMITED")
    assert answer.json()["error"] == "Too Many Requests"
    assert answer.headers["retry-after"] == "3600"
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.contract("RATE-02")
@pytest.mark.parametrize(
    ("account", "address", "allowed"), [(7, None, 7), (None, 6, 6), (7, 5, 5), (5, 40, 5)]
)
async def test_of_fifty_at_once_on_two_replicas_exactly_the_allowed_number_pass(
    database_url: str, account: int | None, address: int | None, allowed: int
) -> None:
    settings = make_settings(
        database_url,
        trusted_proxies=PROXY,
        rate_limit_login_account=f"{account}/hour" if account else "off",
        rate_limit_login_address=f"{address}/hour" if address else "off",
    )
    email, origin = an_email(), an_address()
    async with serving(settings) as one, serving(settings) as other:
        answers = await asyncio.gather(
            *(log_in((one, other)[count % 2], email, address=origin) for count in range(50))
        )
    counted = Counter(answer.status_code for answer in answers)
    assert counted == {401: allowed, 429: 50 - allowed}


@pytest.mark.parametrize("times", [1, 3])
async def test_a_refused_use_leaves_the_other_key_as_it_was_in_a_crowd_too(
    made_rates: Callable[..., Rates], times: int
) -> None:
    # Keys are written in the order of their digests, so both orders have to come up.
    limits = {"rate_limit_login_address": f"{times}/hour", "rate_limit_login_account": "20/hour"}
    replicas = [made_rates(**limits) for _ in range(2)]
    for _ in range(12):
        address, account = an_address(), an_email()
        passed = await asyncio.gather(
            *(is_taken(replicas[count % 2], "login", address, account) for count in range(16))
        )
        assert sum(passed) == times
        others = [await is_taken(replicas[0], "login", an_address(), account) for _ in range(21)]
        assert sum(others) == 20 - times


@pytest.mark.parametrize("rate", ["1/second", "3/minute", "7/hour", "30/hour", "5/day"])
async def test_after_the_wait_that_a_refusal_names_and_not_before_it_is_accepted(
    database_url: str, made_rates: Callable[..., Rates], rate: str
) -> None:
    account = an_email()
    rates = made_rates(rate_limit_chat_account=rate)
    for _ in range(int(rate.split("/", maxsplit=1)[0])):
        await rates.take("chat", "", account)
    with pytest.raises(RateLimitedError) as refused:
        await rates.take("chat", "", account)
    if refused.value.wait > 1:
        await pass_time(database_url, refused.value.wait - 1)
        assert not await is_taken(rates, "chat", "", account)
        await pass_time(database_url, 1)
    else:
        await asyncio.sleep(1)
    assert await is_taken(rates, "chat", "", account)
    assert not await is_taken(rates, "chat", "", account)


async def pass_time(database_url: str, seconds: int) -> None:
    """Make the counts as old as they would be after some time."""
    connection = await asyncpg.connect(database_url)
    try:
        statement = "UPDATE rate_limit SET arrival = arrival - $1 * interval '1 second'"
        await connection.execute(statement, seconds)
    finally:
        await connection.close()


@pytest.mark.contract("RATE-LOGIN-FAILED")
async def test_an_account_is_limited_in_its_failed_logins_only(
    database_url: str, user: SignedUp
) -> None:
    settings = make_settings(database_url, rate_limit_login_account="3/hour")
    async with serving(settings) as client:
        right = [(await log_in(client, user.email, PASSWORD)).status_code for _ in range(5)]
        wrong = [(await log_in(client, user.email)).status_code for _ in range(4)]
        locked = await log_in(client, user.email, PASSWORD)
    assert right == [200] * 5
    assert wrong == [401, 401, 401, 429]
    assert_error(locked, 429, "RATE_LIMITED")


async def test_right_logins_at_the_same_time_buy_nobody_more_guesses(
    database_url: str, user: SignedUp
) -> None:
    settings = make_settings(database_url, rate_limit_login_account="4/hour")
    async with serving(settings) as one, serving(settings) as other:
        given = [PASSWORD if count % 5 == 0 else None for count in range(30)]
        answers = await asyncio.gather(
            *(
                log_in((one, other)[count % 2], user.email, password)
                for count, password in enumerate(given)
            )
        )
        later = [(await log_in(one, user.email)).status_code for _ in range(5)]
    guesses = Counter(
        answer.status_code
        for answer, password in zip(answers, given, strict=True)
        if password != PASSWORD
    )
    assert guesses[401] + later.count(401) == 4


@pytest.mark.parametrize("trusted", ["", PROXY])
async def test_a_made_up_forwarding_header_does_not_get_around_a_limit(
    database_url: str, trusted: str
) -> None:
    settings = make_settings(
        database_url, trusted_proxies=trusted, rate_limit_signup_address="2/hour"
    )
    await forget(database_url)
    # A trusted proxy appends what it sees; without one, nothing in the header counts.
    seen = f", {an_address()}" if trusted else ""
    async with serving(settings) as client:
        statuses = [
            (
                await client.post(
                    f"{AUTH}/signup",
                    json={"email": an_email(), "password": PASSWORD},
                    headers={"X-Forwarded-For": f"{an_address()}{seen}"},
                )
            ).status_code
            for _ in range(3)
        ]
    assert statuses == [201, 201, 429]


async def forget(database_url: str) -> None:
    """Free all limits: the address of the tests' client is the same in all tests."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("DELETE FROM rate_limit")
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("second", "shared"),
    [
        ("2001:db8:{0}:1:ffff::2", True),
        ("2001:0db8:{0}:0001::1", True),
        ("2001:db8:{0}:2::1", False),
        ("::ffff:2001:{0}", False),
    ],
)
async def test_an_ipv6_network_is_one_subscriber(
    made_rates: Callable[..., Rates], second: str, *, shared: bool
) -> None:
    part = f"{secrets.randbelow(0xFFFF):x}"
    rates = made_rates(rate_limit_chat_address="1/hour")
    await rates.take("chat", f"2001:db8:{part}:1::1", None)
    assert await is_taken(rates, "chat", second.format(part), None) is not shared


async def test_an_ipv4_address_is_the_same_however_a_socket_names_it(
    made_rates: Callable[..., Rates],
) -> None:
    rates, address = made_rates(rate_limit_chat_address="1/hour"), an_address()
    await rates.take("chat", address, None)
    assert not await is_taken(rates, "chat", f"::ffff:{address}", None)


@pytest.mark.parametrize(
    ("changes", "statements"),
    [
        ({}, 0),
        ({"rate_limit_chat_address": "9/hour"}, 1),
        ({"rate_limit_chat_account": "9/hour"}, 1),
        ({"rate_limit_chat_address": "9/hour", "rate_limit_chat_account": "9/hour"}, 1),
    ],
)
async def test_both_limits_take_one_statement_and_none_takes_none(
    database_url: str, changes: dict[str, object], statements: int
) -> None:
    settings: Settings = make_settings(database_url, **changes)
    database = CountingDatabase(settings)
    try:
        await Rates(database, settings).take("chat", an_address(), an_email())
        assert database.statements == statements
    finally:
        await database.close()


async def test_a_count_belongs_to_one_action_one_rate_and_one_secret(
    made_rates: Callable[..., Rates],
) -> None:
    account = an_email()
    rates = made_rates(rate_limit_chat_account="1/hour", rate_limit_login_account="1/hour")
    assert await is_taken(rates, "chat", "", account)
    assert await is_taken(rates, "login", "", account)
    assert not await is_taken(rates, "chat", "", account)
    assert await is_taken(made_rates(rate_limit_chat_account="1/minute"), "chat", "", account)
    # So the table tells nothing to somebody who tries emails, but lacks the secret.
    other = made_rates(rate_limit_chat_account="1/hour", better_auth_secret="s" * 32)
    assert await is_taken(other, "chat", "", account)
