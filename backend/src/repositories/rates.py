"""How much of each rate was used, in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from src.database import Database


@dataclass(frozen=True)
class Use:
    """One use of a rate under a key.

    Parameters
    ----------
    key
        Whose use of what, as a digest.
    step
        The time after which one use is forgotten.
    room
        How far ahead of the present the uses may reach: ``step`` times their number.
    """

    key: bytes
    step: timedelta
    room: timedelta


# The generic cell rate algorithm: a row is the time at which all uses will be forgotten. A use
# moves it by a step, and is allowed while it stays within the room from the present.
#
# `asked` reads, and locks nothing: where it finds a key used up, nothing is written for any. What
# others have used since then is seen by the condition of the update, which locks the row first.
# Rows are written in the order of their keys, so that two requests cannot wait for each other.
_TAKE = """
    WITH asked AS (
        SELECT key, step, room, greatest(arrival, now()) + step - room - now() AS wait
        FROM unnest($1::bytea[], $2::interval[], $3::interval[]) AS use (key, step, room)
        LEFT JOIN rate_limit USING (key)
    ), taken AS (
        INSERT INTO rate_limit AS kept (key, arrival)
        SELECT key, now() + step FROM asked
        WHERE NOT EXISTS (SELECT FROM asked WHERE wait > interval '0')
        ORDER BY key
        ON CONFLICT (key) DO UPDATE SET
            arrival = greatest(kept.arrival, now()) + (excluded.arrival - now())
        WHERE greatest(kept.arrival, now()) + (excluded.arrival - now()) - now()
            <= (SELECT room FROM asked WHERE asked.key = kept.key)
        RETURNING key
    )
    SELECT asked.key, asked.wait, taken.key IS NOT NULL AS taken
    FROM asked LEFT JOIN taken USING (key)
"""
_GIVE_BACK = "UPDATE rate_limit SET arrival = arrival - $2::interval WHERE key = $1"


async def take(database: Database, uses: Sequence[Use]) -> timedelta | None:
    """Use several rates at once: all of them, or none where one is used up.

    Returns
    -------
    timedelta or None
        None where it was allowed; else how long to wait, at most.
    """
    # Twice after a lost connection is one use too many, and never one too few.
    rows = await database.fetch(
        _TAKE,
        [use.key for use in uses],
        [use.step for use in uses],
        [use.room for use in uses],
        repeatable=True,
    )
    if all(row["taken"] for row in rows):
        return None
    late: list[timedelta] = [row["wait"] for row in rows if row["wait"] > timedelta(0)]
    if late:
        return max(late)
    # Others were faster just now, so one of them has used the last of it a moment ago.
    steps = []
    for row in rows:
        use = next(use for use in uses if use.key == row["key"])
        if row["taken"]:
            await give_back(database, use)
        else:
            steps.append(use.step)
    return max(steps)


async def give_back(database: Database, use: Use) -> None:
    """Undo one use."""
    await database.fetch(_GIVE_BACK, use.key, use.step)
