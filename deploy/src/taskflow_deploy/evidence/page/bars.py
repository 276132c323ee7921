"""Draws what happened over time: one row each for checkpoints, pods, events, evidence and undo."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from taskflow_deploy.evidence.page import markup
from taskflow_deploy.evidence.page.reading import Reading
from taskflow_deploy.evidence.timeline import Entry, moment_of

_MOODS = {"passed": "good", "failed": "bad", "warned": "warned"}
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 4 * 3600, 24 * 3600)
_MOST_TICKS = 6
_MOST_MARKS = 200
_TITLE_LETTERS = 200
# Where the command kept no journal, this long before the evidence is shown.
_WITHOUT_JOURNAL = timedelta(minutes=5)


@dataclass
class _Row:
    """A row: what it is of, what is drawn in it, and what is said beside it."""

    label: str
    said: str
    kind: str = ""
    bars: list[tuple[datetime, datetime, str, str]] = field(default_factory=list)
    marks: list[tuple[datetime, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Window:
    """The time that is shown."""

    begin: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        return max((self.end - self.begin).total_seconds(), 1.0)

    def place(self, moment: datetime) -> float:
        """Return where a moment is, in percent; what is outside is at the edge."""
        share = (moment - self.begin).total_seconds() / self.seconds
        return round(min(max(share, 0.0), 1.0) * 100, 2)

    def shows(self, moment: datetime) -> bool:
        return self.begin <= moment <= self.end


def timeline(evidence: Reading) -> str:
    """Return the drawing, and all checks below it."""
    entries = evidence.items("timeline.json")
    window = _window(evidence, entries)
    groups = (
        ("What the command did", [*_steps(entries), *_after(evidence)]),
        ("Pods", list(_pods(entries, evidence.taken))),
        ("Events", list(_events(evidence, entries, window))),
    )
    drawn = "".join(
        f'<h3>{title}</h3><ol class="rows">{"".join(_row(row, window) for row in rows)}</ol>'
        for title, rows in groups
        if rows
    )
    begin = f'<p class="aside">It begins at {window.begin:%H:%M:%S} UTC.</p>'
    chart = f'<div class="chart">{_ruler(window)}{drawn}</div>'
    return begin + chart + _checks(evidence, entries)


def _window(evidence: Reading, entries: Sequence[Entry]) -> _Window:
    outcome = evidence.record["outcome"]
    end = evidence.taken + timedelta(seconds=evidence.record["seconds"])
    if outcome is not None:
        end = max(end, moment_of(outcome["at"]))
    own = [moment_of(entry["at"]) for entry in entries if entry["kind"] in _OWN]
    others = [moment_of(entry["at"]) for entry in entries if entry["kind"] not in _OWN]
    earliest = evidence.taken - _WITHOUT_JOURNAL
    begin = min(own) if own else min((at for at in others if at > earliest), default=earliest)
    return _Window(min(begin, end), end)


_OWN = {"command", "checkpoint", "check", "step"}


def _steps(entries: Sequence[Entry]) -> Iterator[_Row]:
    """Return the checkpoints, below the one that failed its checks, and moments without an end."""
    checks = [entry for entry in entries if entry["kind"] == "check"]
    for entry in entries:
        if entry["kind"] not in {"checkpoint", "step"}:
            continue
        yield _bar_row(entry)
        if entry["verdict"] == "failed":
            own = [one for one in checks if one["what"].startswith(f"{entry['what']}.")]
            yield from (_bar_row(one, "inner") for one in own)


def _bar_row(entry: Entry, kind: str = "") -> _Row:
    begin, verdict = moment_of(entry["at"]), entry["verdict"]
    mood = _MOODS.get(verdict, "")
    title = f"{entry['what']}: {verdict}. {entry['detail']}"[:_TITLE_LETTERS]
    if entry["seconds"] is None:
        return _Row(entry["what"], verdict, kind, marks=[(begin, mood, title)])
    end = begin + timedelta(seconds=entry["seconds"])
    said = f"{markup.duration(entry['seconds'])}, {verdict}"
    return _Row(entry["what"], said, kind, bars=[(begin, end, mood, title)])


def _after(evidence: Reading) -> Iterator[_Row]:
    took = evidence.record["seconds"]
    end = evidence.taken + timedelta(seconds=took)
    yield _Row("evidence", markup.duration(took), bars=[(evidence.taken, end, "own", "evidence")])
    outcome = evidence.record["outcome"]
    if outcome is not None and outcome["undone"]:
        ended, mood = moment_of(outcome["at"]), "bad" if outcome["failed"] else "good"
        said = markup.duration((ended - end).total_seconds())
        said += ", failed" if outcome["failed"] else ", done"
        yield _Row("undo", said, bars=[(end, ended, mood, outcome["text"])])


def _pods(entries: Sequence[Entry], taken: datetime) -> Iterator[_Row]:
    """Return a row for each pod: its life, when it was ready, and the runs of its containers."""
    names = dict.fromkeys(
        entry["what"].partition("/")[0]
        for entry in entries
        if entry["kind"] in {"pod", "container"}
    )
    for name in names:
        row = _Row(name, "")
        for entry in entries:
            if entry["what"].partition("/")[0] == name and entry["kind"] in {"pod", "container"}:
                _draw_pod(row, entry, taken)
        yield row


def _draw_pod(row: _Row, entry: Entry, taken: datetime) -> None:
    begin, verdict, what = moment_of(entry["at"]), entry["verdict"], entry["what"]
    title = f"{what}: {entry['detail']}"
    if entry["kind"] == "container":
        seconds = entry["seconds"]
        if seconds is None:
            row.marks.append((begin, "", title))
        else:
            row.bars.append((begin, begin + timedelta(seconds=seconds), _MOODS[verdict], title))
        if verdict == "failed":
            row.said = entry["detail"]
    elif verdict == "began":
        row.bars.insert(0, (begin, taken, "life", title))
    elif verdict == "passed":
        row.bars.append((begin, taken, "good", title))
        row.said = row.said or "ready"
    else:
        row.said = row.said or "not ready"


def _events(evidence: Reading, entries: Sequence[Entry], window: _Window) -> Iterator[_Row]:
    for verdict, label in (("warned", "warnings"), ("passed", "others")):
        found = [one for one in entries if one["kind"] == "event" and one["verdict"] == verdict]
        shown = [one for one in found if window.shows(moment_of(one["at"]))]
        if not found:
            continue
        earlier = len(found) - len(shown)
        said = f"{len(shown)}" + (f", and {earlier} before" if earlier else "")
        marks = [
            (moment_of(one["at"]), _MOODS[verdict] if verdict == "warned" else "",
             f"{one['what']} {one['detail']}"[:_TITLE_LETTERS])
            for one in shown[-evidence.most(_MOST_MARKS) :]
        ]  # fmt: skip
        yield _Row(label, said, marks=marks)


def _row(row: _Row, window: _Window) -> str:
    drawn = "".join(_bar(bar, window) for bar in row.bars)
    drawn += "".join(
        f'<i class="mark {mood}" style="left:{window.place(at)}%" title="{markup.safe(title)}"></i>'
        for at, mood, title in row.marks
    )
    return (f'<li class="row {row.kind}"><span class="label">{markup.safe(row.label)}</span>'
            f'<span class="track" aria-hidden="true">{drawn}</span>'
            f'<span class="said">{markup.safe(row.said)}</span></li>')  # fmt: skip


def _bar(bar: tuple[datetime, datetime, str, str], window: _Window) -> str:
    begin, end, mood, title = bar
    left = window.place(begin)
    width = round(window.place(end) - left, 2)
    return (f'<i class="bar {mood}" style="left:{left}%;width:{width}%" '
            f'title="{markup.safe(title)}"></i>')  # fmt: skip


def _ruler(window: _Window) -> str:
    step = next((one for one in _STEPS if window.seconds / one <= _MOST_TICKS), _STEPS[-1])
    ticks = range(0, int(window.seconds) + 1, step)
    drawn = "".join(
        f'<i style="left:{round(second / window.seconds * 100, 2)}%"><b>{_tick(second)}</b></i>'
        for second in ticks
    )
    return (f'<div class="row ruler" aria-hidden="true"><span class="label"></span>'
            f'<span class="track">{drawn}</span><span class="said"></span></div>')  # fmt: skip


def _tick(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"


def _checks(evidence: Reading, entries: Sequence[Entry]) -> str:
    checks = [entry for entry in entries if entry["kind"] == "check"]
    if not checks:
        return ""
    rows = [
        [markup.code(one["what"]),
         markup.badge(one["verdict"], _MOODS.get(one["verdict"], "")),
         markup.duration(one["seconds"] or 0.0), markup.safe(evidence.short(one["detail"]))]
        for one in checks
    ]  # fmt: skip
    inside = markup.table(
        "Every check, in order", ["check", "verdict", "took", "what it found"], rows
    )
    return markup.folded(f"All {len(checks)} checks of the command", inside)
