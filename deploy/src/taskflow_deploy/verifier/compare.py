"""Compares one answer with the recorded one: status, headers and body, byte for byte."""

from dataclasses import dataclass

from taskflow_deploy.verifier import live, places, structure
from taskflow_deploy.verifier.answers import Answer
from taskflow_deploy.verifier.binding import Binder, Mismatch
from taskflow_deploy.verifier.recording import Recorded, moment_of
from taskflow_deploy.verifier.scenario import Step
from taskflow_deploy.verifier.showing import show

_TYPE, _LENGTH = "content-type", "content-length"


@dataclass(frozen=True)
class Fault:
    """What is wrong with an answer: see :class:`.difference.Difference`."""

    kind: str
    place: str
    expected: str
    found: str


def compare(
    step: Step, answer: Answer, recorded: Recorded, binder: Binder, *, model_is_live: bool = False
) -> Fault | None:
    """Return the first fault of the answer to a step, or None.

    Parameters
    ----------
    model_is_live
        Whether a real language model speaks: then its own words, and the tools that it uses
        beside the recorded ones, are let through where a step says so.
    """
    if answer.status != recorded.status:
        _compare_headers(answer, recorded, binder)  # the date may tell that a clock was set
        return Fault("status", "status", str(recorded.status), str(answer.status))
    text = answer.text
    if model_is_live and step.speaks:
        level = live.levelled(recorded, text, step.speaks)
        recorded, text = level.recorded, level.text
        binder.counts.given += level.added
        answer = live.without_length(answer)
    # All are looked at, so that every value is bound; what tells most comes first.
    headers = _compare_headers(answer, recorded, binder)
    body = _compare_body(text, recorded.body, binder, answer)
    fault = headers.pop(_TYPE, None) or body or next(iter(headers.values()), None)
    if fault is None and answer.received - answer.sent > step.within:
        took = f"an answer after {answer.received - answer.sent:.1f} s"
        return Fault("late", "answer", f"one within {step.within:g} s", took)
    return fault


def _compare_headers(answer: Answer, recorded: Recorded, binder: Binder) -> dict[str, Fault]:
    """Return the fault of each header that has one; a wrong length comes last."""
    fields, faults = answer.fields, {}
    for name, template in recorded.headers.items():
        if name not in fields:
            faults[name] = Fault("header", f"header {name}", template, "missing")
            continue
        mismatch = binder.compare(template, fields[name], moment_of(answer))
        if mismatch is not None and mismatch.kind == "bytes":
            told = show(fields[name], binder) or "empty"
            faults[name] = Fault("header", f"header {name}", template or "empty", told)
        elif mismatch is not None:
            faults[name] = Fault(mismatch.kind, f"header {name}", *_told(mismatch, binder))
    for name in fields:
        if name not in recorded.headers:
            told = f"there: {show(fields[name], binder)}"
            faults[name] = Fault("header", f"header {name}", "absent", told)
    return dict(sorted(faults.items(), key=lambda fault: fault[0] == _LENGTH))


def _compare_body(text: str, template: str, binder: Binder, answer: Answer) -> Fault | None:
    mismatch = binder.compare(template, text, moment_of(answer))
    if mismatch is None:
        return None
    if mismatch.kind == "bytes" and (fault := _structural(template, text, mismatch.start, binder)):
        return fault
    place = places.at(text, mismatch.start) if text else "body"
    return Fault(mismatch.kind, place, *_told(mismatch, binder))


def _structural(template: str, text: str, offset: int, binder: Binder) -> Fault | None:
    """Tell a difference at an offset by its place in the JSON, where it shows there."""
    try:
        wanted, found = places.scan(template), places.scan(text)
    except places.NotJsonError:
        return None
    apart = structure.first(wanted, found)
    if apart is not None:
        return Fault("bytes", apart.path, apart.expected, show(apart.found, binder))
    pairs = [pair for pair in zip(wanted, found, strict=True) if pair[1].start <= offset]
    one, other = pairs[-1]
    shown = show(other.text, binder)
    return Fault("bytes", one.path, one.text, shown) if one.text != shown else None


def _told(mismatch: Mismatch, binder: Binder) -> tuple[str, str]:
    return mismatch.expected or "nothing", show(mismatch.found, binder) or "nothing"
