"""Whether the service is alive, ready and healthy."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from src.api.deps import StateDep
from src.api.examples import ALIVE, HEALTHY, READY, UNHEALTHY
from src.api.responses import errors, gives
from src.errors import RETRY_SOON, DatabaseAwayError
from src.schemas.health import Alive, Health, Ready

VERSION = "0.1.0"

router = APIRouter(tags=["health"])


@router.get(
    "/health",
    response_model=Health,
    responses={
        **errors(),
        **gives(200, HEALTHY, "All is well."),
        503: {
            "model": Health,
            **gives(503, UNHEALTHY, "The database is away.", "Retry-After")[503],
        },
    },
)
async def health(state: StateDep) -> JSONResponse:
    """Tell how the service and its database are."""
    well = await state.database.is_available()
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


@router.get("/health/live", responses={**gives(200, ALIVE, "The process runs."), **errors()})
async def live() -> Alive:
    """Tell that the process runs; touches nothing else."""
    return ALIVE


@router.get("/health/ready", responses={**gives(200, READY, "Requests can be served."), **errors()})
async def ready(state: StateDep) -> Ready:
    """Tell whether requests can be served: whether the database answers."""
    if not await state.database.is_available():
        raise DatabaseAwayError
    return READY
