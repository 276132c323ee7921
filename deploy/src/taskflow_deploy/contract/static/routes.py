"""What the backend's code promises: its routes, their statuses, error codes and answers."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from taskflow_deploy.contract.static import python
from taskflow_deploy.contract.static.models import Models
from taskflow_deploy.contract.static.reading import Files, understanding
from taskflow_deploy.contract.static.shapes import NO_BODY
from taskflow_deploy.contract.static.sides import TOLD, Side

APPLICATION = "backend/src/application.py"
CONFIG = "backend/src/config.py"
RESPONSES = "backend/src/api/responses.py"
HANDLERS = "backend/src/api/error_handlers.py"
CODE = "backend/src"
_METHODS = {"get", "post", "put", "patch", "delete"}
_WELL, _EMPTY, _FAULT = 200, 204, 500
_FAULT_CODE = "INTERNAL_ERROR"


@dataclass(frozen=True)
class Route:
    """A route.

    Attributes
    ----------
    name
        Method and whole path.
    errors
        Codes with their statuses, such as ``404 USER_NOT_FOUND``.
    answer
        The keys of its answer, and where these are.
    place
        File and line.
    """

    name: str
    status: int
    errors: tuple[str, ...]
    answer: tuple[str, str]
    place: str


class Code:
    """The backend's code.

    Parameters
    ----------
    files
        The repository's files.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._known = self._assigned(RESPONSES)
        self._models = Models(files)
        self._routes = [route for file, before in self._routers()
                        for route in self._of(file, before)]  # fmt: skip

    @property
    def statuses(self) -> Side:
        """The status of each route where all goes well."""
        places = {route.name: route.place for route in self._routes}
        return Side(CODE, {route.name: str(route.status) for route in self._routes}, places)

    @property
    def answers(self) -> Side:
        """The keys of each route's answer where all goes well."""
        places = {route.name: route.answer[1] for route in self._routes}
        return Side(CODE, {route.name: route.answer[0] for route in self._routes}, places)

    @property
    def errors(self) -> Side:
        """The error codes of each route."""
        places = {f"{error} of {route.name}": route.place
                  for route in self._routes for error in route.errors}  # fmt: skip
        return Side(CODE, dict.fromkeys(places, TOLD), places)

    @property
    def codes(self) -> Side:
        """All error codes: those of the routes, and those of addresses that are none."""
        messages = self._assigned(HANDLERS)
        with understanding(HANDLERS):
            places = {f"{status} {code}": HANDLERS for status, (code, _)
                      in ast.literal_eval(messages["_MESSAGES"]).items()}  # fmt: skip
        places |= {error: route.place for route in self._routes for error in route.errors}
        return Side(CODE, dict.fromkeys(places, TOLD), places)

    @property
    def prefix(self) -> Side:
        """The path before the routes, as the settings have it by default."""
        tree = self._files.python(CONFIG)
        with understanding(CONFIG):
            given: Any = python.fields(tree, "Settings")["api_prefix"].value
            prefix = ast.literal_eval(python.keywords(given)["default"])
        return Side(CONFIG, {"": str(prefix)})

    def _assigned(self, file: str) -> dict[str, ast.expr]:
        tree = self._files.python(file)
        with understanding(file):
            return python.assigned(tree)

    def _routers(self) -> Iterator[tuple[str, str]]:
        """Return the file of each router that the application includes, and the path before it."""
        tree = self._files.python(APPLICATION)
        with understanding(APPLICATION):
            modules = {name.name: f"backend/{node.module}/{name.name}".replace(".", "/")
                       for node in tree.body if isinstance(node, ast.ImportFrom)
                       for name in node.names}  # fmt: skip
            for call, routers in _included(tree):
                before = self.prefix.values[""] if "prefix" in python.keywords(call) else ""
                for router in routers:
                    yield f"{modules[router.value.id]}.py", before

    def _of(self, file: str, before: str) -> Iterator[Route]:
        tree = self._files.python(file)
        with understanding(file):
            router: Any = python.assigned(tree)["router"]
            own = python.keywords(router).get("prefix")
            before += ast.literal_eval(own) if own else ""
            for function in tree.body:
                for call in getattr(function, "decorator_list", ()):
                    if getattr(call.func, "attr", "") in _METHODS:
                        yield self._route(file, before, function, call)

    def _route(self, file: str, before: str, function: Any, call: Any) -> Route:
        given = python.keywords(call)
        status = ast.literal_eval(given["status_code"]) if "status_code" in given else _WELL
        place, answer = f"{file}:{call.lineno}", NO_BODY
        answer_place = place
        if status != _EMPTY:
            answer, model = self._models.keys(given.get("response_model", function.returns))
            answer_place = f"{place} by {model}"
        name = f"{call.func.attr.upper()} {before}{ast.literal_eval(call.args[0])}"
        errors = tuple(self._errors(given["responses"]))
        return Route(name, status, errors, (answer, answer_place), place)

    def _errors(self, responses: Any) -> Iterator[str]:
        """Return the errors of ``{**errors("CODE", *CODES, failed="CODE"), ...}``."""
        others = {key.value for key in responses.keys if isinstance(key, ast.Constant)}
        for value in responses.values:
            if not (isinstance(value, ast.Call) and getattr(value.func, "id", "") == "errors"):
                continue
            everywhere = python.texts(self._known["_EVERYWHERE"])
            for code in [*python.words(value.args, self._known), *everywhere]:
                status = self._status(code)
                if status not in others:  # else the answer is another one, and no error's
                    yield f"{status} {code}"
            failed = python.keywords(value).get("failed", ast.Constant(_FAULT_CODE))
            yield from (f"{_FAULT} {code}" for code in python.texts(failed))

    def _status(self, code: str) -> int:
        with understanding(RESPONSES):
            status, _ = ast.literal_eval(self._known["_MEANINGS"])[code]
            return int(status)


def _included(tree: ast.Module) -> Iterator[tuple[ast.Call, list[Any]]]:
    """Return the calls of ``include_router``, and the routers that each includes."""
    several: dict[str, list[Any]] = {}
    for node in ast.walk(tree):
        match node:
            case ast.For(target=ast.Name(id=name), iter=ast.Tuple(elts=routers)):
                several[name] = routers
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="include_router"), args=[ast.Name(id=name)]):
                yield node, several[name]
            case ast.Call(func=ast.Attribute(attr="include_router"), args=[router]):
                yield node, [router]
