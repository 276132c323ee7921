"""Does one drill, and holds the deployer to everything that it promises of a failure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.checkout import Checkout
from tests.drills import bundle, canaries, release
from tests.drills.canaries import Canaries
from tests.drills.drill import Drill
from tests.drills.running import Run, run

_UNDONE = "and that was verified again"


@dataclass(frozen=True)
class Outcome:
    """What came of a drill.

    Attributes
    ----------
    told
        Seconds from the command's start until the first cause was said.
    evidence
        Seconds that the evidence took; None where there is nothing to take any of.
    undone
        Seconds from then until the release of before was verified again; None where it was never
        touched.
    searched
        How many places were searched for secrets; none may be found.
    """

    drill: Drill
    code: int
    headline: str
    told: float
    evidence: float | None
    undone: float | None
    searched: int


def perform(checkout: Checkout, drill: Drill) -> Outcome:
    """Break something, deploy, and look at everything."""
    before, kept = release.look(checkout), bundle.folders(checkout.state)
    assert before.verified, "a drill begins with what was verified"
    with drill.fault(checkout) as given:
        environment = {**_planted(drill), **given}
        done = run(checkout, *drill.words, environment=environment)
    new = bundle.folders(checkout.state) - kept
    complaints = [*_told(drill, done), *_afterwards(checkout, before, drill)]
    folder = new.pop() if new else None
    if drill.undone:
        complaints += bundle.complaints(folder, drill, done.headline) if folder else ["no evidence"]
    elif folder is not None:
        complaints.append(f"nothing was changed, and evidence was taken: {folder}")
    places = _places(checkout, done, folder)
    known = Canaries.of(checkout, {**checkout.environment, **environment})
    complaints += known.found(places)
    assert not complaints, "\n".join([*complaints, "", done.out, done.err])
    return _outcome(drill, done, folder, len(places))


def _planted(drill: Drill) -> Mapping[str, str]:
    # With a key, the chat of a system that runs would ask Claude.
    return {} if drill.checkpoint == "contract" else {"ANTHROPIC_API_KEY": canaries.API_KEY}


def _told(drill: Drill, done: Run) -> list[str]:
    checks = [
        (done.code == drill.code, f"exit code {done.code}, not {drill.code}"),
        (re.search(drill.cause, done.headline), f"{done.headline!r} does not name the cause"),
        (bool(done.when(_UNDONE)) == drill.undone, "the undo is told wrongly"),
    ]
    return [complaint for holds, complaint in checks if not holds]


def _afterwards(checkout: Checkout, before: release.Release, drill: Drill) -> list[str]:
    verified = checkout.taskflow("verify", "--json").json
    broken = [] if verified["passed"] else [f"it does not verify: {verified['differences']}"]
    after = release.look(checkout)
    return [*broken, *release.complaints(before, after, undone=drill.undone)]


def _places(checkout: Checkout, done: Run, folder: Path | None) -> dict[str, bytes]:
    """Return all that a command leaves or shows for others to read."""
    return {
        "standard output": done.out.encode(),
        "standard error": done.err.encode(),
        "a process list": done.arguments,
        "the journal": (checkout.state / "journal.json").read_bytes(),
        **canaries.files(checkout.state / "logs"),
        **(canaries.files(folder) if folder else {}),
    }


def _outcome(drill: Drill, done: Run, folder: Path | None, places: int) -> Outcome:
    told, verified = done.when(done.headline), done.when(_UNDONE)
    assert told is not None
    return Outcome(
        drill=drill,
        code=done.code,
        headline=done.headline,
        told=told,
        evidence=bundle.record(folder)["seconds"] if folder else None,
        undone=verified - told if verified is not None else None,
        searched=places,
    )
