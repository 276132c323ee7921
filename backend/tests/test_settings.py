"""Settings: what is taken, and the one line that a bad value is answered with."""

import asyncio
import os
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from src.config import Rate, load_settings
from tests.conftest import BACKEND, SECRET, make_settings

GOOD = {"DATABASE_URL": "postgresql://a:hunter2@h/d", "BETTER_AUTH_SECRET": SECRET}


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("BETTER_AUTH_SECRET", None, "BETTER_AUTH_SECRET is missing. Set it to at least 32"),
        pytest.param(
            "BETTER_AUTH_SECRET",
            "x" * 31,
            "BETTER_AUTH_SECRET is not valid",
            marks=pytest.mark.contract("TOKEN-02"),
        ),
        ("DATABASE_URL", None, "DATABASE_URL is missing. Set it to postgresql://"),
        ("DATABASE_URL", "mysql://a:hunter2@h/d", "is not the URL of a PostgreSQL database"),
        ("DATABASE_URL", "hunter2", "is not a database URL"),
        ("DATABASE_URL", "postgresql://a:hunter2@h", "names no database"),
        ("DATABASE_URL", "postgresql://a:hunter2@h:99999/d", "names a port that does not exist"),
        pytest.param(
            "CORS_ORIGINS",
            "localhost:3000",
            "CORS_ORIGINS has 'localhost:3000', which is not",
            marks=pytest.mark.contract("CORS-03"),
        ),
        ("CORS_ORIGINS", "http://localhost:3000/path", "which is not scheme://host"),
        ("CORS_ORIGINS", "http://localhost:3000/", "which is not scheme://host"),
        ("CORS_ORIGINS", "*", "which is not scheme://host"),
        ("API_PREFIX", "api", "API_PREFIX is not valid"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL is not valid"),
        ("POOL_SIZE", "0", "POOL_SIZE is not valid"),
        ("BETTER_AUTH_SECRET_PREVIOUS", "x" * 31, "is shorter than 32 characters"),
        ("ARGON2_MEMORY_KIB", "19455", "is less than OWASP's minimum of 19456 for this number"),
        ("ARGON2_PASSES", "1", "ARGON2_MEMORY_KIB is less than OWASP's minimum of 47104"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,frontend", "has 'frontend', which is no address"),
        ("RATE_LIMIT_LOGIN_ADDRESS", "5 a minute", "RATE_LIMIT_LOGIN_ADDRESS is not a rate"),
        ("RATE_LIMIT_CHAT_ACCOUNT", "0/minute", "such as 30/minute, or to off."),
        ("DRAIN_SECONDS", "0", "DRAIN_SECONDS is not valid"),
        ("METRICS_PORT", "65536", "METRICS_PORT is not valid"),
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
    # The passes are judged by the memory that they need.
    named = variable.replace("ARGON2_PASSES", "ARGON2_MEMORY_KIB")
    assert line.startswith(f"TaskFlow cannot start: {named} ")
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


@pytest.mark.contract("CORS-02")
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
    ("given", "rate"),
    [
        ("30/minute", Rate(30, 60)),
        (" 1/Second ", Rate(1, 1)),
        ("100/hour", Rate(100, 3_600)),
        ("5/day", Rate(5, 86_400)),
        ("off", None),
    ],
)
def test_a_rate_is_a_number_per_time_or_off(
    monkeypatch: pytest.MonkeyPatch, given: str, rate: Rate | None
) -> None:
    for name, value in {**GOOD, "RATE_LIMIT_LOGIN_ADDRESS": given}.items():
        monkeypatch.setenv(name, value)
    assert load_settings().rate_limit_login_address == rate


@pytest.mark.parametrize(("passes", "memory"), [(1, 47_104), (2, 19_456), (5, 7_168), (9, 7_168)])
def test_argon2_may_trade_memory_for_passes_down_to_the_minimum(passes: int, memory: int) -> None:
    changes = {"argon2_passes": passes, "argon2_memory_kib": memory}
    assert make_settings("postgresql://a:b@h/d", **changes).argon2_memory_kib == memory
    with pytest.raises(ValidationError):
        make_settings("postgresql://a:b@h/d", **{**changes, "argon2_memory_kib": memory - 1})


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


def test_debug_logs_all() -> None:
    assert make_settings("postgresql://a:b@h/d", debug=True, log_level="ERROR").level == "debug"
    assert make_settings("postgresql://a:b@h/d", log_level="ERROR").level == "error"
