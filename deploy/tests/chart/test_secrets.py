"""Secrets: where they go, where they never are, and what is said when one is missing."""

import base64
from pathlib import Path

import pytest
import yaml

from tests.chart.helm import (
    API_KEY,
    DATABASE_URL,
    EXISTING,
    GIVEN,
    SECRET,
    Helm,
    Values,
    default_values,
)
from tests.chart.pod_security import containers
from tests.chart.test_rollout import changes

PREVIOUS = "the-secret-of-before-that-has-enough-characters"
_BACKEND_EXISTS = {"backend.secrets.existingSecret": "some-backend-secret"}
_FRONTEND_EXISTS = {"frontend.secrets.existingSecret": "some-frontend-secret"}


def test_the_default_values_hold_no_secret() -> None:
    _, leaves = default_values()
    auth = ["auth.betterAuthSecret", "auth.previousSecret"]
    backend = ["backend.secrets.databaseUrl", "backend.secrets.anthropicApiKey"]
    assert [leaves[name] for name in (*auth, *backend)] == [""] * 4


def test_given_secrets_are_in_the_secrets_and_nowhere_else(helm: Helm) -> None:
    made = helm.render({**GIVEN, "backend.secrets.anthropicApiKey": API_KEY})
    assert made.get("Secret", "taskflow-backend-secrets")["stringData"] == {
        "DATABASE_URL": DATABASE_URL,
        "BETTER_AUTH_SECRET": SECRET,
        "ANTHROPIC_API_KEY": API_KEY,
    }
    assert made.get("Secret", "taskflow-frontend-secrets")["stringData"] == {
        "BETTER_AUTH_SECRET": SECRET
    }
    for (kind, name), found in made.objects.items():
        if kind != "Secret":
            assert_shows_no_secret(yaml.safe_dump(found, width=10_000), name)


def test_the_secret_of_a_rotation_is_the_backends_only(helm: Helm) -> None:
    """It verifies what it signed; the frontend verifies nothing."""
    made = helm.render({**GIVEN, "auth.previousSecret": f"{PREVIOUS}\n"})
    backend, frontend = (
        made.get("Secret", f"taskflow-{component}-secrets")["stringData"]
        for component in ("backend", "frontend")
    )
    assert backend["BETTER_AUTH_SECRET"] == frontend["BETTER_AUTH_SECRET"] == SECRET
    assert backend["BETTER_AUTH_SECRET_PREVIOUS"] == PREVIOUS
    assert "BETTER_AUTH_SECRET_PREVIOUS" not in frontend
    for kind, name in made.objects.keys() - {("Secret", "taskflow-backend-secrets")}:
        assert PREVIOUS not in yaml.safe_dump(made.get(kind, name), width=10_000)
    before = helm.render(GIVEN)
    assert changes(before, made) == {"backend": {"checksum/secrets"}}


def test_the_notes_show_no_secret(helm: Helm) -> None:
    values = {"backend.secrets.anthropicApiKey": API_KEY, "auth.previousSecret": PREVIOUS}
    notes = helm.notes({**GIVEN, **values})
    assert_shows_no_secret(notes, "NOTES.txt")
    assert PREVIOUS not in notes


def test_a_file_may_end_with_a_line_break(helm: Helm, tmp_path: Path) -> None:
    more: list[str] = []
    for name, text in GIVEN.items():
        file = tmp_path / name
        file.write_text(f"{text}\n", encoding="utf-8")
        more += ["--set-file", f"{name}={file}"]
    from_files = helm.render({}, more=more)
    assert from_files.text == helm.render(GIVEN).text


@pytest.mark.parametrize(
    ("values", "made"),
    [
        (EXISTING, set()),
        ({**GIVEN, **EXISTING}, set()),
        ({**GIVEN, **_BACKEND_EXISTS}, {"taskflow-frontend-secrets"}),
        ({**GIVEN, **_FRONTEND_EXISTS}, {"taskflow-backend-secrets"}),
    ],
    ids=["both", "both, and values that are not needed", "backend only", "frontend only"],
)
def test_no_secret_is_made_where_one_exists(helm: Helm, values: Values, made: set[str]) -> None:
    rendered = helm.render(values)
    assert {found["metadata"]["name"] for found in rendered.of_kind("Secret")} == made
    for component in ("backend", "frontend"):
        existing = values.get(f"{component}.secrets.existingSecret")
        expected = existing or f"taskflow-{component}-secrets"
        main = containers(rendered.pod(component)["spec"])[-1]
        assert {"secretRef": {"name": expected}} in main["envFrom"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {},
            "give backend.secrets.databaseUrl and auth.betterAuthSecret, or set "
            "backend.secrets.existingSecret and frontend.secrets.existingSecret to",
        ),
        (
            _BACKEND_EXISTS,
            "give auth.betterAuthSecret, or set frontend.secrets.existingSecret to",
        ),
        (
            _FRONTEND_EXISTS,
            "give backend.secrets.databaseUrl and auth.betterAuthSecret, or set "
            "backend.secrets.existingSecret to",
        ),
        (
            {"auth.betterAuthSecret": SECRET, "backend.secrets.databaseUrl": " \n"},
            "give backend.secrets.databaseUrl, or set backend.secrets.existingSecret and",
        ),
    ],
    ids=["nothing given", "backend exists", "frontend exists", "blank"],
)
def test_what_is_missing_is_named(helm: Helm, values: Values, message: str) -> None:
    refusal = helm.refusal(values)
    assert f"secrets are missing: {message}" in refusal
    assert "README.md" in refusal


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("auth.betterAuthSecret", "short-secret-of-the-tests", "minLength: got 25, want 32"),
        ("auth.betterAuthSecret", "b" * 31 + "\n", "at least 32 characters"),
        ("auth.betterAuthSecret", 12345678901, "got number, want string"),
        ("auth.previousSecret", "short-secret-of-the-tests", "minLength: got 25, want 32"),
        ("auth.previousSecret", "b" * 31 + "\n", "auth.previousSecret is too short"),
        ("backend.secrets.databaseUrl", "mysql://me:hunter2@db/app", "postgresql://USER:PASSWORD@"),
        ("backend.secrets.databaseUrl", "hunter2", "postgresql://USER:PASSWORD@"),
        ("backend.secrets.databaseUrl", "postgresql://me:hunter2@db", "HOST:PORT/DATABASE"),
        ("backend.secrets.databaseUrl", ["hunter2"], "got array, want string"),
        ("backend.secrets.anthropicApiKey", 12345678901, "got number, want string"),
    ],
)
def test_a_refused_secret_is_named_and_not_shown(
    helm: Helm, name: str, value: object, message: str
) -> None:
    refusal = helm.refusal({**GIVEN, name: value})
    assert name in refusal.replace("/", ".")
    assert message in refusal
    for shown in ("short-secret", "b" * 31, "12345678901", "1.2345678901e+10", "hunter2"):
        assert shown not in refusal


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg"])
def test_every_spelling_of_a_postgresql_url_is_taken(helm: Helm, scheme: str) -> None:
    url = f"{scheme}://me:pass@db/app?ssl=require"
    made = helm.render({**GIVEN, "backend.secrets.databaseUrl": url})
    secret = made.get("Secret", "taskflow-backend-secrets")
    assert secret["stringData"]["DATABASE_URL"] == url


def assert_shows_no_secret(text: str, where: str) -> None:
    """Check that a text has no secret of these tests, plain or encoded."""
    for secret in (SECRET, DATABASE_URL, "pass-of-the-tests", API_KEY):
        assert secret not in text, where
        assert base64.b64encode(secret.encode()).decode() not in text, where
