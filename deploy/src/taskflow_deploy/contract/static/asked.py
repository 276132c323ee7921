"""What is asked of a running system, and what the reference answered."""

import json
from collections.abc import Iterator

from taskflow_deploy.contract.static import shapes
from taskflow_deploy.contract.static.reading import Files, UnreadableError, understanding
from taskflow_deploy.contract.static.sides import TOLD, Side
from taskflow_deploy.verifier import recording, scenario
from taskflow_deploy.verifier.recording import Recorded

_FOLDER = "deploy/src/taskflow_deploy/contract"
SCENARIO = f"{_FOLDER}/scenario.yaml"
RECORDING = f"{_FOLDER}/recording.json"
_REFUSED = 400


class Asked:
    """The scenario and its recording.

    Parameters
    ----------
    files
        The repository's files.
    """

    def __init__(self, files: Files) -> None:
        for file in (SCENARIO, RECORDING):
            files.text(file)
        try:
            self._scenario = scenario.load(files.root / SCENARIO)
            self._recording = recording.load(files.root / RECORDING)
        except scenario.ScenarioError as error:
            raise UnreadableError(SCENARIO, str(error)) from None
        except recording.RecordingError as error:
            raise UnreadableError(RECORDING, str(error)) from None

    @property
    def endpoints(self) -> Side:
        """The endpoints that the scenario has a row for; a row may also be of no endpoint."""
        rows = [row for row in self._scenario.endpoints if " /" in row]
        return Side(SCENARIO, dict.fromkeys(rows, TOLD))

    @property
    def steps(self) -> Side:
        """The steps that the scenario has."""
        return Side(SCENARIO, {step.id: TOLD for step in self._scenario.all})

    @property
    def recorded(self) -> Side:
        """The steps that were recorded."""
        return Side(RECORDING, dict.fromkeys(self._recording.answers, TOLD))

    @property
    def statuses(self) -> Side:
        """The status of each endpoint where all went well."""
        found: dict[str, set[str]] = {}
        for name, one in self._well():
            found.setdefault(name, set()).add(str(one.status))
        return Side(RECORDING, {name: " or ".join(sorted(said)) for name, said in found.items()})

    @property
    def answers(self) -> Side:
        """The keys of each endpoint's answer where all went well."""
        longest: dict[str, str] = {}  # an empty list has no keys to be seen
        for name, one in self._well():
            longest[name] = max(longest.get(name, ""), one.body, key=len)
        with understanding(RECORDING):
            return Side(RECORDING, {name: _keys(body) for name, body in longest.items()})

    @property
    def codes(self) -> Side:
        """The error codes that were answered, with their statuses."""
        refused = [one for one in self._recording.answers.values() if one.status >= _REFUSED]
        with understanding(RECORDING):
            codes = {f"{one.status} {json.loads(one.body)['code']}" for one in refused}
        return Side(RECORDING, dict.fromkeys(sorted(codes), TOLD))

    def _well(self) -> Iterator[tuple[str, Recorded]]:
        """Return the recorded answers where all went well; of those of an endpoint, all."""
        for step in self._scenario.all:
            one = self._recording.answers.get(step.id)
            is_its_own = step.endpoint.startswith(f"{step.method} ")
            if one is not None and one.status < _REFUSED and is_its_own:
                yield step.endpoint, one


def _keys(body: str) -> str:
    return shapes.written(shapes.of(json.loads(body))) if body else shapes.NO_BODY
