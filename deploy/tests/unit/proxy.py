"""A proxy that damages answers on their way: what a broken deployment would send."""

import http.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from tests.mutants import proxy
from tests.mutants.proxy import Asked, Untouched


@dataclass
class Answer:
    """An answer that may be changed before it is passed on."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


Damage = Callable[[str, str, Answer], None]
"""Changes the answer to a method and path; ConnectionAbortedError lets none go out."""


class _Damaging(Untouched):
    def __init__(self, damage: Damage) -> None:
        self._damage = damage

    def answer(self, asked: Asked, answer: proxy.Answer) -> proxy.Answer:
        changed = Answer(answer.status, list(answer.headers), answer.body)
        self._damage(asked.method, asked.path, changed)
        return replace(
            answer, status=changed.status, headers=tuple(changed.headers), body=changed.body
        )


@contextmanager
def damaging(port: int, damage: Damage) -> Iterator[int]:
    """Serve what the server on ``port`` answers, after ``damage(method, path, answer)``."""
    with proxy.running(port) as made:
        made.rule = _Damaging(damage)
        yield made.port
    # What the network did is told by what was answered; a damage that fails is the test's fault.
    wrong = [one for one in made.errors if not isinstance(one, OSError | http.client.HTTPException)]
    assert not wrong, wrong
