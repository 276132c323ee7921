"""Puts the application together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI

from src.api import auth, error_handlers, health, tasks
from src.api.deps import State
from src.api.description import DescribedApi
from src.chatbot.api.routes import chat
from src.chatbot.services.models import build_chat_model
from src.config import Settings
from src.database import Database
from src.middleware.body_limit import BodyLimitMiddleware
from src.middleware.client_address import ClientAddressMiddleware
from src.middleware.cors import CorsMiddleware
from src.middleware.deadline import DeadlineMiddleware
from src.middleware.failures import FailureMiddleware
from src.middleware.request_log import RequestLogMiddleware
from src.middleware.security_headers import SecurityHeadersMiddleware
from src.middleware.unread_body import UnreadBodyMiddleware
from src.observability import logs, metrics, metrics_server, tracing
from src.security.passwords import Passwords
from src.security.tokens import Tokens
from src.services import cleanup
from src.services.rates import Rates

_log = structlog.get_logger()


def create_app(settings: Settings) -> FastAPI:
    """Return the application for the given settings; nothing is opened before it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        logs.configure(settings)
        database = Database(settings)
        model = build_chat_model(settings)
        app.state.taskflow = State(
            settings=settings,
            database=database,
            tokens=Tokens(
                settings.better_auth_secret.get_secret_value(),
                settings.better_auth_secret_previous.get_secret_value(),
            ),
            passwords=Passwords(settings),
            rates=Rates(database, settings),
            model=model,
        )
        database_answers = await database.is_available()
        _log.info("started", assistant=model.name, database=database_answers)
        if not database_answers:
            _log.warning("no database yet: requests are answered with 503 until there is one")
        with (
            metrics.STATE.watching(database.engine, app.state.taskflow.passwords),
            metrics_server.serving(settings.metrics_host, settings.metrics_port),
        ):
            async with tracing.running(settings, health.VERSION), cleanup.running(database):
                yield
        await model.aclose()
        await database.close()

    app = DescribedApi(
        title="TaskFlow",
        version=health.VERSION,
        lifespan=lifespan,
        redirect_slashes=False,
        # FastAPI would look for somebody to tell with every request, and tell whole addresses.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    # Routes are tried in order, so what is asked most comes first.
    for router in (tasks.router, chat.router, auth.router):
        app.include_router(router, prefix=settings.api_prefix)
    app.include_router(health.router)
    error_handlers.install(app)
    # The last one added is the outermost.
    app.add_middleware(BodyLimitMiddleware)
    # A chat turn has a limit of its own: a model takes its time.
    app.add_middleware(DeadlineMiddleware, exempt=frozenset({f"{settings.api_prefix}/chat"}))
    app.add_middleware(FailureMiddleware)
    app.add_middleware(
        CorsMiddleware,
        allow_origins=list(settings.cors_origins),
        allow_methods=["*"],
        allow_headers=["*"],
        allow_credentials=True,
        expose_headers=["Retry-After", "X-Request-Id", "Idempotency-Replayed"],
    )
    app.add_middleware(SecurityHeadersMiddleware, https=settings.cookie_secure)
    app.add_middleware(ClientAddressMiddleware, trusted=settings.trusted_proxies)
    app.add_middleware(RequestLogMiddleware)
    if settings.otel_exporter_otlp_endpoint:
        from src.middleware.traces import TraceMiddleware

        app.add_middleware(TraceMiddleware)
    app.add_middleware(UnreadBodyMiddleware)
    return app
