"""Writes a sequence of calls as lines for a shell, each value taken from where it was told."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

from taskflow_deploy.verifier import curl
from taskflow_deploy.verifier.fuzz.calls import Call, Hole, Kept, Latest, Template, Word, joined

_MARK = re.compile("[a-z]+")
_RUN = re.compile(r"(.{1,6}?)\1{40,}", re.DOTALL)
_UNSEEN = re.compile("[^ -~]")
# A token begins with it. Only made-up ones stand here as they are, and nothing that shows a line
# may take them for a secret.
_TOKEN = "eyJ"  # noqa: S105 - not a whole one
_ESCAPED = re.compile(r"[^ -~]|[\\%]")


def lines(
    calls: Sequence[Call], first: int, base_url: str, words: Mapping[str, str]
) -> Iterator[str]:
    """Return lines for bash that ask the calls from the first of a sequence on.

    Parameters
    ----------
    first
        The calls before are asked as well where one of the sequence needs what they tell.
    words
        What the system was given; marks, which are letters alone, are made anew.
    """
    chosen = [*_needed(calls, first), *range(first, len(calls))]
    holes = [hole for index in chosen for hole in calls[index].holes]
    for name, value in words.items():
        if Word(name) in holes:
            made = curl.new_mark(len(value))
            yield f"{name}={made if _MARK.fullmatch(value) else shlex.quote(value)}"
    kept = dict.fromkeys(hole for hole in holes if isinstance(hole, Kept))
    for index in chosen[:-1]:
        told = dict.fromkeys((one.index, one.place) for one in kept if one.index == index)
        asked = _curl(calls[index], base_url, "-gsi")
        yield f"{_answer(index)}=$({asked})" if told else f"{asked} -o /dev/null"
        for _, place in told:
            yield f"{_name(index, place)}=$({curl.picked(place, _answer(index))})"
    yield _curl(calls[chosen[-1]], base_url, "-gsi")


def _needed(calls: Sequence[Call], first: int) -> list[int]:
    """Return which of the calls before a sequence tell it something."""
    used = {hole.index for call in calls[first:] for hole in call.holes if isinstance(hole, Kept)}
    return sorted(index for index in used if index < first)


def _curl(call: Call, base_url: str, options: str) -> str:
    method = ["--head"] if call.method == "HEAD" else ["-X", call.method]
    words = ["curl", options, *method, "--path-as-is", _quoted(joined(base_url, call.path))]
    for name, value in call.headers:
        words += ["-H", _quoted(joined(f"{name}: ", value) if any(value) else (f"{name};",))]
    if call.body is not None:
        if all(name.lower() != "content-type" for name, _ in call.headers):
            words += ["-H", "Content-Type:"]
        words += _body(call.body)
    return " ".join(words)


def _body(template: Template) -> list[str]:
    texts = [part for part in template if isinstance(part, str)]
    if all("\0" not in text and _is_text(text) for text in texts):
        return ["--data-raw", _quoted(template)]
    # No word of a shell can hold such bytes, but printf can write them.
    written, values = "", []
    for part in template:
        if isinstance(part, str):
            written += _ESCAPED.sub(lambda match: _octal(match[0]), part)
        else:
            written += "%s"
            values.append(f'"{_variable(part)}"')
    return ["--data-binary", f"@<(printf -- {' '.join([_word(written), *values])})"]


def _octal(letter: str) -> str:
    raw = letter.encode("utf-8", "surrogateescape")
    return "%%" if letter == "%" else "".join(f"\\{byte:03o}" for byte in raw)


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _quoted(template: Template) -> str:
    """Quote a text for bash; its holes are variables."""
    parts = (
        _literal(part) if isinstance(part, str) else f'"{_variable(part)}"' for part in template
    )
    return "".join(parts) or "''"


def _literal(text: str) -> str:
    """Quote a text that stands as it is; a long run of one letter is written by its length."""
    written, end = [], 0
    for match in _RUN.finditer(text):
        letter = _ESCAPED.sub(lambda found: _octal(found[0]), match[1])
        letter = letter.replace("'", r"\047")
        run = f"$(printf -- '{letter}%.0s' {{1..{len(match[0]) // len(match[1])}}})"
        written += [_short(text[end : match.start()]), f'"{run}"']
        end = match.end()
    return "".join([*written, _short(text[end:])])


def _short(text: str) -> str:
    if not text:
        return ""
    if not _UNSEEN.search(text):
        return _word(text)
    inner = text.replace("\\", "\\\\").replace("'", "\\'").replace(_TOKEN, f"\\x65{_TOKEN[1:]}")
    return f"$'{_UNSEEN.sub(lambda match: _hex(match[0]), inner)}'"


def _word(text: str) -> str:
    return shlex.quote(text).replace(_TOKEN, f"{_TOKEN[0]}''{_TOKEN[1:]}")


def _hex(letter: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in letter.encode("utf-8", "surrogateescape"))


def _variable(hole: Hole) -> str:
    match hole:
        case Word(name):
            return f"${{{name}}}"
        case Kept(index, place, is_upper):
            return f"${{{_name(index, place)}{'^^' if is_upper else ''}}}"
        case Latest():
            raise AssertionError(hole)


def _answer(index: int) -> str:
    return f"answer{index + 1}"


def _name(index: int, place: str) -> str:
    return f"{_answer(index)}_{re.sub(r'[^a-z0-9]+', '_', place.lower()).strip('_')}"
