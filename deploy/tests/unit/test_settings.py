"""What the user gives is checked at once; each refusal names the variable and the cure."""

import stat
from dataclasses import replace

import pytest

from taskflow_deploy import settings
from taskflow_deploy.errors import DatabaseUrlError, DeployError, SecretError, UsageError
from taskflow_deploy.paths import Paths
from taskflow_deploy.redaction import redact

_GOOD_SECRET = "k" * 32


@pytest.fixture
def paths(paths: Paths) -> Paths:
    """An instance whose checkout has no .env yet."""
    return replace(paths, repository=paths.state.parent)


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("DATABASE_URL", "mysql://u:p@db.example/app", DatabaseUrlError),
        ("DATABASE_URL", "just some words", DatabaseUrlError),
        ("DATABASE_URL", "postgresql://", DatabaseUrlError),
        ("DATABASE_URL", "postgresql://db.example", DatabaseUrlError),
        ("DATABASE_URL", "postgresql:///app", DatabaseUrlError),
        ("DATABASE_URL", "postgresql://db.example:port/app", DatabaseUrlError),
        ("DATABASE_URL", "postgresql://db.example:70000/app", DatabaseUrlError),
        ("DATABASE_URL", "postgresql://u:p@[::1/app", DatabaseUrlError),
        ("BETTER_AUTH_SECRET", "k" * 31, SecretError),
        ("BETTER_AUTH_SECRET", "change-me-" + "k" * 40, SecretError),
        ("BETTER_AUTH_SECRET", "Your-Secret-Here-" + "k" * 40, SecretError),
        ("BETTER_AUTH_SECRET_PREVIOUS", "k" * 31, SecretError),
        ("BETTER_AUTH_SECRET_PREVIOUS", "change-me-" + "k" * 40, SecretError),
        ("ANTHROPIC_API_KEY", "sk-ant-with a space", SecretError),
        ("ANTHROPIC_API_KEY", "sk-ant-schlüssel", SecretError),
        ("TASKFLOW_NODE_PORT", "29999", UsageError),
        ("TASKFLOW_NODE_PORT", "32768", UsageError),
        ("TASKFLOW_NODE_PORT", "-30300", UsageError),
        ("TASKFLOW_NODE_PORT", "3000²", UsageError),
        ("TASKFLOW_NODE_PORT", "web", UsageError),
    ],
)
def test_a_bad_value_is_refused_by_name(
    paths: Paths,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    error: type[DeployError],
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(error) as caught:
        settings.load(paths)
    assert name in caught.value.message
    assert caught.value.resolution
    assert "p@" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@db.example/app",
        "postgres://db.example:5433/app?sslmode=require",
        "postgresql+asyncpg://u:p%40ss@[2001:db8::1]:5432/app",
    ],
)
def test_a_good_database_url_is_taken_as_it_is(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert settings.load(paths).database_url == url


def test_with_nothing_given_everything_has_a_default(paths: Paths) -> None:
    found = settings.load(paths)
    assert found.database_url is None
    assert found.anthropic_api_key == ""
    assert found.node_port == 30300
    assert found.previous_secret == ""
    assert len(found.better_auth_secret) >= 32


def test_the_secret_is_made_once_and_readable_by_its_owner_only(paths: Paths) -> None:
    first = settings.load(paths).better_auth_secret
    file = paths.state / "better-auth-secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert settings.load(paths).better_auth_secret == first
    assert redact(f"it is {first}.") == "it is [redacted]."


def test_a_secret_that_was_left_half_made_is_made_anew(paths: Paths) -> None:
    (paths.state / "better-auth-secret").touch()
    assert len(settings.load(paths).better_auth_secret) >= 32


def test_a_given_secret_is_used_and_nothing_is_kept(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BETTER_AUTH_SECRET", _GOOD_SECRET)
    assert settings.load(paths).better_auth_secret == _GOOD_SECRET
    assert not (paths.state / "better-auth-secret").exists()


def test_the_environment_wins_over_the_env_file(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        "# a comment = with an equals sign",
        "",
        'export ANTHROPIC_API_KEY="sk-ant-from-the-file"',
        f"BETTER_AUTH_SECRET = '{_GOOD_SECRET}'",
        "TASKFLOW_NODE_PORT=30301",
        "a line of no use",
    ]
    (paths.repository / ".env").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("TASKFLOW_NODE_PORT", "30302")
    found = settings.load(paths)
    assert found.anthropic_api_key == "sk-ant-from-the-file"
    assert found.better_auth_secret == _GOOD_SECRET
    assert found.node_port == 30302
