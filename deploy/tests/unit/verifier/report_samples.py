"""Reports of a verification, made by hand: what is in them comes from a hostile system."""

from taskflow_deploy.verifier.counts import Counts
from taskflow_deploy.verifier.difference import Difference
from taskflow_deploy.verifier.report import Endpoint, Report

ATTACK = (
    "<script>alert('x')</script><img src=x onerror=alert(1)>\"'&amp;\x1b[31mred\x00\u202e\ufffe"
)
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJlLW9mLWFubg"
HEBREW = "שלום עולם"
HEAD = "201\ncontent-type: application/json\nx-request-id: ⟨hex32#1⟩\n\n"


def difference(number: int = 0, /, **changes: str) -> Difference:
    """One value of the JSON of an answer is another one."""
    given = {
        "step": f"add {number}", "endpoint": "POST /tasks", "proves": f"A task is kept ({number}).",
        "kind": "bytes", "place": "body.done", "expected": "false", "found": "0",
        "recorded": HEAD + '{"id":"⟨uuid4#1⟩","done":false}',
        "answered": HEAD + '{"id":"⟨uuid4#1⟩","done":0}',
    }  # fmt: skip
    curl = ("run=$(date +%s)", f"curl -i -X POST http://a/tasks -d '{{\"n\":{number}}}'")
    return Difference(curl=curl, **{**given, **changes})


def report(*differences: Difference, endpoints: int = 2) -> Report:
    """A report with these differences in the second endpoint, and a step of it left out."""
    names = ["GET /health", "POST /tasks", *(f"GET /endpoint/{n}" for n in range(2, endpoints))]
    rows = [Endpoint(name) for name in names]
    for number, row in enumerate(rows):
        row.add(f"ask {number}", 0.002)
    for found in differences:
        rows[1].differences.append(found)
        if found.kind != "unanswered":
            rows[1].add(found.step, 0.25)
    rows[1].left_out.append("forged: not known here: key")
    return Report(
        "http://a.example", "from this machine", "the recording of today", rows,
        Counts(65_555, 61_234, 4_321), 1.62, ["Asked again: a clock was set."], list(differences),
    )  # fmt: skip


def hostile() -> Report:
    """Whatever comes from a system or a scenario is an attack, or a token."""
    evil = f"{ATTACK}{TOKEN}"
    body = '{"title":"' + "x" * 5000 + '"}'
    found = [
        difference(
            1, step=f"step {ATTACK}", proves=f"proves {evil}", place=f"body.{evil}",
            expected=f"expected {evil}", found=f"found {evil}",
            recorded=f"200\na: {evil}\n\n{evil}", answered=f"200\na: b{evil}\n\n{evil}b",
        ),
        difference(2, recorded=HEAD + body, answered=HEAD + body.replace('x"', 'y"')),
        difference(3, found=HEBREW, answered=HEAD + f'{{"id":"{HEBREW}","done":0}}'),
        difference(4, kind="unanswered", place="answer", answered="", found="none (refused)"),
        difference(5, found="\udc80\udcff", answered="200\n\n\udc80"),
    ]  # fmt: skip
    made = report(*found)
    made.url = made.way = made.reference = evil
    made.notes = [evil]
    made.endpoints[1].name = ATTACK
    made.endpoints[1].left_out = [f"left {ATTACK}: because {evil}"]
    return made
