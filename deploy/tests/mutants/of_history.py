"""Answers with what belongs to an earlier answer, or to another account."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

from tests.mutants.editing import Keys, read
from tests.mutants.mutant import (
    Account,
    Damage,
    Mutant,
    Seen,
    Target,
    at,
    from_before,
    on_header,
    on_value,
    where_different,
)
from tests.mutants.proxy import Answer

_REFUSED = 400
_STRANGER = "a stranger"
_CREATED, _UPDATED = "created_at", "updated_at"


def stale(target: Target, random: Random) -> Iterator[Mutant]:
    """What an earlier request of the same kind was answered comes again."""
    alike = [
        one for one in target.earlier
        if (one.step.endpoint, one.step.method, one.recorded.status)
        == (target.step.endpoint, target.step.method, target.recorded.status)
        and one.recorded.body != target.recorded.body and one.data is not None
    ]  # fmt: skip
    if target.data is not None:
        for one in random.sample(alike, min(2, len(alike))):
            body = partial(_with_body_of, step=one.step.id)
            how = f"the body of “{one.step.id}”"
            yield target.simple("stale", (), how, body, where_different)
    for name in ("x-request-id", "set-cookie"):
        for one in _latest(target, name):
            damage = from_before(partial(_header_of, name, one.step.id))
            yield target.of_header("stale", name, f"that of “{one.step.id}”", damage)
    yield from _stale_token(target)
    yield from _stale_times(target)


def another_user(target: Target, random: Random) -> Iterator[Mutant]:
    """What belongs to another account is answered."""
    kind = "another user's data"
    for keys, found in target.values:
        for name in _others(target, found):
            damage = from_before(partial(_value_of, keys, name))
            yield target.simple(kind, keys, f"that of {name}", damage)
    if not _is_task_list(target):
        return
    number = random.randrange(len(target.data) + 1)
    damage = from_before(partial(_task_added, number))
    yield target.simple(kind, (number,), "a task of a stranger added", damage, where_different)
    for number in range(len(target.data)):
        damage = from_before(partial(_task_instead, number))
        how = "a task of a stranger for the caller's"
        yield target.simple(kind, (number,), how, damage, where_different)


def accepted(target: Target, random: Random) -> Iterator[Mutant]:
    """What has to be refused is answered as something that was not."""
    before = [
        one for one in target.earlier
        if one.step.endpoint == target.step.endpoint
        and one.recorded.status < _REFUSED and one.data is not None
    ]  # fmt: skip
    if target.recorded.status >= _REFUSED and before:
        one = random.choice(before)
        how = f"{one.recorded.status}, with the body of “{one.step.id}”"
        damage = partial(_with_body_of, step=one.step.id, status=one.recorded.status)
        kind = "refused thing accepted"
        yield Mutant(kind, target.step, "status", how, damage, at("status"))


def _with_body_of(answer: Answer, seen: Seen, step: str, status: int = 0) -> Answer:
    return replace(answer, body=seen.earlier(step).body, status=status or answer.status)


def _header_of(name: str, step: str, seen: Seen) -> Damage:
    return on_header(name, lambda _: seen.earlier(step).header(name))


def _token_of(keys: Keys, step: str, seen: Seen) -> Damage:
    return on_value(keys, lambda _: read(seen.earlier(step))["token"])


def _value_of(keys: Keys, name: str, seen: Seen) -> Damage:
    return on_value(keys, lambda _: _of(seen.account(name), keys, name))


def _task_added(number: int, seen: Seen) -> Damage:
    task = dict(seen.account(_STRANGER).task)
    return on_value((), lambda items: [*items[:number], task, *items[number:]])


def _task_instead(number: int, seen: Seen) -> Damage:
    return on_value((number,), lambda _: dict(seen.account(_STRANGER).task))


def _latest(target: Target, name: str) -> Sequence[Target]:
    """Return the last answer before that has a header, if the target has it as well."""
    if "#" not in target.recorded.headers.get(name, ""):
        return []  # it has no value of its own
    return [one for one in target.earlier if "#" in one.recorded.headers.get(name, "")][-1:]


def _stale_token(target: Target) -> Iterator[Mutant]:
    for keys, found in target.values:
        if isinstance(found, str) and found.startswith("⟨token"):
            told = [one for one in target.earlier if isinstance(one.data, dict)
                    and "token" in one.data]  # fmt: skip
            for one in told[-1:]:
                damage = from_before(partial(_token_of, keys, one.step.id))
                yield target.simple("stale", keys, f"that of “{one.step.id}”", damage)


def _stale_times(target: Target) -> Iterator[Mutant]:
    """Return a mutant for each task that was changed, as if it had not been.

    Before the first step that waits, a task may be changed in the second in which it was made.
    """
    if not any(one.step.apart for one in (*target.earlier, target)):
        return
    for keys, found in [((), target.data), *target.values]:
        if isinstance(found, dict) and _UPDATED in found and found[_CREATED] != found[_UPDATED]:
            damage = on_value(keys, lambda data: data | {_UPDATED: data[_CREATED]})
            yield target.simple("stale", (*keys, _UPDATED), "not changed by the change", damage)


def _others(target: Target, found: Any) -> Iterator[str]:
    """Return the accounts whose data can be told from a value: by what was told before."""
    if not isinstance(found, str):
        return
    known = {name: ids for name in ("Ann", "Bob") if (ids := _ids(target, name))}
    if found.startswith("⟨uuid"):
        # A value that nobody has seen before can be any, but not one of somebody else.
        yield from (name for name, told in known.items() if told != found)
        if target.was_told(found):
            yield _STRANGER
    elif "@" in found and "⟨run⟩" in found:
        yield from (name for name in known if not found.startswith(name.lower()))
        yield _STRANGER
    elif found.startswith("⟨token"):
        yield _STRANGER


def _ids(target: Target, name: str) -> str:
    for one in target.earlier:
        if one.step.id == f"sign up {name}":
            return str(one.data["user"]["id"])
    return ""


def _of(account: Account, keys: Keys, name: str) -> Any:
    """Return the account's own value for a place."""
    match keys[-1]:
        case "email":
            return account.email
        case "token":
            return account.token
        case "id" if "user" not in keys and name == _STRANGER and account.task:
            return account.task["id"]
    return account.id


def _is_task_list(target: Target) -> bool:
    return isinstance(target.data, list) and "tasks" in target.step.path
