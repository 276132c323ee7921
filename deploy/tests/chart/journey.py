"""The journey of ``helm test``: the steps of the scenario with the tag ``helm``, and their answers.

``python -m tests.chart.journey`` writes helm/taskflow/files/journey.json anew.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from taskflow_deploy.contract import verify as contract
from taskflow_deploy.verifier.recording import Recording
from taskflow_deploy.verifier.scenario import Scenario, Step
from taskflow_deploy.verifier.symbols import Symbol, split
from tests.chart.helm import CHART

FILE = CHART / "files" / "journey.json"
TAG = "helm"
# What the player in test-journey.mjs knows.
KINDS = {"run", "environment", "uuid4", "timeT.0Z", "token"}
_PLACE = re.compile(r"[\w.]+|cookie \w+")
_ENVIRONMENT = re.compile(r'(?<="environment":")[^"]*(?=")')


class _AsTheyAre(Mapping[str, str]):
    """Variables that are left for the player to fill in."""

    def __getitem__(self, name: str) -> str:
        return f"{{{{ {name} }}}}"

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __contains__(self, name: object) -> bool:
        return True


def text(scenario: Scenario, recording: Recording) -> str:
    """Return the journey as a file.

    Raises
    ------
    ValueError
        A step needs what the player cannot do, or what no step before it keeps.
    """
    chosen = scenario.only(TAG)
    known = {"run"}
    parts: dict[str, list[dict[str, Any]]] = {}
    for part, steps in (("steps", chosen.steps), ("cleanup", chosen.cleanup)):
        parts[part] = [_written(step, recording, known) for step in steps]
    return json.dumps(parts, ensure_ascii=False, indent=1) + "\n"


def _written(step: Step, recording: Recording, known: set[str]) -> dict[str, Any]:
    path, headers, body = step.fill(_AsTheyAre())
    used = set(re.findall(r"\{\{ (\w+) \}\}", f"{path}{headers}{(body or b'').decode()}"))
    if missing := used - known:
        raise ValueError(f"{step.id}: no step before it keeps {', '.join(sorted(missing))}")
    if step.needs or step.sign or step.speaks:
        raise ValueError(f"{step.id}: helm test has neither the system's key nor its model")
    if strange := [place for place in step.keep.values() if not _PLACE.fullmatch(place)]:
        raise ValueError(f"{step.id}: helm test cannot keep {strange[0]}")
    known |= set(step.keep)
    recorded = recording.answers[step.id]
    return {
        "step": step.id,
        "method": step.method,
        "path": path,
        "headers": headers,
        **({} if body is None else {"body": body.decode()}),
        **({"keep": dict(step.keep)} if step.keep else {}),
        "status": recorded.status,
        "answer": _answer(step.id, recorded.body),
    }


def _answer(step: str, body: str) -> str:
    """Return the recorded body; the environment's name is the chart's to choose."""
    answer = _ENVIRONMENT.sub(str(Symbol("environment")), body)
    kinds = {piece.kind for piece in split(answer) if isinstance(piece, Symbol)}
    if unknown := kinds - KINDS:
        raise ValueError(f"{step}: helm test does not know {', '.join(sorted(unknown))}")
    return answer


def main() -> None:
    """Write the file anew."""
    FILE.write_text(text(contract.asked(), contract.recorded()), encoding="utf-8")


if __name__ == "__main__":
    main()
