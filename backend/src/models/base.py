"""What all tables share."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import DateTime, MetaData
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# Names that do not depend on the database, so that migrations can refer to them.
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(naming_convention=_NAMES)


class Identified:
    """A row with an id of its own, that knows when it was made."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4, sort_order=-1)
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), default=now, sort_order=-1
    )


def _creation(row: DefaultExecutionContext) -> datetime:
    """Return the moment that a new row has in the column before: two readings would differ."""
    values: dict[str, datetime] = row.get_current_parameters()  # type: ignore[no-untyped-call]
    return values["created_at"]


class Updated(Identified):
    """A row that also knows when it was last changed."""

    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), default=_creation, onupdate=now
    )
