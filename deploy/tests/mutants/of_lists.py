"""Damages lists: what stands in them, and where."""

from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any

from tests.mutants.editing import InapplicableError, Keys, place
from tests.mutants.mutant import Mutant, Places, Target, at, on_value, where_different


def item_count(target: Target, random: Random) -> Iterator[Mutant]:
    """A list has one item too few, or one too many."""
    kind = "off by one"
    for keys, found in _lists(target):
        if found:
            number = random.randrange(len(found))
            how, change = f"item {number + 1} left out", partial(_without, number=number)
            yield _of_list(target, kind, keys, how, change)
            number = random.randrange(len(found))
            how, change = f"item {number + 1} twice", partial(_with_twice, number=number)
            yield _of_list(target, kind, keys, how, change)
            change = partial(_without, number=len(found) - 1)
            yield _of_list(target, kind, keys, "the last item left out", change)
        else:
            yield _of_list(target, kind, keys, "one item", lambda _: [{}])


def item_order(target: Target, random: Random) -> Iterator[Mutant]:
    """The items of a list have another order."""
    kind = "order of list"
    for keys, found in _lists(target):
        if len(found) > 1:
            one, other = sorted(random.sample(range(len(found)), 2))
            how = f"items {one + 1} and {other + 1} changed places"
            yield _of_list(target, kind, keys, how, partial(_exchanged, one=one, other=other))
            yield _of_list(target, kind, keys, "backwards", lambda items: items[::-1])
            last_first = partial(_turned, by=len(found) - 1)
            yield _of_list(target, kind, keys, "the last first", last_first)


def swapped_ids(target: Target, random: Random) -> Iterator[Mutant]:
    """Two items of a list have each other's id."""
    for keys, found in _lists(target):
        if len(found) > 1 and isinstance(found[0], dict):
            pairs = [(one, other) for other in range(len(found)) for one in range(other)]
            for one, other in random.sample(pairs, min(3, len(pairs))):
                damage = on_value(keys, partial(_with_each_others_id, one=one, other=other))
                where = at(place((*keys, one, "id")))
                how = f"items {one + 1} and {other + 1}"
                yield target.simple("swapped ids", keys, how, damage, where)


def _lists(target: Target) -> Iterator[tuple[Keys, list[Any]]]:
    for keys, found in [((), target.data), *target.values]:
        if isinstance(found, list):
            yield keys, found


def _of_list(
    target: Target, kind: str, keys: Keys, how: str,
    change: Callable[[list[Any]], list[Any]], places: Places = where_different,
) -> Mutant:  # fmt: skip
    def changed(items: Any) -> list[Any]:
        if not isinstance(items, list):
            raise InapplicableError("no list")
        return change(items)

    return target.simple(kind, keys, how, on_value(keys, changed), places)


def _without(items: list[Any], number: int) -> list[Any]:
    return [*items[:number], *items[number + 1 :]]


def _with_twice(items: list[Any], number: int) -> list[Any]:
    return [*items[: number + 1], *items[number:]]


def _turned(items: list[Any], by: int) -> list[Any]:
    return [*items[by:], *items[:by]]


def _exchanged(items: list[Any], one: int, other: int) -> list[Any]:
    if other >= len(items):
        raise InapplicableError("fewer items")
    items[one], items[other] = items[other], items[one]
    return items


def _with_each_others_id(items: Any, one: int, other: int) -> Any:
    if not isinstance(items, list) or other >= len(items):
        raise InapplicableError("fewer items")
    items[one]["id"], items[other]["id"] = items[other]["id"], items[one]["id"]
    return items
