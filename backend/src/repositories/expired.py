"""Rows that are of no use any more."""

from src.database import Database

BATCH = 500
"""How many rows one statement removes, at most; of what belongs together, all goes at once."""

_PAGES = 64  # half a megabyte, some 5,000 counts

# One replica at a time. A number of our own, as PostgreSQL wants it.
_LOCK = 7_305_112_004
_MINE = f"(SELECT pg_try_advisory_xact_lock({_LOCK}))"

# Clocks differ, and a token may be taken for a while after its end.
_OVER = "expires_at < now() - interval '1 hour'"

# Rows that somebody works on are left for the next time, so that nobody is waited for. Where
# another replica holds the lock, each of these finds nothing.
_EXPIRED = """
    SELECT ctid FROM {table}
    WHERE {over} AND {mine} ORDER BY expires_at LIMIT {batch} FOR UPDATE SKIP LOCKED
"""


def _remove(table: str) -> str:
    expired = _EXPIRED.format(table=table, over=_OVER, mine=_MINE, batch=BATCH)
    return f"DELETE FROM {table} WHERE ctid = ANY(ARRAY({expired}))"  # noqa: S608 - constants


_REMOVE_REVOKED = _remove("revoked_token") + " RETURNING 1"
_REMOVE_IDEMPOTENCY = _remove("idempotency_key") + " RETURNING 1"
# A family goes with its last token: where another of its tokens is good, one can still follow.
_REMOVE_REFRESH = f"""
    WITH gone AS ({_remove("refresh_token")} RETURNING family_id), ended AS (
        DELETE FROM session_family AS family
        WHERE id IN (SELECT family_id FROM gone) AND NOT EXISTS (
            SELECT FROM refresh_token WHERE family_id = family.id AND NOT {_OVER}
        )
    )
    SELECT 1 FROM gone
"""  # noqa: S608 - constants

# Its rows change with each request, so an index on the time would cost more than it gives: the
# table is read through once, a few pages at a time.
_COUNT_PAGES = "SELECT pg_relation_size('rate_limit') / current_setting('block_size')::int AS pages"
_REMOVE_RATES = f"""
    DELETE FROM rate_limit WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM rate_limit
        WHERE ctid >= format('(%s,0)', $1::int)::tid AND ctid < format('(%s,0)', $2::int)::tid
            AND arrival < now() AND {_MINE}
        FOR UPDATE SKIP LOCKED
    )) RETURNING 1
"""  # noqa: S608 - constants

STATEMENTS = {
    "revoked_token": _REMOVE_REVOKED,
    "refresh_token": _REMOVE_REFRESH,
    "idempotency_key": _REMOVE_IDEMPOTENCY,
}
"""What removes one batch of each table that has an index on the time of expiry."""


async def remove_batch(database: Database, table: str) -> int:
    """Remove the oldest expired rows of a table and return how many there were."""
    return len(await database.fetch(STATEMENTS[table]))


async def remove_rates(database: Database) -> int:
    """Remove the counts of what is free again and return how many there were."""
    pages = (await database.fetch(_COUNT_PAGES))[0]["pages"]
    removed = 0
    for first in range(0, pages, _PAGES):
        removed += len(await database.fetch(_REMOVE_RATES, first, first + _PAGES))
    return removed
