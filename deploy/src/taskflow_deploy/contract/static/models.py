"""The keys of the answers that the backend's code describes as classes."""

import ast

from taskflow_deploy.contract.static import python
from taskflow_deploy.contract.static.reading import Files, understanding
from taskflow_deploy.contract.static.shapes import Shape, written

# Every class whose fields are an answer's keys is in one of these.
_FILES = (
    "backend/src/schemas/auth.py",
    "backend/src/schemas/tasks.py",
    "backend/src/schemas/health.py",
    "backend/src/chatbot/api/schemas.py",
)


class Models:
    """The classes of answers.

    Parameters
    ----------
    files
        The repository's files.
    """

    def __init__(self, files: Files) -> None:
        self._fields: dict[str, dict[str, ast.AnnAssign]] = {}
        self._places: dict[str, str] = {}
        for file in _FILES:
            tree = files.python(file)
            with understanding(file):
                for node in tree.body:
                    if isinstance(node, ast.ClassDef):
                        self._fields[node.name] = python.fields(tree, node.name)
                        self._places[node.name] = f"{file}:{node.lineno}"

    def keys(self, annotation: ast.expr) -> tuple[str, str]:
        """Return the keys of an answer that is annotated so, and where its class is.

        Raises
        ------
        LookupError
            It is annotated with another class.
        """
        match annotation:
            case ast.Subscript(value=ast.Name(id="list"), slice=ast.Name(id=name)):
                return written([self._shape(name)]), self._places[name]
            case ast.Name(id=name):
                return written(self._shape(name)), self._places[name]
        raise LookupError(f"there is no class {ast.unparse(annotation)}")

    def _shape(self, name: str) -> Shape:
        fields = self._fields[name]
        return {key: self._inner(field.annotation) for key, field in fields.items()}

    def _inner(self, annotation: ast.expr) -> Shape:
        known = isinstance(annotation, ast.Name) and annotation.id in self._fields
        return self._shape(annotation.id) if known and isinstance(annotation, ast.Name) else None
