"""Writes requests as lines for a shell, so that a difference can be seen by hand."""

import json
import shlex
from collections.abc import Iterator, Mapping

from taskflow_deploy.verifier.scenario import PLACE_PART, VARIABLE, Scenario, Step

# Linux takes no argument of 128 KiB or more.
_LONGEST_ARGUMENT = 100_000


def chain(scenario: Scenario, step: Step, base_url: str, words: Mapping[str, str]) -> list[str]:
    """Return the lines that lead to a step: what tells it its variables comes before it.

    Parameters
    ----------
    words
        What the run was given; the mark of the run is made anew, since its accounts are gone.
    """
    lines = [f"{name}={shlex.quote(value)}" for name, value in words.items() if name != "run"]
    if "run" in words:
        lines.append(f"run={new_mark(len(words['run']))}")
    chosen = list(_needed(scenario, step))
    used = {name for one in [*chosen, step] for name in _variables(one)}
    lines = [text for text in lines if text.partition("=")[0] in used]
    for one in chosen:
        lines.append(f"answer=$({_line(one, base_url, '-si')})")
        told = {name: place for name, place in one.keep.items() if name in used}
        lines += [f"{name}=$({picked(place, 'answer')})" for name, place in told.items()]
    return [*lines, _line(step, base_url, "-i")]


def _needed(scenario: Scenario, step: Step) -> Iterator[Step]:
    """Return the steps that tell the variables of one, the first first."""
    wanted, chosen = set(_variables(step)), []
    earlier = scenario.all[: scenario.all.index(step)]
    for one in reversed(earlier):
        if wanted & one.keep.keys():
            wanted = (wanted - one.keep.keys()) | set(_variables(one))
            chosen.append(one)
    return reversed(chosen)


def new_mark(letters: int) -> str:
    """Return what makes a mark of so many letters in a shell."""
    # One byte in ten is a letter.
    return f"$(head -c 999 /dev/urandom | tr -dc a-z | head -c {letters})"


def picked(place: str, variable: str) -> str:
    """Return what takes a value out of a shell's variable that holds an answer and its headers."""
    kind, _, name = place.partition(" ")
    answer = f'<<<"${{{variable}}}"'
    if name and kind == "header":
        return f'sed -n "s/^{name}: //Ip" {answer}'
    if name and kind == "cookie":
        return f'sed -n "s/^set-cookie: {name}=\\([^;]*\\).*/\\1/Ip" {answer}'
    path = "".join(
        f"[{number}]" if number else f"[{json.dumps(key)}]"
        for number, key in PLACE_PART.findall(place)
    )
    program = f"import json, sys; print(json.load(sys.stdin){path})"
    return f"tail -n 1 {answer} | python3 -c {shlex.quote(program)}"


def _line(step: Step, base_url: str, options: str) -> str:
    words = ["curl", options, "-X", step.method, _quoted(base_url + step.path)]
    for name, value in step.send.items():
        words += ["-H", _quoted(f"{name}: {value}")]
    if step.is_json:
        text = json.dumps(step.body, ensure_ascii=False, separators=(",", ":"))
        words += ["-H", "'Content-Type: application/json'", *_data("-d", text)]
    elif step.body is not None:
        words += _data("--data-binary", str(step.body))
    return " ".join(words)


def _data(option: str, text: str) -> list[str]:
    counts = [int(name.partition(".")[2] or 0) for name in VARIABLE.findall(text)]
    if sum(counts) < _LONGEST_ARGUMENT:
        return [option, _quoted(text)]
    return [option, f"@<(printf %s {_quoted(text)})"]


def _quoted(text: str) -> str:
    """Quote a text for a shell; its variables are the shell's."""
    parts = VARIABLE.split(text)
    written = "".join(
        part.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("`", "\\`")
        if number % 2 == 0
        else _variable(part)
        for number, part in enumerate(parts)
    )
    return f'"{written}"' if len(parts) > 1 else shlex.quote(text)


def _variable(name: str) -> str:
    kind, _, count = name.partition(".")
    return f"$(printf 'x%.0s' $(seq {count}))" if count else f"${{{kind}}}"


def _variables(step: Step) -> Iterator[str]:
    texts = [step.path, *step.send.values(), json.dumps(step.body, ensure_ascii=False)]
    for text in texts:
        for name in VARIABLE.findall(text):
            if "." not in name:
                yield name
