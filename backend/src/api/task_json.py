"""Tasks as JSON straight from the database's rows, without a model in between.

The bytes are those that :class:`~src.schemas.tasks.TaskOut` gives for the same task.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import Response

from src.database import Row
from src.schemas.tasks import TaskOut

_KEYS = tuple(TaskOut.model_fields)
# Times are UTC in whole seconds and end in Z.
_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS


def many(rows: Sequence[Row]) -> Response:
    """Return the answer that holds a list of tasks."""
    return _answer([_task(row) for row in rows], 200)


def one(row: Row, status: int) -> Response:
    """Return the answer that holds one task."""
    return _answer(_task(row), status)


def _task(row: Row) -> dict[str, Any]:
    # A row may hold more behind what belongs to a task.
    return dict(zip(_KEYS, row, strict=False))


def _answer(content: object, status: int) -> Response:
    return Response(orjson.dumps(content, option=_OPTIONS), status, media_type="application/json")
