"""What is asked of a system: a file of steps, which says of each what it proves."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from taskflow_deploy.verifier import values

VARIABLE = re.compile(r"\{\{ *([\w.]+) *\}\}")
"""A variable in a text: ``{{ name }}``."""
PLACE_PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
"""A number or a key in the place of a value to keep: ``[0].user.id``."""
_STEP_KEYS = {
    "step", "endpoint", "proves", "path", "json", "body", "headers", "as", "keep", "apart",
    "needs", "sign", "speaks", "within", "tags", "each",
}  # fmt: skip
_FILE_KEYS = {"name", "steps", "cleanup", "within", "shared"}


class ScenarioError(ValueError):
    """A scenario cannot be played; the text says where, why, and what to write."""


class MissingVariableError(KeyError):
    """A step uses what no step before it has kept."""


@dataclass(frozen=True)
class Step:
    """One request, and what it is for.

    Attributes
    ----------
    id
        Its name, once in a scenario.
    endpoint
        The row of the report that it belongs to, such as ``GET /tasks``.
    method, path
        What is asked.
    proves
        One sentence: what is broken where the answer is another one.
    send
        Headers by name; their values may have ``{{ variables }}``.
    body
        What is sent: any JSON value, or bytes as they are; None for nothing.
    is_json
        Whether ``body`` is written as JSON.
    keep
        Variables to take from the answer, each by a place: ``token``, ``user.id``,
        ``cookie NAME`` or ``header NAME``.
    apart
        A step before, and how many seconds after its answer this one is asked at the earliest.
    needs
        Variables without which it is left out, and no fault is found in that.
    sign
        Tokens to make before with the key of the system, by the name of the variable: their
        claims, ``iat`` and ``exp`` in seconds from now.
    speaks
        The key of the answer whose text a language model chose.
    within
        Seconds that the answer may take.
    tags
        Names of the smaller scenarios that it belongs to.
    """

    id: str
    endpoint: str
    method: str
    path: str
    proves: str
    send: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    is_json: bool = False
    keep: Mapping[str, str] = field(default_factory=dict)
    apart: tuple[str, float] | None = None
    needs: tuple[str, ...] = ()
    sign: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    speaks: str = ""
    within: float = 5.0
    tags: tuple[str, ...] = ()

    def fill(self, known: Mapping[str, str]) -> tuple[str, dict[str, str], bytes | None]:
        """Return path, headers and body with all variables filled in.

        Raises
        ------
        MissingVariableError
            One is not known.
        """
        headers = {name: fill(value, known) for name, value in self.send.items()}
        if self.body is None:
            return fill(self.path, known), headers, None
        if not self.is_json:
            return fill(self.path, known), headers, fill(str(self.body), known).encode()
        headers = {"Content-Type": "application/json", **headers}
        text = json.dumps(_fill_all(self.body, known), ensure_ascii=False, separators=(",", ":"))
        return fill(self.path, known), headers, text.encode()


@dataclass(frozen=True)
class Scenario:
    """A whole scenario.

    Attributes
    ----------
    cleanup
        Steps that remove what the others made; they are played whatever happened.
    constants
        Typed values that the scenario itself writes down: see :func:`.values.find`.
    """

    name: str
    steps: tuple[Step, ...]
    cleanup: tuple[Step, ...]
    constants: frozenset[str]

    @property
    def all(self) -> tuple[Step, ...]:
        """Every step, in the order in which they are played."""
        return (*self.steps, *self.cleanup)

    @property
    def endpoints(self) -> list[str]:
        """The rows of the report, in the order of their first step."""
        return list(dict.fromkeys(step.endpoint for step in self.all))

    def only(self, tag: str) -> "Scenario":
        """Return the steps that have a tag."""
        steps, cleanup = (
            tuple(step for step in part if tag in step.tags) for part in (self.steps, self.cleanup)
        )
        return Scenario(self.name, steps, cleanup, self.constants)


def fill(text: str, known: Mapping[str, str]) -> str:
    """Return a text with its ``{{ variables }}`` filled in.

    ``{{ long.300 }}`` is the letter x, 300 times.

    Raises
    ------
    MissingVariableError
        One is not known.
    """

    def value(match: re.Match[str]) -> str:
        name, _, count = match[1].partition(".")
        if name == "long" and count.isdecimal():
            return "x" * int(count)
        if match[1] not in known:
            raise MissingVariableError(match[1])
        return known[match[1]]

    return VARIABLE.sub(value, text)


def load(file: Path) -> Scenario:
    """Read a scenario.

    Raises
    ------
    ScenarioError
        It is not one.
    """
    try:
        text = file.read_text(encoding="utf-8")
        data = yaml.load(text, Loader=yaml.CSafeLoader)
    except OSError as error:
        raise ScenarioError(f"{file} cannot be read: {error.strerror}.") from None
    except yaml.YAMLError as error:
        raise ScenarioError(f"{file} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(data, dict) or not isinstance(data.get("steps"), list) or not data["steps"]:
        raise ScenarioError(f"{file} has no list of steps: begin with “steps:”.")
    if unknown := data.keys() - _FILE_KEYS:
        raise ScenarioError(f"{file} has an unknown key: {_names(unknown)}. {_known(_FILE_KEYS)}")
    within = float(data.get("within", Step.within))
    parts = [
        tuple(
            _step(one, within, f"{file}, {part}[{number}]")
            for number, entry in enumerate(data.get(part) or [])
            for one in _each(entry)
        )
        for part in ("steps", "cleanup")
    ]
    scenario = Scenario(str(data.get("name", file.stem)), parts[0], parts[1], _constants(text))
    ids = [step.id for step in scenario.all]
    if twice := {name for name in ids if ids.count(name) > 1}:
        raise ScenarioError(f"{file} has two steps called {_names(twice)}: give each its own name.")
    return scenario


def _each(entry: Any) -> Iterator[Any]:
    """Return a step, or one for each of its variants: what they say comes before what it says."""
    if not isinstance(entry, dict) or not isinstance(entry.get("each"), dict):
        yield entry
        return
    common = {key: value for key, value in entry.items() if key != "each"}
    for name, variant in entry["each"].items():
        yield {**common, **(variant or {}), "step": f"{entry.get('step')}, {name}"}


def _step(entry: Any, within: float, where: str) -> Step:
    if not isinstance(entry, dict) or not isinstance(entry.get("step"), str):
        raise ScenarioError(f"{where} has no name: write “step: NAME”.")
    where = f"{where}, {entry['step']}"
    if unknown := entry.keys() - _STEP_KEYS:
        raise ScenarioError(f"{where}: unknown key {_names(unknown)}. {_known(_STEP_KEYS)}")
    endpoint, proves = str(entry.get("endpoint", "")), entry.get("proves")
    method, _, path = endpoint.partition(" ")
    asked = str(entry.get("path", path))
    if not asked.startswith("/"):  # another method than the row's, or a row of many
        method, _, asked = asked.partition(" ")
    if not (endpoint and method.isupper() and asked.startswith("/") and isinstance(proves, str)):
        raise ScenarioError(
            f"{where}: needs “endpoint: METHOD /PATH”, or another name with “path: METHOD /PATH”, "
            "and “proves: SENTENCE”."
        )
    if "json" in entry and "body" in entry:
        raise ScenarioError(f"{where}: has json and body; one request has one body.")
    send = {str(name): str(value) for name, value in (entry.get("headers") or {}).items()}
    if "as" in entry:
        send = {"Authorization": f"Bearer {{{{ {entry['as']} }}}}", **send}
    return Step(
        entry["step"], endpoint, method, asked, proves, send,
        entry.get("json", entry.get("body")), "json" in entry,
        {str(name): str(place) for name, place in (entry.get("keep") or {}).items()},
        _apart(entry.get("apart"), where), tuple(entry.get("needs", ())), entry.get("sign") or {},
        str(entry.get("speaks", "")),
        float(entry.get("within", within)), tuple(entry.get("tags", ())),
    )  # fmt: skip


def _apart(entry: Any, where: str) -> tuple[str, float] | None:
    match entry:
        case None:
            return None
        case [str(step), int() | float() as seconds]:
            return step, float(seconds)
    raise ScenarioError(f"{where}: write “apart: [STEP, SECONDS]”.")


def _fill_all(data: Any, known: Mapping[str, str]) -> Any:
    if isinstance(data, str):
        return fill(data, known)
    if isinstance(data, dict):
        return {fill(key, known): _fill_all(value, known) for key, value in data.items()}
    if isinstance(data, list):
        return [_fill_all(value, known) for value in data]
    return data


def _constants(text: str) -> frozenset[str]:
    return frozenset(value.text for value in values.find(text, {}))


def _names(found: Iterator[str] | set[str]) -> str:
    return ", ".join(sorted(map(str, found)))


def _known(keys: set[str]) -> str:
    return f"Known are: {_names(keys)}."
