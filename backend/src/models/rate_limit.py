"""How much of a rate was used, shared by all replicas."""

from datetime import datetime

from sqlalchemy import DateTime, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from src.models.base import Base


class RateLimit(Base):
    """One counter of the generic cell rate algorithm.

    ``key`` is a digest of what is limited and for whom; ``arrival`` is the
    theoretical arrival time, before which the rate is not fully free again.
    """

    __tablename__ = "rate_limit"
    # Not worth a write-ahead log: after a crash of the database all limits are free again.
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    arrival: Mapped[datetime] = mapped_column(DateTime(timezone=True))
