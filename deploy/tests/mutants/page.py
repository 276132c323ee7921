"""What came of the mutants, as Markdown in ``docs/verifier-figures.md``."""

from collections.abc import Sequence
from pathlib import Path

from tests.cluster import measured
from tests.cluster.measured import row
from tests.drills.page import cell
from tests.mutants.fuzzing import EXAMPLES, Finding
from tests.mutants.verifying import Verdict

_TARGET = "mutants"


def write(
    path: Path, verdicts: Sequence[Verdict], findings: Sequence[Finding], seed: int, minutes: float
) -> None:
    """Write what the verifier and Schemathesis found."""
    caught = sum(verdict.is_caught for verdict in verdicts)
    fuzzed = sum(finding.is_caught for finding in findings)
    kinds = dict.fromkeys(verdict.mutant.kind for verdict in verdicts)
    places = {(one.mutant.kind, one.mutant.step.endpoint, one.mutant.field) for one in verdicts}
    lines = [
        f"{len(verdicts)} mutants of {len(kinds)} classes, at {len(places)} places. The verifier"
        f" caught {caught}, each at the right place as the first difference. Schemathesis caught"
        f" {fuzzed} of {len(findings)}. `MUTANT_SEED={seed}` repeats them;"
        f" it took {minutes:.0f} minutes.", "",
        row("Class", "Mutants", "Caught by the verifier", "Caught by Schemathesis"),
        "|---|--:|--:|--:|",
        *(_class(kind, verdicts, findings) for kind in kinds), "",
        *_not_caught(verdicts),
        *_of_schemathesis(findings), "",
        *measured.facts(_TARGET, "the system under test and PostgreSQL"),
    ]  # fmt: skip
    measured.write(path, _TARGET, lines)


def _class(kind: str, verdicts: Sequence[Verdict], findings: Sequence[Finding]) -> str:
    of_verifier = [one for one in verdicts if one.mutant.kind == kind]
    of_fuzzing = [one for one in findings if one.mutant.kind == kind]
    return row(
        f"{kind[0].upper()}{kind[1:]}",
        len(of_verifier),
        sum(one.is_caught for one in of_verifier),
        f"{sum(one.is_caught for one in of_fuzzing)} of {len(of_fuzzing)}",
    )


def _not_caught(verdicts: Sequence[Verdict]) -> list[str]:
    missed = [one for one in verdicts if not one.is_caught]
    return [
        f"- Not caught by the verifier: {cell(one.mutant.name)}; found: {cell(one.found)}"
        for one in missed
    ] or ["- Not caught by the verifier: none."]


def _of_schemathesis(findings: Sequence[Finding]) -> list[str]:
    undescribed = sum(not one.is_described for one in findings)
    unprovoked = sum(one.is_described and not one.fired for one in findings)
    left = [one for one in findings if one.is_described and one.fired and not one.is_caught]
    return [
        f"- Not caught by Schemathesis: {undescribed} at addresses that the API's description does"
        f" not have, which it was not given; {unprovoked} in answers that none of its requests"
        f" provoked; {len(left)} though they were damaged before its eyes:",
        *(f"  - {cell(one.mutant.name)} ({one.fired} answers damaged)" for one in left),
        f"- Schemathesis was given valid tokens and the hooks of `backend/tests/contract`, all its"
        f" checks and phases, up to {EXAMPLES} made-up requests for each operation and phase, and"
        " all operations of tasks or of accounts together. A mutant damages every answer of its"
        " address and status there, and any failure or error counts, of any kind and at any place;"
        " the undamaged system has none. It stops at its first failure. For late answers it was"
        " told that one second is allowed.",
    ]
