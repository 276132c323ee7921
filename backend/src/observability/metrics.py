"""What is counted, for Prometheus; docs/operations/metrics.md says what each number answers."""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

from src.observability.state import StateCollector

# A second series for each counter, with the time when it began, is of no use to us.
disable_created_metrics()  # type: ignore[no-untyped-call]

REGISTRY = CollectorRegistry(auto_describe=True)
STATE = StateCollector()
"""What is read when it is asked for: pools of connections, and hashes that wait."""

REGISTRY.register(STATE)
ProcessCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

_REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30, 120)
_MODEL_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120)

_requests = Counter(
    "taskflow_http_requests_total",
    "Requests answered.",
    ("method", "route", "status"),
    registry=REGISTRY,
)
_request_seconds = Histogram(
    "taskflow_http_request_duration_seconds",
    "From the first byte of a request's head to the last of its answer.",
    ("method", "route"),
    buckets=_REQUEST_SECONDS,
    registry=REGISTRY,
)


class _InFlight:
    """A plain number: it is changed twice a request, by the event loop's thread alone."""

    requests = 0


IN_FLIGHT = _InFlight()
Gauge(
    "taskflow_http_requests_in_flight", "Requests being answered now.", registry=REGISTRY
).set_function(lambda: IN_FLIGHT.requests)
_limited = Counter(
    "taskflow_rate_limited_total", "Requests refused by a rate limit.", ("action",),
    registry=REGISTRY,
)  # fmt: skip
_logins = Counter(
    "taskflow_logins_total", "Logins: success or refused.", ("outcome",), registry=REGISTRY
)
_database_failures = Counter(
    "taskflow_database_failures_total",
    "Requests answered 503 because of the database: no free connection, or it is away.",
    ("reason",),
    registry=REGISTRY,
)
CHAT_TURNS = Counter(
    "taskflow_chat_turns_total",
    "Chat turns: answered, failed by the model, refused or stopped, or a fault of ours.",
    ("outcome",),
    registry=REGISTRY,
)
CHAT_TURN_SECONDS = Histogram(
    "taskflow_chat_turn_duration_seconds", "Time of a chat turn, tools and database included.",
    buckets=_MODEL_SECONDS, registry=REGISTRY,
)  # fmt: skip
CHAT_TURN_ROUNDS = Histogram(
    "taskflow_chat_turn_rounds", "How often the model was asked in an answered turn.",
    buckets=range(1, 9), registry=REGISTRY,
)  # fmt: skip
MODEL_SECONDS = Histogram(
    "taskflow_chat_model_duration_seconds", "Time of one question to the model, retries included.",
    ("model",), buckets=_MODEL_SECONDS, registry=REGISTRY,
)  # fmt: skip
CHAT_TOKENS = Counter(
    "taskflow_chat_tokens_total",
    "Tokens paid for: input, output, and input that was written to or read from the cache.",
    ("direction", "model"),
    registry=REGISTRY,
)
TOOL_CALLS = Counter(
    "taskflow_chat_tool_calls_total", "Tool calls of the model: success or error.",
    ("tool", "outcome"), registry=REGISTRY,
)  # fmt: skip

# Series that exist from the start: a rate over one that appears with its first event misses it.
_login = {outcome: _logins.labels(outcome) for outcome in ("success", "refused")}
_failure = {reason: _database_failures.labels(reason) for reason in ("pool_timeout", "away")}
for _outcome in ("answered", "refused", "failed", "error"):
    CHAT_TURNS.labels(_outcome)

# Looked up once: a label costs more than the count itself.
_bound: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}


def request_answered(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request; of methods and routes there are few, whatever clients make up."""
    try:
        count, duration = _bound[method, route, status]
    except KeyError:
        count = _requests.labels(method, route, status)
        duration = _request_seconds.labels(method, route)
        _bound[method, route, status] = count, duration
    count.inc()
    duration.observe(seconds)


def rate_limited(action: str) -> None:
    """Count a request that a rate limit refused, such as ``login``."""
    _limited.labels(action).inc()


def logged_in(*, success: bool) -> None:
    """Count a login."""
    _login["success" if success else "refused"].inc()


def database_failed(*, pool_timeout: bool) -> None:
    """Count a request that is answered 503."""
    _failure["pool_timeout" if pool_timeout else "away"].inc()
