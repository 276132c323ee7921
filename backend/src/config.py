"""Settings, read once from the environment and checked before anything starts."""

from functools import cached_property
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

SECRET_LENGTH = 32
_DEFAULT_ORIGIN = "http://localhost:3000"
_HIGHEST_PORT = 65_535
_ARGON2_MEMORY_KIB = 19 * 1024  # OWASP's minimum for Argon2id: 19 MiB, 2 passes, 1 lane
_ARGON2_PASSES = 2

# What to do about each variable, for the one line that a bad value is answered with.
_CURES = {
    "database_url": "Set it to postgresql://USER:PASSWORD@HOST:PORT/DATABASE.",
    "better_auth_secret": "Set it to at least 32 random characters: openssl rand -base64 48",
    "cors_origins": "Set it to origins such as http://localhost:3000, separated by commas.",
    "api_prefix": "Set it to a path such as /api/v1.",
}


class Settings(BaseSettings):
    """All settings; each field is the environment variable of the same name."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    database_url: SecretStr
    better_auth_secret: SecretStr = Field(min_length=SECRET_LENGTH)
    anthropic_api_key: SecretStr = SecretStr("")
    anthropic_base_url: str = ""
    taskflow_model: str = "claude-haiku-5-5"
    cors_origins: Annotated[tuple[str, ...], NoDecode] = (_DEFAULT_ORIGIN,)
    environment: str = "development"
    debug: bool = False
    api_prefix: str = Field(default="/api/v1", pattern=r"^(/[a-z0-9_-]+)+$")
    log_level: str = Field(default="info", pattern=r"^(?i:debug|info|warning|error)$")
    cookie_secure: bool = False
    pool_size: int = Field(default=10, ge=1)
    argon2_memory_kib: int = Field(default=_ARGON2_MEMORY_KIB, ge=8)
    argon2_passes: int = Field(default=_ARGON2_PASSES, ge=1)

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: SecretStr) -> SecretStr:
        try:
            url = make_url(value.get_secret_value())
        except ArgumentError:
            raise ValueError("is not a database URL") from None
        if url.get_backend_name() not in {"postgresql", "postgres"}:
            raise ValueError("is not the URL of a PostgreSQL database")
        if not url.database:
            raise ValueError("names no database")
        if url.port is not None and not 0 < url.port <= _HIGHEST_PORT:
            raise ValueError("names a port that does not exist")
        return value

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split_origins(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        origins = [part.strip() for part in value.split(",")]
        return tuple(dict.fromkeys(origin for origin in origins if origin))

    @field_validator("cors_origins")
    @classmethod
    def _check_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            exact = f"{parts.scheme}://{parts.netloc}"
            if parts.scheme not in {"http", "https"} or not parts.hostname or origin != exact:
                raise ValueError(
                    f"has {origin!r}, which is not scheme://host or scheme://host:port"
                )
        return value

    @cached_property
    def database_dsn(self) -> str:
        """The database's URL as libpq knows it, with ``sslmode`` and all; a secret."""
        url = make_url(self.database_url.get_secret_value())
        return url.set(drivername="postgresql").render_as_string(hide_password=False)


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises
    ------
    SystemExit
        A value is missing or unsafe; its text is one line that names the
        variable and the cure, and never the value of a secret.
    """
    try:
        return Settings()  # type: ignore[call-arg]  # the environment gives the values
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0])
        reason = "is missing" if first["type"] == "missing" else _reason(first["msg"])
        cure = _CURES.get(name, "Correct it in the environment.")
        raise SystemExit(f"TaskFlow cannot start: {name.upper()} {reason}. {cure}") from None


def _reason(message: str) -> str:
    text = message.removeprefix("Value error, ")
    return text if text.startswith(("is ", "has ", "names ")) else f"is not valid ({text})"
