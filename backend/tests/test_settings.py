"""Settings: what is taken, and the one line that a bad value is answered with."""

import asyncio
import os
import sys
from typing import Any

import pytest

from src.config import load_settings
from tests.conftest import BACKEND, SECRET, make_settings

GOOD = {"DATABASE_URL": "postgresql://a:hunter2@h/d", "BETTER_AUTH_SECRET": SECRET}


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("BETTER_AUTH_SECRET", None, "BETTER_AUTH_SECRET is missing. Set it to at least 32"),
        ("BETTER_AUTH_SECRET", "x" * 31, "BETTER_AUTH_SECRET is not valid"),
        ("DATABASE_URL", None, "DATABASE_URL is missing. Set it to postgresql://"),
        ("DATABASE_URL", "mysql://a:hunter2@h/d", "is not the URL of a PostgreSQL database"),
        ("DATABASE_URL", "hunter2", "is not a database URL"),
        ("DATABASE_URL", "postgresql://a:hunter2@h", "names no database"),
        ("DATABASE_URL", "postgresql://a:hunter2@h:99999/d", "names a port that does not exist"),
        ("CORS_ORIGINS", "localhost:3000", "CORS_ORIGINS has 'localhost:3000', which is not"),
        ("CORS_ORIGINS", "http://localhost:3000/path", "which is not scheme://host"),
        ("CORS_ORIGINS", "http://localhost:3000/", "which is not scheme://host"),
        ("CORS_ORIGINS", "*", "which is not scheme://host"),
        ("API_PREFIX", "api", "API_PREFIX is not valid"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL is not valid"),
        ("POOL_SIZE", "0", "POOL_SIZE is not valid"),
    ],
)
def test_a_bad_setting_stops_the_start_with_a_line_that_names_it_and_the_cure(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str | None, reason: str
) -> None:
    for name, given in {**GOOD, variable: value}.items():
        if given is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, given)
    with pytest.raises(SystemExit) as stopped:
        load_settings()
    line = str(stopped.value)
    assert line.startswith(f"TaskFlow cannot start: {variable} ")
    assert reason in line
    assert line.endswith((".", "openssl rand -base64 48"))
    assert "\n" not in line
    for secret in ("hunter2", SECRET, "x" * 31):
        assert secret not in line


async def test_the_server_prints_that_line_and_nothing_else() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "import src.main", cwd=BACKEND,
        env={**os.environ, **GOOD, "BETTER_AUTH_SECRET": "short"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    printed, complained = await process.communicate()
    assert (process.returncode, printed) == (1, b"")
    assert len(complained.decode().splitlines()) == 1
    assert complained.startswith(b"TaskFlow cannot start: BETTER_AUTH_SECRET ")


@pytest.mark.parametrize(
    ("given", "origins"),
    [
        ("http://localhost:3000", ["http://localhost:3000"]),
        (" http://a.b , ,https://c.d:8443,http://a.b,", ["http://a.b", "https://c.d:8443"]),
        ("", []),
    ],
)
def test_origins_may_have_blanks_and_be_given_twice(given: str, origins: list[str]) -> None:
    assert list(make_settings("postgresql://a:b@h/d", cors_origins=given).cors_origins) == origins


@pytest.mark.parametrize(
    ("url", "dsn"),
    [
        ("postgres://a:b@h/d", "postgresql://a:b@h/d"),
        ("postgresql+asyncpg://a:b@h:1/d", "postgresql://a:b@h:1/d"),
        ("postgresql://a:b@h/d?sslmode=require", "postgresql://a:b@h/d?sslmode=require"),
        ("postgresql://a:p%40ss@h/d", "postgresql://a:p%40ss@h/d"),
    ],
)
def test_a_database_url_may_be_written_in_any_usual_way(url: str, dsn: str) -> None:
    assert make_settings(url).database_dsn == dsn


def test_no_secret_is_shown_with_the_settings() -> None:
    secrets: dict[str, Any] = {"anthropic_api_key": "sk-ant-1", "better_auth_secret": "y" * 40}
    settings = make_settings("postgresql://a:hunter2@h/d", **secrets)
    assert "hunter2" in settings.database_dsn
    for shown in (repr(settings), str(settings.model_dump()), settings.model_dump_json()):
        for secret in ("hunter2", *secrets.values()):
            assert secret not in shown
