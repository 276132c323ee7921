"""Finds why BuildKit could not build an image: where in the Dockerfile, and what was said there."""

import re
from collections.abc import Sequence

_PLACE = re.compile(r"^\s*([\w.-]*Dockerfile[\w.-]*:\d+)\s*$")
_ERROR = re.compile(r"^(?:error|ERROR): (?:failed to (?:solve|build): )*(.*)$")
# The command in it is as long as the step, and the place tells which that is.
_COMMAND = re.compile(r'process ".*" did not complete successfully: ')
# What a step prints has the seconds since its start before it.
_PRINTED = re.compile(r"^(?:#\d+ )?\d+\.\d+ (.*\S.*)$")
_TELLING = re.compile(r"(?i)error|fail|cannot|not found|no such")
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_LONGEST_WORDS = 200


def reason(lines: Sequence[str]) -> str:
    """Return in one line why a build failed.

    Parameters
    ----------
    lines
        What the builder printed last.
    """
    plain = [_COLOUR.sub("", line) for line in lines if line.strip()]
    errors = _all(_ERROR, plain)
    if not errors:
        return plain[-1].strip()[:_LONGEST_WORDS] if plain else "the builder does not say why"
    why, is_command = _COMMAND.subn("", errors[-1])
    printed = _all(_PRINTED, plain)
    if is_command and printed:
        telling = [line for line in printed if _TELLING.search(line)]
        why = f"{why}, after “{(telling or printed)[-1].strip()[:_LONGEST_WORDS]}”"
    place = _all(_PLACE, plain)[-1:]
    return ": ".join([*place, why])


def _all(pattern: re.Pattern[str], lines: Sequence[str]) -> list[str]:
    return [found[1] for line in lines if (found := pattern.match(line))]
