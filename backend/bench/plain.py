"""The comparison: signup, login, list and create the plain way that tutorials teach.

``def`` endpoints, one sync SQLModel session a request, psycopg 3, ``response_model`` with
FastAPI's own fast JSON, and a dependency that decodes the token and loads its user. It uses
the very tables, settings and secrets of TaskFlow. It does less than TaskFlow: no revoked
tokens, no refresh tokens, no limits, no request ids, no log line a request.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID, uuid4

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import AfterValidator, EmailStr
from sqlalchemy import DateTime, make_url
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col, create_engine, select, text

from src.config import load_settings

ALGORITHM = "HS256"
LIFETIME = timedelta(days=1)
SIGNED_UP, LOGGED_IN = "User registered successfully", "Login successful"


def now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def whole_seconds(value: datetime) -> datetime:
    """Drop what the contract does not show; pydantic writes the rest as the contract has it."""
    return value.replace(microsecond=0)


Timestamp = Annotated[datetime, AfterValidator(whole_seconds)]


class Row(SQLModel):
    """What both tables have."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    created_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
    updated_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))


class User(Row, table=True):
    """An account."""

    email: str = Field(max_length=255, unique=True)
    password_hash: str = Field(max_length=255)


class Task(Row, table=True):
    """A task."""

    user_id: UUID = Field(foreign_key="user.id")
    title: str = Field(max_length=255)
    description: str | None = None
    completed: bool = False


class Credentials(SQLModel):
    """What signup and login are sent."""

    email: EmailStr
    password: str = Field(min_length=8, max_length=1024)


class TaskCreate(SQLModel):
    """A new task."""

    title: str = Field(min_length=1, max_length=255)
    description: str | None = Field(default=None, max_length=5000)


class UserPublic(SQLModel):
    """An account as its owner sees it."""

    id: UUID
    email: str
    created_at: Timestamp


class SignedIn(SQLModel):
    """The answer to signup and login."""

    user: UserPublic
    token: str
    message: str


class TaskPublic(SQLModel):
    """A task as its owner sees it."""

    id: UUID
    user_id: UUID
    title: str
    description: str | None
    completed: bool
    created_at: Timestamp
    updated_at: Timestamp


settings = load_settings()
secret = settings.better_auth_secret.get_secret_value()
engine = create_engine(
    make_url(settings.database_url.get_secret_value()).set(drivername="postgresql+psycopg"),
    pool_size=settings.pool_size,
    max_overflow=0,
)
passwords = PasswordHash(
    (
        Argon2Hasher(
            memory_cost=settings.argon2_memory_kib,
            time_cost=settings.argon2_passes,
            parallelism=1,
        ),
    )
)
app = FastAPI(title="The plain way")


def get_session() -> Iterator[Session]:
    """Open a session for this request."""
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session)]
TokenDep = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="auth/login"))]


def get_current_user(session: SessionDep, token: TokenDep) -> User:
    """Return the user that the token belongs to."""
    try:
        claims = jwt.decode(token, secret, algorithms=[ALGORITHM])
        user = session.get(User, UUID(claims["sub"]))
    except (jwt.InvalidTokenError, KeyError, ValueError):
        user = None
    if user is None:
        raise HTTPException(401, "Could not validate credentials")
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


def signed_in(user: User, message: str) -> SignedIn:
    """Return an account with a new token."""
    issued = now()
    claims = {"sub": str(user.id), "email": user.email, "iat": issued, "exp": issued + LIFETIME}
    token = jwt.encode(claims, secret, ALGORITHM)
    return SignedIn(user=UserPublic.model_validate(user), token=token, message=message)


@app.get("/health")
def health(session: SessionDep) -> dict[str, str]:
    """Tell whether the database answers."""
    session.exec(select(text("1"))).one()
    return {"status": "healthy"}


@app.post(f"{settings.api_prefix}/auth/signup", status_code=201, response_model=SignedIn)
def signup(body: Credentials, session: SessionDep) -> SignedIn:
    """Make an account."""
    user = User(email=body.email.lower(), password_hash=passwords.hash(body.password))
    session.add(user)
    try:
        session.commit()
    except IntegrityError:
        raise HTTPException(400, "Email already registered") from None
    session.refresh(user)
    return signed_in(user, SIGNED_UP)


@app.post(f"{settings.api_prefix}/auth/login", response_model=SignedIn)
def login(body: Credentials, session: SessionDep) -> SignedIn:
    """Log in."""
    user = session.exec(select(User).where(User.email == body.email.lower())).first()
    if user is None or not passwords.verify(body.password, user.password_hash):
        raise HTTPException(401, "Incorrect email or password")
    return signed_in(user, LOGGED_IN)


@app.get(f"{settings.api_prefix}/tasks", response_model=list[TaskPublic])
def list_tasks(session: SessionDep, user: CurrentUser) -> Sequence[Task]:
    """Return the user's tasks, newest first."""
    newest_first = (col(Task.created_at).desc(), col(Task.id).desc())
    return session.exec(select(Task).where(Task.user_id == user.id).order_by(*newest_first)).all()


@app.post(f"{settings.api_prefix}/tasks", status_code=201, response_model=TaskPublic)
def create_task(body: TaskCreate, session: SessionDep, user: CurrentUser) -> Task:
    """Add a task."""
    task = Task(user_id=user.id, title=body.title, description=body.description)
    session.add(task)
    session.commit()
    session.refresh(task)
    return task
