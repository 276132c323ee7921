"""Whether the service is alive, ready and healthy."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from src.api.deps import StateDep
from src.database import is_available
from src.errors import RETRY_SOON, DatabaseAwayError
from src.schemas.errors import ErrorOut
from src.schemas.health import Health, Status

VERSION = "0.1.0"

router = APIRouter(tags=["health"])


@router.get("/health", response_model=Health, responses={503: {"model": Health}})
async def health(state: StateDep) -> JSONResponse:
    """Tell how the service and its database are."""
    well = await is_available(state.engine)
    answer = Health(
        status="healthy" if well else "unhealthy",
        version=VERSION,
        environment=state.settings.environment,
        chat_registered=True,
    )
    return JSONResponse(
        answer.model_dump(),
        status_code=200 if well else 503,
        headers=None if well else RETRY_SOON,
    )


@router.get("/health/live")
async def live() -> Status:
    """Tell that the process runs; touches nothing else."""
    return Status(status="alive")


@router.get("/health/ready", responses={503: {"model": ErrorOut}})
async def ready(state: StateDep) -> Status:
    """Tell whether requests can be served: whether the database answers."""
    if not await is_available(state.engine):
        raise DatabaseAwayError
    return Status(status="ready")
