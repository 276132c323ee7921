"""Reads files of the repository, and says of one that cannot be understood why."""

import ast
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


class UnreadableError(Exception):
    """A file is not there or not what it should be.

    Parameters
    ----------
    file
        Relative to the repository.
    reason
        Why, for people.
    """

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason


@dataclass
class Files:
    """The files of a repository.

    Attributes
    ----------
    texts
        Those that were read so far.
    """

    root: Path
    texts: dict[str, str] = field(default_factory=dict)

    def text(self, file: str) -> str:
        """Return a file's text."""
        if file not in self.texts:
            with understanding(file):
                self.texts[file] = (self.root / file).read_text(encoding="utf-8")
        return self.texts[file]

    def yaml(self, file: str) -> Any:
        """Return a YAML file's content."""
        text = self.text(file)
        with understanding(file):
            return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506

    def json(self, file: str) -> Any:
        """Return a JSON file's content."""
        text = self.text(file)
        with understanding(file):
            return json.loads(text)

    def python(self, file: str) -> ast.Module:
        """Return a Python file's syntax tree."""
        text = self.text(file)
        with understanding(file):
            return ast.parse(text)


@contextmanager
def understanding(file: str) -> Iterator[None]:
    """Say of which file it was that the block did not understand something.

    Raises
    ------
    UnreadableError
        The block failed as it does with content of another form.
    """
    try:
        yield
    except OSError as error:
        raise UnreadableError(file, f"it cannot be read: {error.strerror}") from None
    except (SyntaxError, yaml.YAMLError, UnicodeError) as error:
        raise UnreadableError(file, f"it cannot be read: {' '.join(str(error).split())}") from None
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        said = f"{type(error).__name__}: {error}"
        raise UnreadableError(file, f"it has another form than expected: {said}") from None
