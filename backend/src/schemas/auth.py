"""Accounts in requests and answers."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field

from src.schemas.fields import EMAIL_LENGTH, PASSWORD_LENGTH, Text, Timestamp

Email = Annotated[EmailStr, Field(max_length=EMAIL_LENGTH), AfterValidator(str.lower)]


class Signup(BaseModel):
    """A new account."""

    email: Email
    password: Annotated[Text, Field(min_length=PASSWORD_LENGTH, max_length=1024)]


class Login(BaseModel):
    """Credentials; any text may be tried, since a wrong one is a failed login."""

    email: Annotated[Text, Field(max_length=1024), AfterValidator(str.lower)]
    password: Annotated[Text, Field(max_length=1024)]


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
