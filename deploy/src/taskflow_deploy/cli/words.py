"""Which words may come next on a command line, by the command line library's own tables.

The library could tell that itself, but reads all values that were typed before with pydantic:
that takes longer than everything else together.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import typer

_ABOUT_LETTERS = 60


def candidates(command: Any, typed: Sequence[str], *, joined: bool) -> list[tuple[str, str]]:
    """Return the words that may stand in the place of the last of those typed.

    Parameters
    ----------
    command
        The library's command of the program.
    typed
        The words after the program's name; the last is not complete, and may be empty.
    joined
        Whether the shell takes ``--option=value`` for one word.

    Returns
    -------
    list
        Each word, and a few words about it.
    """
    *before, last = _without_signs(typed)
    place = _Place(command)
    for word in before:
        place.pass_by(word)
    option, sign, value = last.partition("=")
    if sign and option.startswith("--") and place.options_may_come:
        begin = f"{option}=" if joined else ""
        place.pass_by(option)
        return [(begin + word, about) for word, about in place.words(value)]
    return list(place.words(last))


def _without_signs(typed: Sequence[str]) -> list[str]:
    """Return the words where bash made three of ``--option=value``."""
    *before, last = typed
    return [*(word for word in before if word != "="), "" if last == "=" else last]


class _Place:
    """A place on a command line, before which some words stand."""

    def __init__(self, command: Any) -> None:
        self._enter(command)
        self.options_may_come = True

    def _enter(self, command: Any) -> None:
        self._command = command
        self._context = typer.Context(command)
        self._params = command.get_params(self._context)
        self._arguments = [one for one in self._params if one.param_type_name == "argument"]
        self._wants_value: Any = None
        self._given: list[Any] = []

    def pass_by(self, word: str) -> None:
        """Take a whole word."""
        commands = getattr(self._command, "commands", {})
        if self._wants_value is not None:
            self._wants_value = None
        elif word == "--":
            self.options_may_come = False
        elif word.startswith("-") and self.options_may_come:
            name, sign, _ = word.partition("=")
            param = next((one for one in self._params if name in one.opts), None)
            self._given.append(param)
            if param is not None and not param.is_flag and not sign:
                self._wants_value = param
        elif word in commands:
            self._enter(commands[word])
        elif self._arguments:
            self._arguments.pop(0)

    def words(self, begin: str) -> Iterator[tuple[str, str]]:
        """Return what may stand here and begins so."""
        if self._command.context_settings.get("ignore_unknown_options"):
            return  # the words of another program
        if self._wants_value is not None:
            yield from self._values(self._wants_value, begin)
        elif begin.startswith("-") and self.options_may_come:
            yield from self._options(begin)
        elif getattr(self._command, "commands", {}):
            for name, one in self._command.commands.items():
                if name.startswith(begin) and not one.hidden:
                    yield name, _short(one.help)
        elif self._arguments:
            yield from self._values(self._arguments[0], begin)

    def _values(self, param: Any, begin: str) -> Iterator[tuple[str, str]]:
        for item in param.shell_complete(self._context, begin):
            yield item.value, item.help or ""

    def _options(self, begin: str) -> Iterator[tuple[str, str]]:
        for param in self._params:
            names = [name for name in param.opts if name.startswith(begin)]
            if names and param.param_type_name == "option" and param not in self._given:
                # The long name says what it is.
                yield max(names, key=len), _short(param.help)


def _short(text: str | None) -> str:
    """Return the first sentence, on one line."""
    first = " ".join((text or "").split()).partition(". ")[0].rstrip(".")
    return (
        first if len(first) <= _ABOUT_LETTERS else first[: _ABOUT_LETTERS - 1].rstrip() + "\u2026"
    )
