"""What the stand-ins share: one file of state, one of calls, and a reader of arguments.

A test starts dozens of them, so this imports as little as possible: that is also
why the files are in Python's own binary form and not in JSON.
"""

from __future__ import annotations

import marshal
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any, NoReturn


# Options that come with every call, wherever they stand in it.
WHICH_CLUSTER: Mapping[str, Mapping[str, Sequence[str]]] = {
    "kubectl": {"--kubeconfig": (), "--context": (), "--namespace": (), "-n": ()},
    "helm": {"--kubeconfig": (), "--kube-context": (), "--namespace": ()},
}


class World:
    """State on disk."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.values: dict[str, Any] = {}
        self.release: Callable[[], None] = lambda: None
        """Lets the other stand-ins have their turn: for one that does not end by itself."""
        if os.path.exists(file):
            self.load()

    def load(self) -> None:
        """Read the state."""
        with open(self.file, "rb") as kept:
            self.values = marshal.load(kept)

    def save(self) -> None:
        """Write the state."""
        with open(self.file, "wb") as kept:
            marshal.dump(self.values, kept)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a value."""
        return self.values.get(name, default)

    def set(self, name: str, value: Any) -> None:
        """Keep a value."""
        self.values[name] = value
        self.save()

    def record(self, call: list[str], argv: list[str], stdin: str) -> None:
        """Write a call down: without the options that say which cluster, and as it was."""
        with open(f"{self.file}.calls", "ab") as calls:
            calls.write(marshal.dumps((call, argv, stdin)))

    def calls(self) -> Iterator[tuple[list[str], list[str], str]]:
        """Return what was written down."""
        if not os.path.exists(f"{self.file}.calls"):
            return
        with open(f"{self.file}.calls", "rb") as calls:
            while calls.peek(1):
                yield marshal.load(calls)

    def failure(self, call: list[str]) -> dict[str, Any] | None:
        """Return how a call fails, where the test asked for that."""
        failures = self.get("failures", {})
        command = next((c for c in failures if call[: len(c.split())] == c.split()), None)
        if command is None:
            return None
        failure: dict[str, Any] = failures[command]
        if failure["after"] > 0:
            failure["after"] -= 1
            self.save()
            return None
        return failure


def stop(message: str, code: int = 1) -> NoReturn:
    """End with a message on standard error."""
    sys.stderr.write(f"{message}\n")
    sys.exit(code)


def parse(
    command: str,
    words: list[str],
    *,
    options: Mapping[str, Sequence[str]] | None = None,
    flags: Sequence[str] = (),
    required: Sequence[str] = (),
    positional: Sequence[str] = (),
    code: int = 1,
) -> dict[str, Any]:
    """Read the arguments of a command, and end the program at one that it does not know.

    Parameters
    ----------
    command
        Its name in messages.
    options
        Options with a value, and the values that are allowed; any, where there are none.
        All values that were given are returned in a list.
    flags
        Options without a value.
    required
        Options and flags that must be there.
    positional
        Names of the other arguments, all of which must be there.
    code
        The exit code for arguments that are wrong.
    """
    given, rest = take(words, options or {}, flags)
    for word in rest:
        if word.startswith("-") and word != "-":
            stop(f"Error: {command}: unknown flag: {word}", code)
    for name in required:
        if not given[name]:
            stop(f'Error: {command}: required flag "{name}" not set', code)
    for name, allowed in (options or {}).items():
        for value in given[name]:
            if allowed and value not in allowed:
                stop(f'Error: {command}: invalid argument "{value}" for {name}', code)
    if len(rest) != len(positional):
        stop(f"Error: {command}: accepts {len(positional)} arguments, received {rest}", code)
    return {**given, **dict(zip(positional, rest, strict=True))}


def take(
    words: list[str], options: Mapping[str, Sequence[str]], flags: Sequence[str] = ()
) -> tuple[dict[str, Any], list[str]]:
    """Take known options out of the arguments; return them, and what is left."""
    given: dict[str, Any] = {**{name: [] for name in options}, **dict.fromkeys(flags, False)}
    rest: list[str] = []
    coming = iter(words)
    for word in coming:
        name, equals, value = word.partition("=")
        if word in flags:
            given[word] = True
        elif name in options:
            given[name].append(value if equals else next(coming, ""))
        else:
            rest.append(word)
    return given, rest
