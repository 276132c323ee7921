"""What the user gave: from the environment, else from ``.env`` in the checkout."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from taskflow_deploy.errors import DatabaseUrlError, SecretError, UsageError
from taskflow_deploy.files import write_private
from taskflow_deploy.paths import Paths
from taskflow_deploy.redaction import hide

SECRET_LENGTH = 32
DEFAULT_NODE_PORT = 30300
_NODE_PORTS = range(30000, 32768)
_SCHEMES = {"postgres", "postgresql", "postgresql+asyncpg"}
_PLACEHOLDERS = ("changeme", "change-me", "your-secret", "placeholder", "replace-me")


@dataclass(frozen=True)
class Settings:
    """Checked settings.

    Attributes
    ----------
    database_url
        The user's own database; None lets us run one on this machine.
    better_auth_secret
        Signs tokens; generated once and kept where none was given.
    anthropic_api_key
        Claude's key; empty for the offline assistant.
    node_port
        Where the frontend answers on the node.
    previous_secret
        What signed tokens before a rotation: still verifies, never signs. Empty for none.
    secret_is_given
        Whether the user gave the secret, rather than have one made.
    """

    database_url: str | None
    better_auth_secret: str
    anthropic_api_key: str
    node_port: int
    previous_secret: str = ""
    secret_is_given: bool = False


def load(paths: Paths, *, keep: bool = True) -> Settings:
    """Read and check the settings.

    Parameters
    ----------
    keep
        Keep a secret that has to be made; a rehearsal leaves nothing behind.

    Raises
    ------
    DatabaseUrlError, SecretError, UsageError
        A value cannot be used; the message names its variable and the cure.
    """
    given = {**_from_file(paths.repository / ".env"), **os.environ}
    return Settings(
        database_url=_database_url(given.get("DATABASE_URL", "")),
        better_auth_secret=_own_secret(given, paths, keep=keep),
        anthropic_api_key=_api_key(given.get("ANTHROPIC_API_KEY", "")),
        node_port=_node_port(given.get("TASKFLOW_NODE_PORT", "")),
        previous_secret=_secret("BETTER_AUTH_SECRET_PREVIOUS", given),
        secret_is_given=bool(given.get("BETTER_AUTH_SECRET")),
    )


def _from_file(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
    pairs = [line.split("=", 1) for line in lines if "=" in line and not line.startswith("#")]
    return {
        name.strip().removeprefix("export "): value.strip().strip("\"'") for name, value in pairs
    }


def _database_url(value: str) -> str | None:
    if not value:
        return None
    hide(value)
    if not _names_a_database(value):
        raise DatabaseUrlError(
            "DATABASE_URL is not the URL of a PostgreSQL database.",
            "Write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE, or unset it to have "
            "PostgreSQL run on this machine.",
        )
    return value


def _names_a_database(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return bool(parts.scheme in _SCHEMES and parts.hostname and parts.path.strip("/") and has_port)


def _own_secret(given: Mapping[str, str], paths: Paths, *, keep: bool) -> str:
    return _secret("BETTER_AUTH_SECRET", given) or hide(
        _kept_secret(paths.state / "better-auth-secret", keep=keep)
    )


def _secret(name: str, given: Mapping[str, str]) -> str:
    value = given.get(name, "")
    if value and (len(value) < SECRET_LENGTH or value.lower().startswith(_PLACEHOLDERS)):
        raise SecretError(
            f"{name} must be at least {SECRET_LENGTH} characters and no placeholder.",
            "Make one with: openssl rand -base64 48, or unset it.",
        )
    return hide(value)


def _kept_secret(file: Path, *, keep: bool) -> str:
    if not file.exists() or not file.stat().st_size:
        made = secrets.token_urlsafe(48)
        if not keep:
            return made
        write_private(file, made)
    return file.read_text(encoding="ascii")


def _api_key(value: str) -> str:
    if (value and not value.isascii()) or any(letter.isspace() for letter in value):
        raise SecretError(
            "ANTHROPIC_API_KEY holds characters that no key has.",
            "Copy the key again, or unset it to use the offline assistant.",
        )
    return hide(value)


def _node_port(value: str) -> int:
    if not value:
        return DEFAULT_NODE_PORT
    if not value.isdecimal() or int(value) not in _NODE_PORTS:
        raise UsageError(f"TASKFLOW_NODE_PORT={value!r} is not a node port.", "Use 30000 to 32767.")
    return int(value)
