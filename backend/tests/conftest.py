"""A real PostgreSQL, migrated once; each test works with users of its own."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI

from src.application import create_app
from src.config import Settings
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.postgres import server
from tests.helpers import PASSWORD
from tests.standin.server import KEY, StandIn

BACKEND = Path(__file__).parents[1]
SECRET = "a-secret-of-the-tests-with-enough-characters"


@dataclass(frozen=True)
class SignedUp:
    """A user of one test."""

    id: str
    email: str
    token: str
    cookie: str

    @property
    def headers(self) -> dict[str, str]:
        """What identifies the user."""
        return {"Authorization": f"Bearer {self.token}"}


SignUp = Callable[[], Awaitable[SignedUp]]


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """Start a server for this run, or use the one that TEST_DATABASE_URL names."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        migrate(given)
        yield given
        return
    # Not below root's home: the server's own user has to reach it.
    with tempfile.TemporaryDirectory(prefix="taskflow-test-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        paths = Paths(BACKEND.parent, root / "cache", root / "state" / "t", root / "run", "t")
        database = server.ensure(paths, Output(), listen=["127.0.0.1"], allow=[])
        try:
            url = database.url("127.0.0.1")
            migrate(url)
            yield url
        finally:
            server.stop(paths)


def migrate(url: str, *words: str) -> None:
    """Bring a database to a revision; the newest when none is named."""
    command = [sys.executable, "-m", "alembic", *(words or ("upgrade", "head"))]
    environment = {**os.environ, "DATABASE_URL": url, "BETTER_AUTH_SECRET": SECRET}
    subprocess.run(command, cwd=BACKEND, env=environment, check=True, capture_output=True)


@pytest.fixture(scope="session")
def settings(database_url: str) -> Settings:
    """Settings for tests."""
    return make_settings(database_url)


def make_settings(database_url: str, **changes: object) -> Settings:
    """Return settings for tests, with changes: no rate is limited unless a test asks for it."""
    limits = [name for name in Settings.model_fields if name.startswith("rate_limit_")]
    given: dict[str, object] = {
        "database_url": database_url,
        "better_auth_secret": SECRET,
        **dict.fromkeys(limits),
        **changes,
    }
    return Settings.model_validate(given)


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """Start an application with these settings and return its client."""
    application = create_app(settings)
    async with started(application), client_of(application) as made:
        yield made


def started(application: FastAPI) -> LifespanManager:
    """Return the manager that starts and stops an application, on a slow machine too."""
    return LifespanManager(application, startup_timeout=30, shutdown_timeout=30)


def client_of(application: FastAPI) -> httpx2.AsyncClient:
    """Return a client without cookies; what fails inside comes out as it would to anybody."""
    transport = httpx2.ASGITransport(app=application, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://test")


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """The application, started."""
    application = create_app(settings)
    async with started(application):
        yield application


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """A client without cookies of others."""
    async with client_of(app) as made:
        yield made


@pytest.fixture
def sign_up(client: httpx2.AsyncClient) -> SignUp:
    """Make users."""

    async def make() -> SignedUp:
        given = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}
        answer = await client.post("/api/v1/auth/signup", json=given)
        assert answer.status_code == 201, answer.text
        body = answer.json()
        cookie = answer.cookies["refresh_token"]
        client.cookies.clear()
        return SignedUp(body["user"]["id"], given["email"], body["token"], cookie)

    return make


@pytest.fixture
async def user(sign_up: SignUp) -> SignedUp:
    """One user."""
    return await sign_up()


@pytest.fixture
async def stranger(sign_up: SignUp) -> SignedUp:
    """Another user."""
    return await sign_up()


async def eventually(check: Callable[[], Awaitable[bool]], seconds: float = 10) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 - another process gives no event
            await asyncio.sleep(0.05)


@dataclass(frozen=True)
class Claude:
    """An application whose assistant is Claude, and the stand-in that plays it."""

    api: StandIn
    client: httpx2.AsyncClient


@pytest.fixture
async def claude(database_url: str) -> AsyncIterator[Claude]:
    """Claude, by its stand-in: the test writes its replies down before it asks.

    After each test, all replies were used and no request broke a rule of the API.
    """
    with StandIn() as api:
        settings = make_settings(
            database_url, anthropic_api_key=KEY, anthropic_base_url=api.url, pool_size=1
        )
        async with serving(settings) as client:
            yield Claude(api, client)
        assert api.refused == []
        assert api.left == 0
