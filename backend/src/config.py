"""Settings, read once from the environment and checked before anything starts."""

import re
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_network
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

SECRET_LENGTH = 32
_DEFAULT_ORIGIN = "http://localhost:3000"
_HIGHEST_PORT = 65_535
# OWASP's minima for Argon2id with one lane: passes, and the memory that they then need, in KiB.
_ARGON2_MINIMA = {1: 47_104, 2: 19_456, 3: 12_288, 4: 9_216, 5: 7_168}
_ARGON2_PASSES = 2
_SECONDS_OF = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
_RATE = re.compile(r"(\d{1,6})/(second|minute|hour|day)")

_LIMITED = (
    "login_address", "login_account", "signup_address", "signup_account",
    "refresh_address", "refresh_account", "chat_address", "chat_account",
)  # fmt: skip

# What to do about each variable, for the one line that a bad value is answered with.
_CURES = {
    "database_url": "Set it to postgresql://USER:PASSWORD@HOST:PORT/DATABASE.",
    "better_auth_secret": "Set it to at least 32 random characters: openssl rand -base64 48",
    "cors_origins": "Set it to origins such as http://localhost:3000, separated by commas.",
    "api_prefix": "Set it to a path such as /api/v1.",
    "argon2_memory_kib": "Raise ARGON2_MEMORY_KIB or ARGON2_PASSES, or leave both out.",
    "better_auth_secret_previous": "Set it to the secret of before, or leave it out.",
    "trusted_proxies": "Set it to addresses or networks such as 10.0.0.0/8, separated by commas.",
    **dict.fromkeys(
        (f"rate_limit_{name}" for name in _LIMITED),
        "Set it to a number per second, minute, hour or day, such as 30/minute, or to off.",
    ),
}


@dataclass(frozen=True)
class Rate:
    """How often something may be done: ``times`` within ``seconds``, evenly or in one burst."""

    times: int
    seconds: int

    @classmethod
    def parse(cls, value: object) -> Self | None:
        """Read a rate such as ``30/minute``; ``off`` means no limit.

        Raises
        ------
        ValueError
            The text has another form.
        """
        if value is None or isinstance(value, cls):
            return value
        text = str(value).strip().lower()
        if text == "off":
            return None
        found = _RATE.fullmatch(text)
        if found is None or int(found[1]) == 0:
            raise ValueError("is not a rate")
        return cls(int(found[1]), _SECONDS_OF[found[2]])


Limit = Annotated[Rate | None, NoDecode, BeforeValidator(Rate.parse)]


class Settings(BaseSettings):
    """All settings; each field is the environment variable of the same name."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    database_url: SecretStr
    better_auth_secret: SecretStr = Field(min_length=SECRET_LENGTH)
    better_auth_secret_previous: SecretStr = SecretStr("")
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
    session_days: int = Field(default=30, ge=1)
    argon2_passes: int = Field(default=_ARGON2_PASSES, ge=1)
    argon2_memory_kib: int = Field(_ARGON2_MINIMA[_ARGON2_PASSES], validate_default=True)
    drain_seconds: int = Field(default=25, ge=1)
    metrics_host: str = "127.0.0.1"
    metrics_port: int = Field(default=0, ge=0, le=_HIGHEST_PORT)
    otel_exporter_otlp_endpoint: str = ""
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    rate_limit_login_address: Limit = Rate(60, 60)
    rate_limit_login_account: Limit = Rate(30, 3_600)
    rate_limit_signup_address: Limit = Rate(60, 60)
    rate_limit_signup_account: Limit = Rate(10, 60)
    rate_limit_refresh_address: Limit = Rate(240, 60)
    rate_limit_refresh_account: Limit = Rate(60, 60)
    rate_limit_chat_address: Limit = Rate(120, 60)
    rate_limit_chat_account: Limit = Rate(60, 60)

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

    @field_validator("better_auth_secret_previous")
    @classmethod
    def _check_previous_secret(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < SECRET_LENGTH:
            raise ValueError(f"is shorter than {SECRET_LENGTH} characters")
        return value

    @field_validator("argon2_memory_kib")
    @classmethod
    def _check_argon2(cls, value: int, other: ValidationInfo) -> int:
        passes = min(other.data.get("argon2_passes", _ARGON2_PASSES), max(_ARGON2_MINIMA))
        least = _ARGON2_MINIMA[passes]
        if value < least:
            raise ValueError(f"is less than OWASP's minimum of {least} for this number of passes")
        return value

    @field_validator("cors_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        parts = [part.strip() for part in value.split(",")]
        return tuple(dict.fromkeys(part for part in parts if part))

    @field_validator("trusted_proxies")
    @classmethod
    def _check_proxies(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            try:
                ip_network(network)
            except ValueError:
                raise ValueError(f"has {network!r}, which is no address and no network") from None
        return value

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

    @property
    def level(self) -> str:
        """The level of the log; in debug mode all is logged."""
        return "debug" if self.debug else self.log_level.lower()

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
