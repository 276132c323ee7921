"""Tasks: list, add, change, remove."""

from uuid import UUID

from fastapi import APIRouter, Response

from src.api.deps import SessionDep, TaskServiceDep
from src.api.responses import errors
from src.errors import codes
from src.schemas.tasks import TaskChanges, TaskCreate, TaskOut

router = APIRouter(prefix="/tasks", tags=["tasks"])


@router.get("", responses=errors(401))
@codes(failed="TASK_FETCH_ERROR")
async def list_tasks(tasks: TaskServiceDep) -> list[TaskOut]:
    """Return the caller's tasks, newest first."""
    return [TaskOut.model_validate(task) for task in await tasks.list_all()]


@router.post("", status_code=201, responses=errors(400, 401, 404, 413))
@codes(invalid="TASK_CREATION_ERROR", failed="TASK_CREATION_ERROR")
async def create_task(body: TaskCreate, tasks: TaskServiceDep, session: SessionDep) -> TaskOut:
    """Add a task."""
    task = await tasks.create(body.title, body.description)
    await session.commit()
    return TaskOut.model_validate(task)


@router.put("/{task_id}", responses=errors(400, 401, 403, 404, 413))
@codes(invalid="TASK_UPDATE_ERROR", failed="TASK_UPDATE_ERROR")
async def update_task(
    task_id: UUID, body: TaskChanges, tasks: TaskServiceDep, session: SessionDep
) -> TaskOut:
    """Change what is given of a task."""
    task = await tasks.update(task_id, body)
    await session.commit()
    return TaskOut.model_validate(task)


@router.delete("/{task_id}", status_code=204, responses=errors(400, 401, 403, 404))
@codes(failed="TASK_DELETION_ERROR")
async def delete_task(task_id: UUID, tasks: TaskServiceDep, session: SessionDep) -> Response:
    """Remove a task."""
    await tasks.delete(task_id)
    await session.commit()
    return Response(status_code=204)
