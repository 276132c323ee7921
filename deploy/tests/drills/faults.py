"""Ways to break the files of a checkout, or a command's environment, and to mend them again."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from tests.cluster.checkout import Checkout

Fault = Callable[[Checkout], AbstractContextManager[dict[str, str]]]
"""Breaks something for as long as a block runs; gives the variables that the command gets."""


def replaced(name: str, old: str, new: str) -> Fault:
    """Return the fault that the first ``old`` in a file is ``new``."""
    return changed(name, lambda text: text.replace(old, new, 1))


def appended(name: str, more: str) -> Fault:
    """Return the fault that a file has more at its end."""
    return changed(name, lambda text: text + more)


def changed(name: str, change: Callable[[str], str]) -> Fault:
    """Return the fault that a file's text is another one."""

    @contextmanager
    def fault(checkout: Checkout) -> Iterator[dict[str, str]]:
        with checkout.changed(name, change):
            yield {}

    return fault


def without(name: str) -> Fault:
    """Return the fault that a file is not there."""

    @contextmanager
    def fault(checkout: Checkout) -> Iterator[dict[str, str]]:
        file = checkout.folder / name
        aside = file.with_name(f"{file.name}.aside")
        file.rename(aside)
        try:
            yield {}
        finally:
            aside.rename(file)

    return fault


def variables(**given: str) -> Fault:
    """Return the fault that variables have some values."""

    @contextmanager
    def fault(_checkout: Checkout) -> Iterator[dict[str, str]]:
        yield given

    return fault


def together(*faults: Fault) -> Fault:
    """Return the fault that all of some faults are there."""

    @contextmanager
    def fault(checkout: Checkout) -> Iterator[dict[str, str]]:
        with ExitStack() as open_:
            given: dict[str, str] = {}
            for one in faults:
                given |= open_.enter_context(one(checkout))
            yield given

    return fault
