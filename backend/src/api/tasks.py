"""Tasks: list, add, change, remove."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from src.api import idempotency, task_json
from src.api.deps import CallerDep, SessionDep, TaskServiceDep, TokenDep, state_of
from src.api.examples import TASK
from src.api.idempotency import KeyDep
from src.api.responses import CALLER, OF_A_TASK, errors, gives
from src.errors import codes
from src.schemas.tasks import TaskChanges, TaskCreate, TaskOut
from src.services import quick_tasks
from src.services.idempotency import KeyedRequest
from src.services.tasks import TaskService

router = APIRouter(prefix="/tasks", tags=["tasks"])

# Of a request's time, what may be spent on one that repeats another.
_SECONDS = 3.0


@router.get(
    "",
    response_model=list[TaskOut],
    responses={
        **gives(200, [TASK], "The tasks."),
        **errors(*CALLER, failed="TASK_FETCH_ERROR"),
    },
)
@codes(failed="TASK_FETCH_ERROR")
async def list_tasks(request: Request, token: TokenDep) -> Response:
    """Return the caller's tasks, newest first."""
    return task_json.many(await quick_tasks.list_all(state_of(request).database, token))


@router.post(
    "",
    status_code=201,
    response_model=TaskOut,
    responses={
        **gives(201, TASK, "The new task.", "Idempotency-Replayed"),
        **errors("TASK_CREATION_ERROR", *CALLER, "USER_NOT_FOUND", failed="TASK_CREATION_ERROR"),
    },
)
@codes(invalid="TASK_CREATION_ERROR", failed="TASK_CREATION_ERROR")
async def create_task(
    request: Request, body: TaskCreate, caller: CallerDep, key: KeyDep = None
) -> Response:
    """Add a task."""
    state = state_of(request)
    if key is None:
        row = await quick_tasks.create(state.database, caller.user_id, body.title, body.description)
        return task_json.one(row, 201)

    async def work(session: AsyncSession) -> bytes:
        task = await TaskService(session, caller.user_id).create(body.title, body.description)
        return TaskOut.model_validate(task).model_dump_json().encode()

    content = body.model_dump_json().encode()
    keyed = KeyedRequest(caller.user_id, "POST /tasks", key, content, _SECONDS)
    return await idempotency.answer(state, keyed, 201, work)


@router.put(
    "/{task_id}",
    responses={
        **gives(200, TASK, "The task as it is now."),
        **errors("TASK_UPDATE_ERROR", *CALLER, *OF_A_TASK, failed="TASK_UPDATE_ERROR"),
    },
)
@codes(invalid="TASK_UPDATE_ERROR", failed="TASK_UPDATE_ERROR")
async def update_task(
    task_id: UUID, body: TaskChanges, tasks: TaskServiceDep, session: SessionDep
) -> TaskOut:
    """Change what is given of a task."""
    task = await tasks.update(task_id, body)
    await session.commit()
    return TaskOut.model_validate(task)


@router.delete(
    "/{task_id}",
    status_code=204,
    responses={
        **gives(204, None, "Removed."),
        **errors("INVALID_REQUEST", *CALLER, *OF_A_TASK, failed="TASK_DELETION_ERROR"),
    },
)
@codes(failed="TASK_DELETION_ERROR")
async def delete_task(task_id: UUID, tasks: TaskServiceDep, session: SessionDep) -> Response:
    """Remove a task."""
    await tasks.delete(task_id)
    await session.commit()
    return Response(status_code=204)
