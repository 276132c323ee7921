"""What was changed, and which promise of the contract was broken."""

from taskflow_deploy.evidence.page import markup
from taskflow_deploy.evidence.page.reading import Reading

_MOST_LINES = 400
_KINDS = (("+++", "file"), ("---", "file"), ("@@", "place"), ("+", "more"), ("-", "less"))


def contract(evidence: Reading) -> str:
    """Return the broken promises, unless they stand as the first cause already."""
    stands_alone = is_of_the_contract(evidence) and evidence.cause["kind"] != "error"
    return promises(evidence) if stands_alone else ""


def is_of_the_contract(evidence: Reading) -> bool:
    """Tell whether the failure is a broken promise."""
    return evidence.had("contract.txt")


def promises(evidence: Reading) -> str:
    """Return the broken promises and the requests that show them."""
    told = evidence.error["details"][: evidence.most(_MOST_LINES)]
    lines = [_promise(evidence.short(line)) for line in told]
    intro = "<p>Each answer that is not as promised, and below it the request that shows it:</p>"
    return intro + markup.lines_block(lines, "Broken promises", "contract")


def _promise(line: str) -> str:
    is_request = line.startswith(" ")
    return f'<span class="{"request" if is_request else "broken"}">{markup.safe(line)}</span>'


def diff(evidence: Reading) -> str:
    """Return how what was deployed differs from what was before, coloured."""
    if not evidence.had("chart.diff"):
        return "<p>Nothing differs from what was deployed before, or it was not compared.</p>"
    lines = evidence.text("chart.diff").rstrip("\n").split("\n")
    added = sum(line.startswith("+") and not line.startswith("+++") for line in lines)
    gone = sum(line.startswith("-") and not line.startswith("---") for line in lines)
    files = [line[4:] for line in lines if line.startswith(("+++ ", "--- "))]
    names = dict.fromkeys(name.partition(" ")[2] for name in files if name != "/dev/null")
    what = ", ".join(markup.code(name) for name in names)
    intro = (f"<p>{_count(added, 'line')} added and {gone:,} removed in {what}; whole in "
             f"{markup.link('chart.diff')}.</p>")  # fmt: skip
    most = evidence.most(_MOST_LINES)
    drawn = [_line(evidence.short(line)) for line in lines[:most]]
    shown = markup.lines_block(drawn, "Difference of the charts", "diff")
    if len(lines) > most:
        shown += f'<p class="aside">{len(lines) - most:,} lines more are in the file.</p>'
    return intro + shown


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _line(line: str) -> str:
    kind = next((kind for beginning, kind in _KINDS if line.startswith(beginning)), "")
    return f'<span class="{kind}">{markup.safe(line) or " "}</span>'
