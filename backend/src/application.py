"""Puts the application together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI

from src.api import auth, error_handlers, health, tasks
from src.api.deps import State
from src.chatbot.api.routes import chat
from src.chatbot.services.models import build_chat_model
from src.config import Settings
from src.database import is_available, make_engine, make_sessions
from src.middleware.body_limit import BodyLimitMiddleware
from src.middleware.cors import CorsMiddleware
from src.middleware.failures import FailureMiddleware
from src.middleware.request_log import RequestLogMiddleware
from src.observability import logs
from src.security.passwords import Passwords
from src.security.tokens import Tokens

_log = structlog.get_logger()


def create_app(settings: Settings) -> FastAPI:
    """Return the application for the given settings; nothing is opened before it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        logs.configure(settings)
        engine = make_engine(settings)
        model = build_chat_model(settings)
        app.state.taskflow = State(
            settings=settings,
            engine=engine,
            sessions=make_sessions(engine),
            tokens=Tokens(settings.better_auth_secret.get_secret_value()),
            passwords=Passwords(settings),
            model=model,
        )
        _log.info("started", assistant=model.name, database=await is_available(engine))
        yield
        await model.aclose()
        await engine.dispose()

    app = FastAPI(
        title="TaskFlow", version=health.VERSION, lifespan=lifespan, redirect_slashes=False
    )
    app.include_router(health.router)
    for router in (auth.router, tasks.router, chat.router):
        app.include_router(router, prefix=settings.api_prefix)
    error_handlers.install(app)
    # The last one added is the outermost.
    app.add_middleware(BodyLimitMiddleware)
    app.add_middleware(FailureMiddleware)
    app.add_middleware(
        CorsMiddleware,
        allow_origins=list(settings.cors_origins),
        allow_methods=["*"],
        allow_headers=["*"],
        allow_credentials=True,
    )
    app.add_middleware(RequestLogMiddleware)
    return app
