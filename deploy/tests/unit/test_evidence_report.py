"""The page of a failure: whole, safe, and readable without anything else."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from taskflow_deploy.errors import ContractError, InstallError, PodsError
from taskflow_deploy.evidence.capture import capture
from taskflow_deploy.evidence.outcome import conclude
from taskflow_deploy.evidence.page import bars, markup, said
from taskflow_deploy.paths import Paths
from tests.unit import evidence_samples as samples
from tests.unit.html_page import HtmlPage
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools

_LOADS = ("src", "href", "srcset", "action", "data", "poster", "formaction", "background")
_ATTACK = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'&amp;\x1b[31mred\x1b[0m\u202e"


class _Page(HtmlPage):
    def text(self, *within: str) -> str:
        """Return the text of the page, or of some kinds of element."""
        return "".join(
            word for tags, word in self.words if not within or (tags and tags[-1] in within)
        )

    def attributes(self, name: str) -> Iterator[str]:
        """Return the values of an attribute, wherever it is."""
        return (str(found[name]) for _, found in self.tags if name in found)


@pytest.fixture
def folder(paths: Paths, cluster: RecordingCluster, tools: Tools) -> Path:
    """The evidence of a backend that crashes."""
    return samples.taken(tools, paths, cluster)


def _page(folder: Path) -> _Page:
    return _Page((folder / "report.html").read_text(encoding="utf-8"))


def test_the_page_is_well_formed_and_has_what_readers_need(folder: Path) -> None:
    page = _page(folder)
    tags = [tag for tag, _ in page.tags]
    assert (tags.count("h1"), tags.count("title"), tags.count("main")) == (1, 1, 1)
    assert page.tags[0] == ("html", {"lang": "en"})
    assert page.text("h1") == samples.SENTENCE
    assert page.text("title").startswith(samples.SENTENCE)
    assert re.findall(r"[A-Z][a-z ]+", page.text("h2")) == [
        "First cause", "What to do", "Timeline", "What was changed", "Pods", "Events", "Logs",
        "Images", "History", "Node", "Versions", "Files",
    ]  # fmt: skip
    ids = list(page.attributes("id"))
    assert len(ids) == len(set(ids))
    named = [value.removeprefix("#") for value in page.attributes("href") if value[0] == "#"]
    assert set(named) | set(page.attributes("aria-labelledby")) <= set(ids)
    assert all(found.get("scope") == "col" for tag, found in page.tags if tag == "th")
    assert all(found.get("aria-label") for _, found in page.tags if found.get("tabindex"))
    assert "prefers-color-scheme: dark" in page.text("style")


def test_nothing_is_loaded_and_nothing_runs(folder: Path) -> None:
    page = _page(folder)
    assert "script" not in {tag for tag, _ in page.tags}
    assert not {name for _, found in page.tags for name in found if name.startswith("on")}
    for name in _LOADS:
        for value in page.attributes(name):
            assert value.startswith("#") or (folder / value).is_file(), value
    assert not re.search(r"(?i)url\(|@import", page.text("style"))
    policies = [found["content"] for tag, found in page.tags if found.get("http-equiv")]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_every_file_is_linked_to(folder: Path) -> None:
    linked = {value for value in _page(folder).attributes("href") if value[0] != "#"}
    assert linked == {file.name for file in folder.iterdir()} - {"report.html", "checksums.txt"}


def test_what_comes_from_outside_is_only_text(
    paths: Paths, cluster: RecordingCluster, tools: Tools
) -> None:
    cluster.start()
    now = datetime.now(UTC)
    samples.play(tools, now)
    pods, events = tools.state("pods"), tools.state("events")
    for pod in pods:
        pod["spec"]["containers"][0]["image"] = _ATTACK
        pod["status"]["containerStatuses"][0]["imageID"] = _ATTACK
    pods[0]["status"]["containerStatuses"][0]["state"]["waiting"]["reason"] = _ATTACK
    for event in events:
        event |= {"message": _ATTACK, "reason": _ATTACK, "type": _ATTACK}
        event["involvedObject"]["name"] = _ATTACK
    tools.change(
        pods=pods, events=events, description=_ATTACK, node_description=_ATTACK,
        helm_version=_ATTACK,
        logs=samples.prefixed({(samples.CRASHING, "backend"): _ATTACK}),
        logs_previous=samples.prefixed({(samples.CRASHING, "backend"): _ATTACK}),
    )  # fmt: skip
    steps = samples.journal(paths.state / "journal.json", now)
    for step in steps.entries:
        step |= {"what": step["what"] + _ATTACK, "reason": _ATTACK}
    error = ContractError(_ATTACK, _ATTACK, [_ATTACK], mend=_ATTACK)
    folder = capture(
        paths, cluster, error, journal=steps, diff=f"+{_ATTACK}", images=samples.IMAGES
    )
    conclude(folder, _ATTACK, failed=True)
    assert json.loads((folder / "evidence.json").read_text(encoding="utf-8"))["faults"] == []
    page = _page(folder)
    assert not {"script", "img"} & {tag for tag, _ in page.tags}
    assert not {name for _, found in page.tags for name in found if name.startswith("on")}
    shown = page.text("h1", "p", "pre", "span", "code", "div", "td", "strong")
    assert shown.count("<script>alert('x')</script><img src=x onerror=alert(1)>\"'&amp;red") > 25
    assert "could not be put together" not in shown
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", page.text())


def test_the_first_cause_stands_with_the_last_that_its_container_said(folder: Path) -> None:
    page = _page(folder)
    assert page.text("p").count(samples.SENTENCE) == 1
    last = [text for tag, text in page.words if "RuntimeError: broken on purpose" in text]
    assert len(last) == 3, "as last words, before the restart, and now"
    open_logs = [found for tag, found in page.tags if tag == "details" and "open" in found]
    assert len(open_logs) == 2, "that of the cause, and the history"
    assert (
        f"./taskflow kubectl logs {samples.CRASHING} --container backend --previous"
        in page.text("pre")
    )


@pytest.mark.parametrize("pods_have_a_fault", [False, True])
def test_broken_promises_stand_as_the_first_cause_unless_a_pod_has_a_fault(
    paths: Paths, cluster: RecordingCluster, tools: Tools, pods_have_a_fault: bool
) -> None:
    promise, request = "GET /health: status 500, not 200", "curl -i -X GET http://10.97.0.2/health"
    error = ContractError(promise, "Look.", [promise, f"  {request}"], mend=request)
    cluster.start()
    if pods_have_a_fault:
        folder = samples.taken(tools, paths, cluster, error)
    else:
        folder = capture(paths, cluster, error)
    page = _page(folder)
    assert ("Contract" in page.text("h2")) is pods_have_a_fault
    broken = [word for tags, word in page.words if tags[-1:] == ("span",) and word == promise]
    assert len(broken) == 1
    assert page.text("pre").count(request) == 1, "as the next command"


def test_what_was_told_with_the_error_is_shown(paths: Paths, cluster: RecordingCluster) -> None:
    cluster.start()
    details = ["Error: denied", "by <policy>"]
    error = InstallError("helm upgrade failed.", "Look.", details, mend="./taskflow up")
    page = _page(capture(paths, cluster, error))
    assert "Error: denied\nby <policy>" in page.text("pre")
    assert page.text("pre").count("./taskflow up") == 1


def test_pods_are_shown_with_states_restarts_and_images(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    rows = re.findall(r"<tr><td data-column=\"pod\">.*?</tr>", text)
    assert len(rows) == 5, "each container of each pod"
    crashing = re.sub(r"<[^>]+>", " ", next(row for row in rows if "CrashLoopBackOff" in row))
    assert crashing.split() == [
        samples.CRASHING, "backend", "CrashLoopBackOff", "3", "(before:", "Error,", "code", "3)",
        "taskflow-backend:f7937f1ee834", "sha256:4be1a6c09d27\u2026", "as", "built",
    ]  # fmt: skip


def test_the_change_is_coloured(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    kinds = re.findall(r'<span class="(more|less|place|file)">', text)
    assert kinds == ["file", "file", "place", "less", "more", "less", "more"]
    assert "2 lines added and 2 removed in <code>Deployment/taskflow-backend</code>" in text


def test_bars_stand_where_their_time_is(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")

    def bar(label: str) -> tuple[float, float]:
        row = re.search(
            rf'<span class="label">{label}</span>.*?left:([\d.]+)%;width:([\d.]+)%', text
        )
        assert row is not None, label
        return float(row[1]), float(row[2])

    # Of 42 seconds and what it took to write the evidence down.
    assert bar("prerequisites")[0] == pytest.approx(0.2, abs=1)
    assert bar("built") == pytest.approx((6.6, 28.8), abs=1.5)
    assert bar("pods") == pytest.approx((41.2, 57.9), abs=2)
    assert bar("evidence")[0] > 95
    assert '<span class="said">24.3 s, failed</span>' in text
    assert '<span class="said">2</span>' in text, "warnings"
    assert '<span class="said">5, and 1 before</span>' in text


def test_a_timeline_without_a_journal_begins_with_what_kubernetes_tells(
    paths: Paths, cluster: RecordingCluster, tools: Tools
) -> None:
    cluster.start()
    samples.play(tools, datetime.now(UTC))
    page = _page(capture(paths, cluster, PodsError("It crashed.")))
    begun = re.search(r"It begins at (\S+) UTC", page.text("p"))
    assert begun is not None
    first = datetime.now(UTC) - timedelta(seconds=25)
    assert begun[1] in {f"{first - timedelta(seconds=n):%H:%M:%S}" for n in range(4)}


def test_an_empty_cluster_makes_a_page_as_well(
    paths: Paths, cluster: RecordingCluster, tools: Tools
) -> None:
    cluster.start()
    tools.change(logs="")
    page = _page(capture(paths, cluster, PodsError("Nothing came.")))
    for words in ("There was no pod.", "There was none.", "No container has said anything",
                  "Nothing differs", "it was not compared"):  # fmt: skip
        assert words in page.text("p"), words


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.04, "0.0 s"), (59.94, "59.9 s"), (61, "1 min 1 s")]
)
def test_lengths_of_time_are_for_people(seconds: float, shown: str) -> None:
    assert markup.duration(seconds) == shown


@pytest.mark.parametrize(("seconds", "step"), [(9, 2), (42, 10), (200, 60), (9000, 1800)])
def test_a_ruler_has_few_marks(seconds: int, step: int) -> None:
    begin = datetime(2026, 1, 20, tzinfo=UTC)
    window = bars._Window(begin, begin + timedelta(seconds=seconds))
    assert bars._ruler(window).count("<b>") == seconds // step + 1


def test_a_section_that_fails_hides_no_other(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(said, "_line", lambda _line: 1 / 0)
    conclude(folder, "The deployment was uninstalled.")
    page = _page(folder)
    assert "This could not be put together: ZeroDivisionError" in page.text("p")
    assert "CrashLoopBackOff" in page.text("span")
