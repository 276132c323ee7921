"""The time of an answer does not tell whether an email has an account.

A short form runs with all tests; ``make timing-test`` measures 2,000 pairs.
"""

import asyncio
import os
import random
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import uuid4

import httpx2
import pytest

from tests.faults.backend import Backend, backend
from tests.helpers import AUTH, PASSWORD

pytestmark = pytest.mark.alone

PAIRS = int(os.environ.get("TIMING_PAIRS", "200"))
# The area under the curve is 0.5 where the times tell nothing, and its standard error over n
# pairs is sqrt((2n + 1) / (12 n^2)): 0.009 for 2,000 of them, so 0.03 is 3.3 of these.
ALLOWED = 3.3 * ((2 * PAIRS + 1) / (12 * PAIRS**2)) ** 0.5
WARM_UP = 20


@pytest.fixture(scope="module")
def server(database_url: str) -> Iterator[Backend]:
    """The real server, with the password hash of production."""
    with backend(database_url) as running:
        yield running


@dataclass
class Times:
    """How long answers took, in seconds."""

    known: list[float] = field(default_factory=list)
    unknown: list[float] = field(default_factory=list)

    @property
    def area(self) -> float:
        """The area under the ROC curve: how likely a known one takes longer than an unknown."""
        ordered = sorted(self.unknown)
        below = [(bisect_left(ordered, at) + bisect_right(ordered, at)) / 2 for at in self.known]
        return sum(below) / len(ordered) / len(self.known)


async def _timed(client: httpx2.AsyncClient, email: str) -> tuple[float, httpx2.Response]:
    body = {"email": email, "password": "wrong password"}
    started = time.perf_counter()
    answer = await client.post(f"{AUTH}/login", json=body)
    return time.perf_counter() - started, answer


async def _measure(client: httpx2.AsyncClient, emails: list[str]) -> Times:
    """Log in with the wrong password, by turns to accounts and to nobody, in random order."""
    times = Times()
    answers = set()
    choose = random.Random(7)  # noqa: S311 - an order, no secret
    for number in range(WARM_UP + PAIRS):
        known = choose.choice(emails)
        unknown = f"{uuid4().hex}@example.com"
        for email in choose.sample([known, unknown], 2):
            seconds, answer = await _timed(client, email)
            answers.add((answer.status_code, answer.content, tuple(sorted(answer.headers))))
            if number >= WARM_UP:
                (times.known if email == known else times.unknown).append(seconds)
    # By their text they are one and the same.
    assert [status for status, _, _ in answers] == [401]
    return times


@pytest.mark.timeout(1200)
async def test_a_failed_login_takes_as_long_with_an_account_as_without(server: Backend) -> None:
    async with httpx2.AsyncClient(base_url=server.url, timeout=30) as client:
        emails = [f"{uuid4().hex}@example.com" for _ in range(20)]
        for email in emails:
            account = {"email": email, "password": PASSWORD}
            assert (await client.post(f"{AUTH}/signup", json=account)).status_code == 201
            client.cookies.clear()
        times = await _measure(client, emails)
    print(f"\n{PAIRS} pairs: area under the curve {times.area:.3f}, 0.5 ± {ALLOWED:.3f} allowed")  # noqa: T201
    assert abs(times.area - 0.5) <= ALLOWED


def test_the_measure_tells_times_apart_that_differ() -> None:
    same, later = [float(number) for number in range(100)], [number + 0.5 for number in range(100)]
    assert Times(same, same).area == 0.5
    assert Times(later, same).area == pytest.approx(0.505)
    assert Times([200.0] * 9, same).area == 1.0
    assert Times([-1.0] * 9, same).area == 0.0


async def test_a_login_flood_does_not_starve_others(server: Backend) -> None:
    """While more log in than can be served, a request without a password is still answered."""
    async with httpx2.AsyncClient(base_url=server.url, timeout=30) as client:
        account = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}
        token = (await client.post(f"{AUTH}/signup", json=account)).json()["token"]
        client.cookies.clear()
        flood = [
            asyncio.create_task(_timed(client, f"{uuid4().hex}@example.com")) for _ in range(150)
        ]
        served = []
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(base_url=server.url, headers=headers) as other:
            while not all(login.done() for login in flood):
                started = time.perf_counter()
                assert (await other.get("/api/v1/tasks")).status_code == 200
                served.append(time.perf_counter() - started)
        statuses = [(await login)[1].status_code for login in flood]
    # Some had to wait their turn, and those for whom there was no room were told so at once.
    assert set(statuses) == {401, 429}
    assert statuses.count(401) >= 10
    assert len(served) >= 20
    assert sorted(served)[len(served) // 2] < 0.25
