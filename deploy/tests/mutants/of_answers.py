"""Damages an answer as a whole: its status, its time, and what a repeated request does."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from random import Random

from tests.mutants.editing import InapplicableError
from tests.mutants.mutant import Damage, Mutant, Seen, Target, at, on_answer, on_header
from tests.mutants.proxy import Answer, Asked

DELAY = 1.3
"""Seconds for which a late answer is held back, where one second is allowed."""
LATE = "late"
_STATUSES = (200, 201, 202, 400, 401, 403, 404, 409, 410, 422, 429, 500, 503)
_KEY = "idempotency-key"
_REPLAYED = "idempotency-replayed"
_FIRST = "add under a key"


def status(target: Target, random: Random) -> Iterator[Mutant]:
    """The answer has another status."""
    told = target.recorded.status
    for other in random.sample([one for one in _STATUSES if one != told], 2):
        damage = on_answer(partial(replace, status=other))
        yield Mutant("status", target.step, "status", f"{other} for {told}", damage, at("status"))


def late(target: Target, _: Random) -> Iterator[Mutant]:
    """The answer comes too late."""
    how = f"held back for {DELAY} s, where 1 s is allowed"
    yield Mutant(
        LATE, target.step, "answer", how, on_answer(partial(replace, delay=DELAY)), at("answer")
    )


def repeated_effect(target: Target, _: Random) -> Iterator[Mutant]:
    """A request under a key that was used has its effect again, or is told as if it had not."""
    kind, step = "repeated effect", target.step

    def mutant(
        field: str, how: str, damage: Damage, *places: str,
        ask: Callable[[Asked], Asked] | None = None, endpoint: str = "",
    ) -> Mutant:  # fmt: skip
        return Mutant(kind, step, field, how, damage, at(*places or (field,)), ask, endpoint)

    replayed = f"header {_REPLAYED}"
    if step.id == "add under the same key":
        yield mutant(
            replayed, "done again, and told so", _as_it_is, replayed, "body.id", ask=_without_key
        )
        yield mutant("body.id", "done again, and told as not", _as_replayed, ask=_without_key)
        yield mutant(
            "another task in the list", "done again, and answered with the first task",
            _as_the_first, "body[0].id", ask=_without_key, endpoint="GET /api/v1/tasks",
        )  # fmt: skip
        for text in ("false", "1", "True"):
            damage = on_header(_REPLAYED, partial(_instead, new=text))
            yield mutant(replayed, f"told as “{text}”", damage)
        yield mutant(replayed, "not told", on_header(_REPLAYED, lambda _: None))
    if step.id == _FIRST:
        yield mutant(replayed, "told of the first as well", _as_replayed)
    if step.id == "refused key, another body":
        yield mutant("status", "another body taken under the key", _as_it_is, ask=_without_key)


def _instead(_: str, new: str) -> str:
    return new


def _as_it_is(answer: Answer, _: Seen) -> Answer:
    return answer


def _as_replayed(answer: Answer, _: Seen) -> Answer:
    if answer.header(_REPLAYED) is not None:
        raise InapplicableError("told already")
    return replace(answer, headers=(*answer.headers, (_REPLAYED, "true")))


def _as_the_first(answer: Answer, seen: Seen) -> Answer:
    return replace(_as_replayed(answer, seen), body=seen.earlier(_FIRST).body)


def _without_key(asked: Asked) -> Asked:
    headers = tuple(pair for pair in asked.headers if pair[0].lower() != _KEY)
    if headers == asked.headers:
        raise InapplicableError("not under a key")
    return replace(asked, headers=headers)
