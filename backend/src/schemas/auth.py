"""Accounts in requests and answers."""

from typing import Annotated
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
)

from src.schemas.fields import EMAIL_LENGTH, Credential, Password, Timestamp


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


class Signup(BaseModel):
    """A new account."""

    email: Email
    password: Password


class Login(BaseModel):
    """Credentials."""

    email: Annotated[Credential, AfterValidator(str.strip), AfterValidator(str.lower)]
    password: Credential


class Refresh(BaseModel):
    """A refresh token for clients without cookies."""

    refresh_token: str | None = None


class UserOut(BaseModel):
    """An account as its owner sees it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    created_at: Timestamp


class SignedIn(BaseModel):
    """The answer to signup and login."""

    user: UserOut
    token: str
    message: str


class Refreshed(BaseModel):
    """The answer to a refresh."""

    token: str
    message: str = "Token refreshed successfully"


class LoggedOut(BaseModel):
    """The answer to a logout; its words are those of the original and fixed by the contract."""

    status: str = "pending"
    message: str = "Logout endpoint created (T022 stub). Implementation in T099."
