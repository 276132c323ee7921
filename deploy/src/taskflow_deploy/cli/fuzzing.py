"""verify --fuzz: ask two systems the same made-up requests, and compare every answer."""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from taskflow_deploy.errors import CalibrationError, ContractError, UsageError
from taskflow_deploy.output import SCHEMA_VERSION, Output
from taskflow_deploy.paths import current_paths

if TYPE_CHECKING:
    from taskflow_deploy.verifier.fuzz.report import FuzzReport
    from taskflow_deploy.verifier.verify import Subject

_DESCRIPTION = "/openapi.json"
_SEEDS = 1_000_000


def check(pairs: int | None, seed: int | None, reference: str, others: Mapping[str, Any]) -> None:
    """Refuse options that do not go together.

    Parameters
    ----------
    others
        Options that ask for something else, by name, as they were given.

    Raises
    ------
    UsageError
        They do not.
    """
    if pairs is None:
        if seed is not None:
            raise UsageError("--seed belongs to --fuzz.", "Write --fuzz N --seed S.")
        return
    if pairs < 1:
        raise UsageError(
            f"--fuzz {pairs} asks nothing.", "Say how many pairs of requests: --fuzz 1000."
        )
    if given := [name for name, value in others.items() if value]:
        raise UsageError(f"--fuzz does not go with {given[0]}.", f"Leave {given[0]} out.")
    if not reference:
        raise UsageError(
            "--fuzz needs a running reference: the recorded contract cannot answer requests that "
            "are made up.",
            "Run the other build, and name it: --reference http://HOST:PORT",
        )


def fuzz(
    output: Output, reference: "Subject", candidate: "Subject", pairs: int, seed: int | None,
    folder: Path | None,
) -> None:  # fmt: skip
    """Ask both, tell what came of it, and end with the exit code of the contract if they differ.

    Parameters
    ----------
    seed
        What chance begins with; None for any.
    folder
        Where the report is written; None for nowhere.

    Raises
    ------
    ContractError
        They differ, or the candidate went away.
    CalibrationError
        The reference cannot be asked.
    """
    from taskflow_deploy.contract import fuzzing
    from taskflow_deploy.verifier.fuzz import files
    from taskflow_deploy.verifier.fuzz.asking import AwayError, FuzzError
    from taskflow_deploy.verifier.fuzz.run import fuzz as compare

    seed = secrets.randbelow(_SEEDS) if seed is None else seed
    document, note = _description(reference)
    output.note(f"Asking {reference.url} and {candidate.url} alike; --seed {seed} repeats it.")
    try:
        api = fuzzing.api(document)
        found = compare(api, reference, candidate, pairs=pairs, seed=seed, tell=output.note)
    except FuzzError as error:
        is_candidate = isinstance(error, AwayError) and error.side.name == "candidate"
        kind = ContractError if is_candidate else CalibrationError
        told = f"--seed {seed} asks the same again." + (
            " The lines above are what was asked last." if error.lines else ""
        )
        raise kind(str(error), told, error.lines) from None
    found.notes += [note] if note else []
    if folder is not None:
        files.write(found, folder, name="TaskFlow")
    _tell(output, found)


def _tell(output: Output, found: "FuzzReport") -> None:
    if output.as_json:
        output.data({"schema_version": SCHEMA_VERSION, **found.to_json()})
        if not found.passed:
            raise typer.Exit(ContractError.exit_code)
        return
    classes = sorted({name for counts in found.statuses.values() for name in counts})
    rows = [
        [endpoint, *(f"{counts[name]:,}" if name in counts else "" for name in classes)]
        for endpoint, counts in sorted(found.statuses.items())
    ]
    output.table(f"{found.candidate} and {found.reference}", ["endpoint", *classes], rows)
    output.text(f"{found.figures}, in {found.seconds:.1f} s.")
    for text in found.left_out:
        output.note(f"Left out: {text}")
    for text in found.notes:
        output.warn(text)
    if found.difference is not None:
        told = f"The lines above show it by hand; --seed {found.seed} finds it again."
        raise ContractError(found.difference.line, told, found.explanation[1:])


def _description(reference: "Subject") -> tuple[Mapping[str, Any], str]:
    """Return the reference's OpenAPI document, or this checkout's, and a note that says so.

    The frontend does not pass the document on.
    """
    from taskflow_deploy.contract.static.openapi import OPENAPI
    from taskflow_deploy.verifier.answers import Request, UnreachableError

    transport = reference.open()
    try:
        answer = transport.send(Request("GET", _DESCRIPTION))
    except UnreachableError as error:
        raise CalibrationError(
            f"The reference ({reference.url}) does not answer: {error}.", "Start it first."
        ) from None
    finally:
        transport.close()
    if document := _document(answer.text):
        return document, ""
    file = current_paths().repository / OPENAPI
    note = f"{reference.url} does not show {_DESCRIPTION}, so {OPENAPI} of this checkout was read."
    return json.loads(file.read_text(encoding="utf-8")), note


def _document(text: str) -> Mapping[str, Any]:
    try:
        data = json.loads(text)
    except ValueError:
        return {}
    return data if isinstance(data, dict) and data.get("openapi") and data.get("paths") else {}
