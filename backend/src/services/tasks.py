"""What may be done with tasks."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from src.errors import TaskForbiddenError, TaskNotFoundError, UserNotFoundError
from src.models import Task
from src.repositories import tasks as repository
from src.schemas.tasks import TaskChanges


class TaskService:
    """One user's tasks; whoever calls it commits.

    Parameters
    ----------
    session
        The transaction to work in.
    user_id
        The owner, from a verified token.
    """

    def __init__(self, session: AsyncSession, user_id: UUID) -> None:
        self._session = session
        self._user_id = user_id

    async def list_all(self) -> Sequence[Task]:
        """Return the tasks, newest first."""
        return await repository.list_of(self._session, self._user_id)

    async def get(self, task_id: UUID) -> Task:
        """Return a task.

        Raises
        ------
        TaskNotFoundError, TaskForbiddenError
            There is none with this id, or it is another user's.
        """
        task = await repository.find(self._session, task_id)
        if task is None:
            raise TaskNotFoundError
        if task.user_id != self._user_id:
            raise TaskForbiddenError
        return task

    async def create(self, title: str, description: str | None) -> Task:
        """Add a task; title and description were checked by their schema.

        Raises
        ------
        UserNotFoundError
            The account was deleted while its token is still good.
        """
        task = Task(user_id=self._user_id, title=title, description=description, completed=False)
        self._session.add(task)
        try:
            await self._session.flush()
        except IntegrityError:
            raise UserNotFoundError from None
        return task

    async def update(self, task_id: UUID, changes: TaskChanges) -> Task:
        """Change what was given of a task; raises as :meth:`get` does."""
        task = await self.get(task_id)
        for name, value in changes.given().items():
            setattr(task, name, value)
        try:
            await self._session.flush()
        except StaleDataError:
            raise TaskNotFoundError from None  # it was removed since, alone or with its account
        return task

    async def delete(self, task_id: UUID) -> Task:
        """Remove a task and return what it was; raises as :meth:`get` does."""
        task = await self.get(task_id)
        await self._session.delete(task)
        await self._session.flush()
        return task
