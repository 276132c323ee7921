"""What a request is called where it is counted: there are few names, and any number of paths."""

from collections.abc import Callable
from typing import Any

from fastapi.routing import iter_route_contexts
from starlette.types import Scope

UNMATCHED = "unmatched"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
PROBES = frozenset({"/health/live", "/health/ready"})
"""Asked for every few seconds, so that what is well is not worth a line."""


def method_of(scope: Scope) -> str:
    """Return the method, or ``OTHER`` for one that no route has."""
    method: str = scope["method"]
    return method if method in _METHODS else "OTHER"


class RouteNames:
    """Names the routes of one application, which it sees with the first request."""

    def __init__(self) -> None:
        self._names: dict[Callable[..., Any] | None, str] | None = None

    def of(self, scope: Scope) -> str:
        """Return the template of an answered request, such as ``/tasks/{task_id}``."""
        if self._names is None:
            self._names = {
                route.endpoint: route.path_format
                for route in iter_route_contexts(scope["app"].routes)
                if route.endpoint and route.path_format
            }
        return self._names.get(scope.get("endpoint"), UNMATCHED)
