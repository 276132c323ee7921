"""Who is logged in: refresh tokens by family, and access tokens that were given up."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from src.models.base import Base, Identified


class SessionFamily(Identified, Base):
    """All refresh tokens that descend from one login."""

    __tablename__ = "session_family"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class RefreshToken(Identified, Base):
    """One refresh token; its id is the token's ``jti``.

    ``access_digest`` is of the access token that was issued with it, so that
    logging out with that one alone finds the family.
    """

    __tablename__ = "refresh_token"

    family_id: Mapped[UUID] = mapped_column(
        ForeignKey("session_family.id", ondelete="CASCADE"), index=True
    )
    access_digest: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class RevokedToken(Base):
    """An access token that was logged out before its end, by its digest."""

    __tablename__ = "revoked_token"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
