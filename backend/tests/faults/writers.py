"""Clients that write without a pause, and note every answer."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from random import Random
from uuid import uuid4

import httpx2

from tests.faults.ledger import Ledger
from tests.helpers import AUTH, CHAT, PASSWORD, TASKS

MOST_SECONDS = 5.0
_RETRY_SECONDS = 0.1
_EXPECTED = {"POST": {200, 201}, "PUT": {200}, "DELETE": {204, 404}, "GET": {200}}


@dataclass
class Answers:
    """When each request was asked, how long its answer took, and what was wrong with it."""

    times: list[tuple[float, float, int]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def note(self, asked: float, request: str, answer: httpx2.Response) -> None:
        """Hold one answer against the rules."""
        took = time.monotonic() - asked
        self.times.append((asked, took, answer.status_code))
        if took > MOST_SECONDS:
            self.faults.append(f"{request}: took {took:.1f} s")
        if answer.status_code in _EXPECTED[request.partition(" ")[0]]:
            return
        body = answer.json() if answer.headers.get("content-type") == "application/json" else {}
        if (
            answer.status_code != 503
            or answer.headers.get("retry-after") != "1"
            or list(body) != ["error", "code", "message"]
            or body["code"] != "SERVICE_UNAVAILABLE"
        ):
            self.faults.append(f"{request}: {answer.status_code} {answer.text}")

    def note_waiting(self, asked: float, request: str) -> None:
        """Hold a request without an answer against the rules, at the end of the run."""
        waited = time.monotonic() - asked
        if waited > MOST_SECONDS:
            self.faults.append(f"{request}: no answer after {waited:.1f} s")

    def between(self, start: float, end: float) -> "Answers":
        """Return what was answered in some time."""
        return Answers([one for one in self.times if start <= one[0] + one[1] < end])

    @property
    def unavailable(self) -> int:
        """How many were 503."""
        return sum(status == 503 for _, _, status in self.times)

    @property
    def slowest(self) -> float:
        """The most seconds."""
        return max((took for _, took, _ in self.times), default=0.0)


class Writer:
    """One user's client, which does one thing after the other."""

    def __init__(self, url: str, name: str, answers: Answers) -> None:
        self.ledger = Ledger()
        self.user_id = ""
        self._client = httpx2.AsyncClient(base_url=url, timeout=20)
        self._name = name
        self._answers = answers
        self._random = Random(name)  # noqa: S311 - not for secrets
        self._numbers = count(1)
        self._ids: dict[str, str] = {}

    async def sign_up(self) -> None:
        """Make the user."""
        given = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}
        answer = await self._client.post(f"{AUTH}/signup", json=given)
        assert answer.status_code == 201, answer.text
        self.user_id = answer.json()["user"]["id"]
        self._client.headers["Authorization"] = f"Bearer {answer.json()['token']}"

    async def run(self) -> None:
        """Write until cancelled."""
        deeds = (self._add, self._add, self._add_once, self._say, self._complete, self._delete,
                 self._list)  # fmt: skip
        while True:
            await self._random.choice(deeds)()

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()

    async def _ask(
        self, method: str, path: str, body: object = None, key: str | None = None
    ) -> httpx2.Response | None:
        """Ask, and return an answer that is no failure."""
        headers = {"Idempotency-Key": key} if key else {}
        asked = time.monotonic()
        try:
            answer = await self._client.request(method, path, json=body, headers=headers)
        except httpx2.TransportError as error:
            self._answers.faults.append(f"{method} {path}: {error!r}")
            return None
        except asyncio.CancelledError:
            self._answers.note_waiting(asked, f"{method} {path}")
            raise
        self._answers.note(asked, f"{method} {path}", answer)
        if answer.status_code < 400 or answer.status_code == 404:
            return answer
        await asyncio.sleep(_RETRY_SECONDS)
        return None

    async def _until_answered(self, path: str, body: object) -> httpx2.Response:
        """Repeat a request under one key, as a client does that wants it done once."""
        key = uuid4().hex
        while True:
            answer = await self._ask("POST", path, body, key)
            if answer is not None:
                return answer

    def _title(self) -> str:
        return f"{self._name}-{next(self._numbers)}"

    async def _add(self) -> None:
        title = self._title()
        self.ledger.unknown.add(title)
        self._added(title, await self._until_answered(TASKS, {"title": title}))

    async def _add_once(self) -> None:
        title = self._title()
        self.ledger.unknown.add(title)
        answer = await self._ask("POST", TASKS, {"title": title})
        if answer is not None:
            self._added(title, answer)

    def _added(self, title: str, answer: httpx2.Response) -> None:
        self.ledger.kept[title] = {False}
        self._ids[title] = answer.json()["id"]

    async def _say(self) -> None:
        title = self._title()
        self.ledger.unknown.add(title)
        answer = await self._until_answered(CHAT, {"message": f"add {title}"})
        if answer.json()["tool_calls"] != ["add_task"]:
            self._answers.faults.append(f"POST {CHAT}: {answer.text}")
        self.ledger.kept[title] = {False}

    async def _complete(self) -> None:
        if not self._ids:
            return
        title = self._random.choice(sorted(self._ids))
        wanted = self._random.random() < 0.5
        self.ledger.kept[title].add(wanted)
        answer = await self._ask("PUT", f"{TASKS}/{self._ids[title]}", {"completed": wanted})
        if answer is not None:
            self.ledger.kept[title] = {wanted}
        else:
            # It may still happen, and at any time: whoever asks again could not tell which it was.
            self._ids.pop(title)

    async def _delete(self) -> None:
        if not self._ids:
            return
        title = self._random.choice(sorted(self._ids))
        self.ledger.kept.pop(title)
        self.ledger.leaving.add(title)
        answer = await self._ask("DELETE", f"{TASKS}/{self._ids.pop(title)}")
        if answer is not None:
            if answer.status_code == 404:
                self._answers.faults.append(f"DELETE {title}: 404")
            self.ledger.deleted.add(title)

    async def _list(self) -> None:
        answer = await self._ask("GET", TASKS)
        if answer is not None:
            tasks = [(task["title"], task["completed"]) for task in answer.json()]
            self._answers.faults += self.ledger.faults(tasks)


@asynccontextmanager
async def writing(url: str, number: int, answers: Answers) -> AsyncIterator[list[Writer]]:
    """Let clients write until the end of the block; the last requests are still answered."""
    writers = [Writer(url, f"writer{one}", answers) for one in range(number)]
    for writer in writers:
        await writer.sign_up()
    running = [asyncio.create_task(writer.run()) for writer in writers]
    try:
        yield writers
    finally:
        for task in running:
            task.cancel()
        ended = await asyncio.gather(*running, return_exceptions=True)
        for writer in writers:
            await writer.close()
    assert all(isinstance(one, asyncio.CancelledError) for one in ended), ended
