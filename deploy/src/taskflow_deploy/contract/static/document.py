"""What the contract for people says."""

import json
import re
from collections.abc import Iterator

from taskflow_deploy.contract.static import shapes
from taskflow_deploy.contract.static.reading import Files, UnreadableError, understanding
from taskflow_deploy.contract.static.sides import TOLD, Side

CONTRACT = "specs/001-k8s-deployment/contracts/api-contracts.md"

_ENDPOINT = re.compile(
    r"\| (?P<number>\d+) \| `(?P<name>[A-Z]+ /\S*)` \|[^|]*\| (?P<said>\d{3}) \|"
)
_BESIDE = re.compile(r"\| `(?P<name>[A-Z]+ /\S*)` \| (?P<said>\d{3})\b(?!.*from the frontend)")
_HEADING = re.compile(r"### (?P<number>\d+)\. (?P<name>[A-Z]+ /\S*)")
_ERROR = re.compile(r"\| (?P<name>\d{3}) \| `(?P<said>[A-Z_]+)` \|")
_BLOCK = re.compile(r"```json\n(?P<json>.*?)```", re.DOTALL)
_A_TASK = "A task, with its keys"
# How a section tells an answer that is shown elsewhere.
_ONE_TASK, _MANY_TASKS, _NOTHING = "Answers the task", "A bare array of", "with no body"


class Document:
    """The contract.

    Parameters
    ----------
    files
        The repository's files.
    """

    def __init__(self, files: Files) -> None:
        self._text = files.text(CONTRACT)
        self.eleven = self._side(_ENDPOINT, "name", "said")
        """The statuses of the endpoints that do not change."""
        beside = self._side(_BESIDE, "name", "said")
        self.statuses = Side(
            CONTRACT,
            {**self.eleven.values, **beside.values},
            {**self.eleven.places, **beside.places},
        )
        """Those, and those of the routes beside them."""
        self.endpoints = Side(CONTRACT, dict.fromkeys(self.eleven.values, TOLD), self.eleven.places)
        """The names of the eleven."""
        self.named = Side(CONTRACT, dict.fromkeys(self.statuses.values, TOLD), self.statuses.places)
        """The names of all."""
        self.numbers = self._side(_ENDPOINT, "number", "name")
        """The endpoint of each number, by the table."""
        self.headings = self._side(_HEADING, "number", "name")
        """The endpoint of each number, by the headings."""
        errors = self._pairs(_ERROR)
        self.codes = Side(CONTRACT, dict.fromkeys(errors, TOLD), errors)
        """The error codes with their statuses."""
        for what, side in (("endpoints", self.eleven), ("error codes", self.codes)):
            if not side.values:
                raise UnreadableError(CONTRACT, f"it has no table of {what}")

    @property
    def answers(self) -> Side:
        """The keys of the answers that are shown."""
        found: dict[str, str] = {}
        with understanding(CONTRACT):
            task = shapes.of(_json(self._text[self._text.index(_A_TASK) :]))
            for name, section in self._sections():
                if _ONE_TASK in section:
                    found[name] = shapes.written(task)
                elif _MANY_TASKS in section:
                    found[name] = shapes.written([task])
                elif _NOTHING in section:
                    found[name] = shapes.NO_BODY
                elif "```json" in section:
                    found[name] = shapes.written(shapes.of(_json(section)))
        return Side(CONTRACT, found, self.headings_of(found))

    def headings_of(self, names: dict[str, str]) -> dict[str, str]:
        """Return where the section of each endpoint begins."""
        return {name: place for number, name in self.headings.values.items()
                if name in names for place in [self.headings.places[number]]}  # fmt: skip

    def _sections(self) -> Iterator[tuple[str, str]]:
        for match in _HEADING.finditer(self._text):
            yield match["name"], re.split(r"^#", self._text[match.end() :], flags=re.MULTILINE)[0]

    def _side(self, pattern: re.Pattern[str], key: str, value: str) -> Side:
        found = [(match, number) for number, line in enumerate(self._text.splitlines(), 1)
                 if (match := pattern.match(line))]  # fmt: skip
        places = {match[key]: f"{CONTRACT}:{number}" for match, number in found}
        return Side(CONTRACT, {match[key]: match[value] for match, _ in found}, places)

    def _pairs(self, pattern: re.Pattern[str]) -> dict[str, str]:
        """Return the place of each pair, since a name may have several."""
        return {f"{match['name']} {match['said']}": f"{CONTRACT}:{number}"
                for number, line in enumerate(self._text.splitlines(), 1)
                if (match := pattern.match(line))}  # fmt: skip


def _json(text: str) -> object:
    """Return the first block of JSON.

    Raises
    ------
    LookupError
        There is none.
    """
    block = _BLOCK.search(text)
    if block is None:
        raise LookupError("there is no block of JSON")
    return json.loads(block["json"])
