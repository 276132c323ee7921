"""Puts lines of logs on the screen: each after its container's name, in that one's colour."""

import re
import zlib

from taskflow_deploy.logs.containers import Line
from taskflow_deploy.logs.pretty import pretty
from taskflow_deploy.output import Output

# Readable on a light and on a dark ground; red and yellow are left to what goes wrong.
_COLOURS = (32, 34, 35, 36, 92, 94, 95, 96)
# What a program writes must not move the cursor or name the window of whoever looks at it.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]")


class Printer:
    """Shows lines on standard output.

    Parameters
    ----------
    output
        Where to.
    as_pretty
        Show structured lines as time, level and message.
    """

    def __init__(self, output: Output, *, as_pretty: bool) -> None:
        self._output = output
        self._pretty = as_pretty

    def show(self, line: Line) -> None:
        """Show a line."""
        text = pretty(line.text) if self._pretty else line.text
        label = line.label
        if self._output.paints:
            text = _CONTROL.sub("\ufffd", text)
            label = f"\x1b[{colour(label)}m{label}\x1b[0m"
        for part in text.split("\n"):
            self._output.text(f"{label} | {part}")


def colour(label: str) -> int:
    """Return a container's colour, the same at every look: a number of ECMA-48."""
    return _COLOURS[zlib.crc32(label.encode()) % len(_COLOURS)]
