"""Accounts in requests and answers."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
)
from pydantic.config import JsonDict

from src.schemas.answers import Answer
from src.schemas.fields import (
    EMAIL_LENGTH,
    AsSentEmail,
    AsSentText,
    Credential,
    Password,
    Timestamp,
)


def _address_alone(value: object) -> object:
    # EmailStr would take the address out of "Name <address>".
    if isinstance(value, str) and "<" in value:
        raise ValueError("must be an email address alone")
    return value


Email = Annotated[
    EmailStr,
    BeforeValidator(_address_alone),
    Field(max_length=EMAIL_LENGTH),
    AfterValidator(str.lower),
]

AccessToken = Annotated[
    str,
    Field(
        pattern=r"^[\w-]+\.[\w-]+\.[\w-]+$",
        description="An access token: a JWT, good for 86,400 seconds.",
    ),
]


def _example(body: JsonDict) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [body]})


class Signup(BaseModel):
    """A new account."""

    model_config = _example({"email": "ada@example.com", "password": "correct horse battery"})

    email: Annotated[Email, AsSentEmail]
    password: Annotated[Password, AsSentText]


class Login(BaseModel):
    """Credentials."""

    model_config = _example({"email": "ada@example.com", "password": "correct horse battery"})

    email: Annotated[
        Credential, AfterValidator(str.strip), AfterValidator(str.lower), AsSentText
    ] = Field(description="In any case.")
    password: Annotated[Credential, AsSentText] = Field(
        description="One that is too short is a failed login, not a bad request."
    )


class Removal(BaseModel):
    """What it takes to remove an account, beside its token."""

    model_config = _example({"password": "correct horse battery"})

    password: Annotated[Credential, AsSentText] = Field(
        description="The account's. One that is too short is a wrong one, not a bad request."
    )


class Refresh(BaseModel):
    """A refresh token for clients without cookies."""

    model_config = _example({"refresh_token": "eyJhbGciOiJIUzI1NiJ9.eyJ0eXBlIjoicmVmcmVzaCJ9.c2ln"})

    refresh_token: str | None = None


class UserOut(Answer):
    """An account as its owner sees it."""

    id: UUID
    email: Annotated[str, Field(json_schema_extra={"format": "email"})]
    created_at: Timestamp


class SignedUp(Answer):
    """The answer to signup."""

    user: UserOut
    token: AccessToken
    message: Literal["User registered successfully"] = "User registered successfully"


class LoggedIn(Answer):
    """The answer to login."""

    user: UserOut
    token: AccessToken
    message: Literal["Login successful"] = "Login successful"


class Refreshed(Answer):
    """The answer to a refresh."""

    token: AccessToken
    message: Literal["Token refreshed successfully"] = "Token refreshed successfully"


class LoggedOut(Answer):
    """The answer to a logout; its words are those of the original and fixed by the contract."""

    status: Literal["pending"] = "pending"
    message: Literal["Logout endpoint created (T022 stub). Implementation in T099."] = (
        "Logout endpoint created (T022 stub). Implementation in T099."
    )
