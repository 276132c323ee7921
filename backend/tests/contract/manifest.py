"""The lines of the API's contract, and the requirements that they are taken apart into."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import BACKEND

CONTRACT = BACKEND.parent / "specs" / "001-k8s-deployment" / "contracts" / "api-contracts.md"
REQUIREMENTS = Path(__file__).with_name("requirements.toml")
_SENTENCE_ENDS = re.compile(r"(?<=\.) (?=[A-Z`\d])")


@dataclass(frozen=True)
class Line:
    """A sentence, a list's item, a table's row or a block of code of the contract."""

    section: str
    text: str


@dataclass(frozen=True)
class Requirement:
    """What has to hold.

    Attributes
    ----------
    id
        What tests name it by.
    says
        What has to hold, in one sentence.
    section
        The heading of the contract that it stands under.
    lines
        Words of each line that it is taken from.
    elsewhere
        The test of another part of the project that proves it; empty where the backend's do.
    """

    id: str
    says: str
    section: str
    lines: tuple[str, ...]
    elsewhere: str = ""


def requirements() -> list[Requirement]:
    """Return all requirements."""
    given = tomllib.loads(REQUIREMENTS.read_text(encoding="utf-8"))["requirement"]
    return [Requirement(**{**each, "lines": tuple(each["lines"])}) for each in given]


def remarks() -> list[str]:
    """Return words of the lines that nothing has to hold for."""
    found: list[str] = tomllib.loads(REQUIREMENTS.read_text(encoding="utf-8"))["remarks"]
    return found


def contract_lines(text: str) -> list[Line]:
    """Take the contract apart."""
    return [
        Line(section, line)
        for section, body in _sections(text)
        for block in _blocks(body)
        for line in _lines(block)
    ]


def _sections(text: str) -> Iterator[tuple[str, str]]:
    parts = re.split(r"^#+ (.+)$", text, flags=re.MULTILINE)
    yield from zip(parts[1::2], parts[2::2], strict=True)


def _blocks(text: str) -> Iterator[str]:
    for part in re.split(r"(^```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL):
        if part.startswith("```"):
            yield part
        else:
            yield from (block.strip() for block in re.split(r"\n\s*\n", part) if block.strip())


def _lines(block: str) -> list[str]:
    if block.startswith("```"):
        return [" ".join(block.split()[1:-1])]
    if block.startswith("|"):
        return block.splitlines()[2:]
    if block.startswith("- "):
        items = re.split(r"^- ", block, flags=re.MULTILINE)[1:]
        return [line for item in items for line in _lines(item)]
    return _SENTENCE_ENDS.split(" ".join(block.split()))
