"""What the backend's settings are where none is given: by its code, and by their page."""

import ast
from collections.abc import Mapping
from typing import Any

from taskflow_deploy.contract.static import python
from taskflow_deploy.contract.static.environment import PAGE, rows
from taskflow_deploy.contract.static.reading import Files, understanding
from taskflow_deploy.contract.static.routes import CONFIG
from taskflow_deploy.contract.static.sides import Side

_EMPTY, _NONE = "empty", "none"
_UNITS = {1: "second", 60: "minute", 3_600: "hour", 86_400: "day"}


class Defaults:
    """The defaults, as they are written into an environment.

    Parameters
    ----------
    files
        The repository's files.
    """

    def __init__(self, files: Files) -> None:
        self._files = files

    @property
    def code(self) -> Side:
        """Those of the code."""
        tree = self._files.python(CONFIG)
        with understanding(CONFIG):
            known = python.assigned(tree)
            fields = python.fields(tree, "Settings")
            values = {name.upper(): _written(_value(field.value, known))
                      for name, field in fields.items()}  # fmt: skip
        places = {name.upper(): f"{CONFIG}:{field.lineno}" for name, field in fields.items()}
        return Side(CONFIG, values, places)

    @property
    def page(self) -> Side:
        """Those of the page."""
        found = rows(self._files.text(PAGE))
        values = {row[1]: row[2].strip("`") for row, _ in found}
        return Side(PAGE, values, {row[1]: f"{PAGE}:{number}" for row, number in found})


def _value(node: Any, known: Mapping[str, ast.expr]) -> Any:
    """Return what an expression of the settings stands for.

    Raises
    ------
    LookupError
        It is none of those that are known here.
    """
    match node:
        case None:
            return _NONE
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return _value(known[name], known)
        case ast.Tuple(elts=parts):
            return ",".join(str(_value(part, known)) for part in parts)
        case ast.Subscript(value=ast.Name(id=name), slice=key):
            return ast.literal_eval(known[name])[_value(key, known)]
        case ast.Call(func=ast.Name(id="SecretStr"), args=[inner]):
            return _value(inner, known)
        case ast.Call(func=ast.Name(id="Rate"), args=[times, seconds]):
            return f"{_value(times, known)}/{_UNITS[_value(seconds, known)]}"
        case ast.Call(func=ast.Name(id="Field"), args=[first]):
            return _value(first, known)
        case ast.Call(func=ast.Name(id="Field"), args=[]):
            return _value(python.keywords(node).get("default"), known)
    raise LookupError(f"no value is known of {ast.unparse(node)}")


def _written(value: Any) -> str:
    return (str(value).lower() if isinstance(value, bool) else str(value)) or _EMPTY
