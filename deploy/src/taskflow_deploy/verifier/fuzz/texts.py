"""Texts that programs have trouble with, and those that they take."""

import re
import string
from collections.abc import Iterable, Iterator

from taskflow_deploy.verifier.fuzz.api import MARK_LETTERS, SEQUENCE, FuzzedApi
from taskflow_deploy.verifier.fuzz.calls import Latest, Template, Word, joined
from taskflow_deploy.verifier.fuzz.chance import Chance
from taskflow_deploy.verifier.fuzz.openapi import Operation, Schema

_WORDS = ("a", "buy milk", "call Mum", "  both ends  ", "A b", "1", "true", "null", "")
# Each of these has been somebody's fault: parts of letters, letters of two units, directions of
# writing, blanks, ends of lines, what is no character, and what other languages of programs mean.
_PIECES = (
    "\U0001f600", "é", "e\u0301", "\U0001f469\u200d\U0001f469\u200d\U0001f467", "שלום",
    "\u202eabc\u202c", "牛乳", "\u0130", "ß", "ﬁ", "\ufdfd", "\U00010348", "\x00", "\ud800",
    "\udc00", "\ud83d\ude00", "\ufeff", "\ufffd", "\uffff", "\u00a0", "\u2028", "\u3000", "\u0085",
    "\x1f", "\x7f", "\t", "\n", "\r\n", '"', "\\", "/", "'", "<b>&amp;", "%00", "{{x}}", "${x}",
    "--", "a" * 40,
)  # fmt: skip
_FILLINGS = ("x", "é", "\U0001f600", " ")
_CHARACTERS = 0x110000
_VISIBLE = string.ascii_letters + string.digits + string.punctuation
_IN_HEADERS = ("a b", "a,b", "a\tb", '"', "x" * 4000)
_REPEATED = re.compile(r"\{(\d+)(?:,(\d*))?\}")
_LONGEST = 20_000
_IDS = (
    "00000000-0000-4000-8000-000000000000", "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff", "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF",
    "00000000000040008000000000000000", "{00000000-0000-4000-8000-000000000000}",
    "urn:uuid:00000000-0000-4000-8000-000000000000", "00000000-0000-4000-8000-00000000000",
    "00000000-0000-4000-8000-0000000000000", "0", "me", "-1", "",
)  # fmt: skip


def any_text(chance: Chance) -> str:
    """Return a text of any characters, lone surrogates among them."""
    match chance.weighted(("word", 3), ("pieces", 3), ("among", 2), ("any", 2)):
        case "word":
            return chance.one(_WORDS)
        case "pieces":
            return _pieces(chance)
        case "among":
            return chance.one(_WORDS) + _pieces(chance) + chance.one(_WORDS)
    return "".join(chr(chance.below(_CHARACTERS)) for _ in range(1 + chance.below(4)))


def text(
    chance: Chance, api: FuzzedApi, operation: Operation, name: str, schema: Schema,
    examples: Iterable[str] = (),
) -> Template:  # fmt: skip
    """Return a text for a field or parameter."""
    if api.told(name) and not chance.rarely(9):
        return latest(chance, name)
    is_fresh = api.is_fresh(operation, name)
    likely = list(api.worth(operation, name))
    if not is_fresh:
        likely += map(joined, [*_examples(schema), *examples])
    if likely and not chance.rarely(5):
        return chance.one(likely)
    other = joined(_other(chance, schema))
    return _marked(other) if is_fresh else other


def latest(chance: Chance, name: str) -> Template:
    """Return a value that earlier calls told, mostly that of the last one."""
    return (Latest(name, chance.weighted((0, 6), (1, 2), (2, 1)), chance.rarely(12)),)


def header_text(
    chance: Chance, api: FuzzedApi, operation: Operation, name: str, schema: Schema
) -> Template:
    """Return a text that a header can carry."""
    known, lengths = api.worth(operation, name), list(_lengths(schema))
    match chance.weighted(("known", 12), ("visible", 2), ("inner", 1), ("long", 1)):
        case "known" if known:
            return chance.one(known)
        case "inner":
            other = chance.one(_IN_HEADERS)
        case "long" if lengths:
            other = "x" * chance.one(lengths)
        case _:
            other = "".join(chance.one(_VISIBLE) for _ in range(1 + chance.below(8)))
    return _marked(joined(other)) if api.is_fresh(operation, name) else joined(other)


def _pieces(chance: Chance) -> str:
    return "".join(chance.one(_PIECES) for _ in range(1 + chance.below(3)))


def _other(chance: Chance, schema: Schema) -> str:
    if schema.get("format") == "uuid" and not chance.rarely(4):
        return chance.one(_IDS)
    lengths = list(_lengths(schema))
    if lengths and chance.rarely(4):
        return chance.one(_FILLINGS) * chance.one(lengths)
    return any_text(chance)


def _examples(schema: Schema) -> Iterator[str]:
    told = [*schema.get("examples", ()), *schema.get("enum", ())]
    told += [schema[key] for key in ("example", "const", "default") if key in schema]
    return (one for one in told if isinstance(one, str))


def _lengths(schema: Schema) -> Iterator[int]:
    """Return the lengths around which a text becomes too short or too long."""
    bounds = [schema[key] for key in ("minLength", "maxLength") if key in schema]
    around = {bound + more for bound in bounds for more in (-1, 0, 1)}
    # A pattern may count with repetitions, with a letter or two beside them.
    for least, most in _REPEATED.findall(str(schema.get("pattern", ""))):
        around |= {int(count) + more for count in (least, most) if count for more in range(-1, 4)}
    return (length for length in sorted(around) if 0 <= length <= _LONGEST)


def _marked(template: Template) -> Template:
    """Put the sequence's mark in front, at the cost of as many characters."""
    first = template[0] if template else ""
    if isinstance(first, str) and len(first) > MARK_LETTERS:
        return joined(Word(SEQUENCE), first[MARK_LETTERS:], template[1:])
    return joined(Word(SEQUENCE), template)
