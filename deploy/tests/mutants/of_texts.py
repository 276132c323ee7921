"""Damages how a body is written, though not always what it says."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from random import Random

from tests.mutants.editing import InapplicableError, place, read
from tests.mutants.mutant import Mutant, Target, at, on_answer, on_text
from tests.mutants.proxy import Answer


def whitespace(target: Target, random: Random) -> Iterator[Mutant]:
    """There is whitespace where there was none."""
    kind, before = "whitespace", "body"
    for keys, found in target.values:
        name = place(keys)
        if not isinstance(found, dict | list):
            space = random.choice([" ", "\n", "\t", "  "])
            # What stands before a value belongs to the one before it as much.
            damage = on_text(keys, partial(_after, before=space))
            yield target.simple(kind, keys, "before the value", damage, at(before, name))
            damage = on_text(keys, partial(_before, after=space))
            yield target.simple(kind, keys, "after the value", damage)
        before = name
    if target.values:
        damage = on_answer(lambda answer: replace(answer, body=answer.body + b"\n"))
        yield target.simple(kind, (), "a line's end at the end", damage, at(before))
        yield target.simple(kind, (), "indented", on_answer(_indented))


def escapes(target: Target, _: Random) -> Iterator[Mutant]:
    """A text is written with escapes that it does not need."""
    for keys, found in target.values:
        if isinstance(found, str) and found:
            for how, change in _escapes(found):
                yield target.simple("escapes", keys, how, on_text(keys, change))


def duplicate_key(target: Target, random: Random) -> Iterator[Mutant]:
    """A key is there twice."""
    kind = "duplicate key"
    for keys, found in target.values:
        if isinstance(keys[-1], str) and not isinstance(found, dict | list):
            key, other = json.dumps(keys[-1]), random.choice(['"another"', "null"])
            damage = on_text(keys, partial(_twice, key=key))
            yield target.simple(kind, keys, "twice, with the same value", damage)
            damage = on_text(keys, partial(_after, before=f"{other},{key}:"))
            yield target.simple(kind, keys, "twice, with another value first", damage)


def truncated(target: Target, random: Random) -> Iterator[Mutant]:
    """The end of the body is missing."""
    kind = "truncated body"
    if not target.recorded.body:
        return
    for share in (random.uniform(0.05, 0.5), random.uniform(0.5, 0.95)):
        how = f"ends after {share:.0%}, and its length is right"
        yield target.simple(kind, (), how, on_answer(partial(_cut, share=share)), _where_cut)
    damage = on_answer(lambda answer: replace(answer, body=answer.body[:-1]))
    how = "without its last byte, and its length is right"
    yield target.simple(kind, (), how, damage, _where_cut)
    damage = on_answer(lambda answer: replace(answer, body=b""))
    yield target.simple(kind, (), "nothing left, and its length is right", damage)
    damage = on_answer(lambda answer: replace(answer, withheld=1))
    yield target.simple(kind, (), "ends before its length says", damage, at("answer"))


def _after(text: str, before: str) -> str:
    return before + text


def _before(text: str, after: str) -> str:
    return text + after


def _twice(text: str, key: str) -> str:
    return f"{text},{key}:{text}"


def _cut(answer: Answer, share: float) -> Answer:
    return replace(answer, body=answer.body[: int(len(answer.body) * share)])


def _where_cut(before: Answer, after: Answer) -> set[str]:
    """Return the offsets from the start of the value that was cut up to the cut."""
    left = after.body.decode("utf-8", "ignore")
    start = max(left.rfind(mark) for mark in '"[{:,')
    return {f"body, character {offset}" for offset in range(max(start, 0), len(left) + 1)} | (
        set() if left else {"body"}
    )


def _escapes(found: str) -> Iterator[tuple[str, Callable[[str], str]]]:
    if "/" in found:
        yield "\\/ for a slash", lambda text: _rewritten(text, text.replace("/", "\\/"))
    if not found.isascii() and "⟨" not in found:
        yield (
            "escapes for letters that are not ASCII",
            lambda text: _rewritten(text, json.dumps(json.loads(text))),
        )
    yield "an escape for the first letter", _first_escaped


def _first_escaped(text: str) -> str:
    letter = text[1:2]
    if not letter.isalnum():
        raise InapplicableError("no letter")
    return f'"\\u{ord(letter):04x}{text[2:]}' if ord(letter) <= 0xFFFF else text


def _rewritten(text: str, new: str) -> str:
    if new == text:
        raise InapplicableError("nothing to write in another way")
    return new


def _indented(answer: Answer) -> Answer:
    text = json.dumps(read(answer), ensure_ascii=False, indent=2)
    return replace(answer, body=text.encode())
