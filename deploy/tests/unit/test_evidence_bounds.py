"""Evidence has bounds: in time, in the size of a file, and in how much of it is kept."""

import json
import signal
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from taskflow_deploy.clusters.base import ClusterStatus
from taskflow_deploy.errors import PodsError
from taskflow_deploy.evidence import asking, files, logs
from taskflow_deploy.evidence.asking import Answer, ask_all, command, look
from taskflow_deploy.evidence.capture import capture
from taskflow_deploy.evidence.files import bounded
from taskflow_deploy.evidence.logs import Log
from taskflow_deploy.paths import Paths
from tests.unit import evidence_samples as samples
from tests.unit.recording import RecordingCluster
from tests.unit.test_runner import _runs
from tests.unit.tools import Tools

_MOST = 400_000
# A program that notes its number and does not heed a polite end.
_STUBBORN = (
    "#!/bin/sh\ntrap '' TERM\necho $$ >>{folder}/numbers\nwhile :; do /bin/sleep 0.05; done\n"
)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a second at most."""
    monkeypatch.setattr(asking, "EACH_SECONDS", 0.6)
    monkeypatch.setattr(asking, "ALL_SECONDS", 1.0)


def test_the_bounds_are_those_that_are_promised() -> None:
    assert asking.EACH_SECONDS == 8
    assert asking.EACH_SECONDS < asking.ALL_SECONDS < 10
    assert files.MOST_BYTES == _MOST


@pytest.mark.usefixtures("hurried")
def test_what_hangs_is_waited_for_no_longer_than_the_rest(
    paths: Paths, tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = RecordingCluster(tools, paths)
    cluster.kubeconfig.touch()
    for name in ("kubectl", "helm", "git"):
        tools.put(name, _STUBBORN.format(folder=tmp_path))
    never = threading.Event()

    def hang() -> ClusterStatus:
        never.wait(30)
        return ClusterStatus(exists=True, running=True)

    monkeypatch.setattr(cluster, "status", hang)
    started = time.monotonic()
    folder = capture(paths, cluster, PodsError("It crashed."))
    assert time.monotonic() - started < 3
    never.set()
    kept = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    assert kept["failure.txt"].startswith("It crashed.")
    assert kept["pods.txt"].startswith("not to be had: it did not come within 1 s.")
    assert "it did not come within 1 s." in kept["node.txt"]
    assert "It crashed." in kept["report.html"]
    numbers = (tmp_path / "numbers").read_text(encoding="ascii").split()
    deadline = time.monotonic() + 1
    while any(_runs(int(number)) for number in numbers) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(numbers) > 10
    assert not [number for number in numbers if _runs(int(number))], "all are stopped"


@pytest.mark.usefixtures("hurried")
def test_a_program_that_is_too_slow_is_named(tools: Tools) -> None:
    slow = tools.put("slow", "#!/bin/sh\nexec /bin/sleep 30\n")
    quick = tools.put("quick", "#!/bin/sh\necho told; echo aside >&2\n")
    found = ask_all({"slow": command([str(slow)]), "quick": command([str(quick)])})
    assert found["slow"].text == f"not to be had: {slow} did not end within 0.6 s.\n"
    assert not found["slow"].had
    assert found["quick"].whole == f"$ {quick}\ntold\naside\n"


def test_all_are_asked_at_the_same_time() -> None:
    meeting = threading.Barrier(20, timeout=10)
    found = ask_all({str(n): look(lambda: f"{meeting.wait()}") for n in range(20)})
    assert sorted(int(answer.text) for answer in found.values()) == list(range(20))


def test_ctrl_c_stops_what_is_asked(tools: Tools, tmp_path: Path) -> None:
    stubborn = tools.put("stubborn", _STUBBORN.format(folder=tmp_path))

    def interrupt() -> str:
        while not (tmp_path / "numbers").exists():
            time.sleep(0.01)
        signal.raise_signal(signal.SIGINT)
        return ""

    with pytest.raises(KeyboardInterrupt):
        ask_all({"stubborn": command([str(stubborn)]), "user": look(interrupt)})
    number = int((tmp_path / "numbers").read_text(encoding="ascii"))
    assert not _runs(number)


def test_a_long_log_keeps_its_end_and_crowds_no_other_out(
    paths: Paths, cluster: RecordingCluster, tools: Tools
) -> None:
    cluster.start()
    samples.play(tools, datetime.now(UTC))
    loud = samples.prefixed({
        (samples.CRASHING, "backend"): "first\n" + "a line that is long\n" * 20_000 + "last",
        (samples.FRONTEND, "frontend"): "the only line",
    })  # fmt: skip
    tools.change(logs=loud)
    folder = capture(paths, cluster, PodsError("It crashed."))
    log = (folder / "logs.txt").read_text(encoding="utf-8")
    assert _MOST * 0.9 < len(log.encode()) <= _MOST
    assert log.startswith("$ ")
    assert " first\n" not in log
    assert " last\n" in log
    assert log.endswith(f"[pod/{samples.FRONTEND}/frontend] the only line\n")
    (note,) = [line for line in log.splitlines() if line.startswith("# ")]
    record = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
    (cut,) = [file["cut"] for file in record["files"] if file["name"] == "logs.txt"]
    assert note == f"# {cut:,} bytes are left out here."
    assert cut == len(loud) + len("\n") - len(log.split("\n", 1)[1].encode()) + len(note) + 1


def test_no_file_is_longer_than_the_bound(
    paths: Paths, cluster: RecordingCluster, tools: Tools
) -> None:
    cluster.start()
    samples.play(tools, datetime.now(UTC))
    long = "one of very many lines\n" * 50_000
    events = [{**event, "message": "long " * 2000} for event in tools.state("events")] * 20
    wide = samples.prefixed({(samples.CRASHING, "backend"): ("<" * 3000 + "\n") * 100})
    tools.change(description=long, node_description=long, events=events, logs=wide)
    folder = capture(
        paths, cluster, PodsError("It crashed.", details=[long]), manifest=long, diff=f"+{long}"
    )
    sizes = {file.name: file.stat().st_size for file in folder.iterdir()}
    record = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
    cut = {file["name"] for file in record["files"] if file["cut"]}
    assert cut == {"failure.txt", "pods.txt", "node.txt", "events.json", "rendered.yaml",
                   "chart.diff", "timeline.json"}  # fmt: skip
    assert [name for name, size in sizes.items() if size > _MOST] == []
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "It crashed." in page
    assert page.endswith("</html>\n")
    kept = json.loads((folder / "events.json").read_text(encoding="utf-8"))
    assert kept["left_out"] + len(kept["items"]) == len(events)


@pytest.mark.parametrize(
    ("end", "kept", "left_out"),
    [
        (True, "$ command\n# 107 bytes are left out here.\nfourth\nfifth\n", 107),
        (False, "$ command\nfirst\n# 114 bytes are left out here.\n", 114),
    ],
)
def test_a_text_is_cut_at_a_line_and_says_so(end: bool, kept: str, left_out: int) -> None:
    text = "$ command\nfirst\n" + "x" * 100 + "\nfourth\nfifth\n"
    assert bounded(text, len(kept.encode()) + 3, end=end) == (kept, left_out)


def test_a_text_that_fits_stays_whole_and_letters_stay_letters() -> None:
    assert bounded("a\nb\n", 4, end=True) == ("a\nb\n", 0)
    found, cut = bounded("ü" * 100, 60, end=True)
    assert len(found.encode()) <= 60
    assert (found[-1], cut > 0) == ("ü", True)


def test_long_logs_have_equal_shares_of_what_short_ones_leave() -> None:
    long = ("a line of a long log",) * 200
    found = [Log("p", "a", long), Log("p", "b", ("short",)), Log("p", "c", long)]
    text, cut = logs.joined(found, 3000)
    first, short, last = text.split("\n\n")
    assert short == "short"
    assert first == last.rstrip("\n")
    assert 2900 < len(text.encode()) <= 3000
    assert cut == 2 * (200 - first.count("a line")) * len("a line of a long log\n")


def test_lines_that_are_no_containers_stay_beside_those_that_are() -> None:
    found = logs.by_container("[pod/a/b] one\nerror: gone\n[pod/a/b] two\x0cthree\n")
    assert [(log.pod, log.container, log.said) for log in found] == [
        ("a", "b", ["one", "two\x0cthree"]), ("", "", ["error: gone"]),
    ]  # fmt: skip


def test_eleven_failures_within_a_second_leave_ten(
    paths: Paths, cluster: RecordingCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.start()
    now = time.struct_time((2026, 1, 20, 10, 30, 0, 1, 20, 0))
    monkeypatch.setattr("time.gmtime", lambda *_seconds: now)
    monkeypatch.setattr(
        "taskflow_deploy.evidence.capture.ask_all",
        lambda questions: {name: Answer("said\n") for name in questions},
    )
    made = [capture(paths, cluster, PodsError(f"Failure {n}.")).name for n in range(11)]
    assert made[:3] == [
        "2026-01-20T10-30-00Z", "2026-01-20T10-30-00Z-02", "2026-01-20T10-30-00Z-03",
    ]  # fmt: skip
    left = sorted(folder.name for folder in (paths.state / "evidence").iterdir())
    assert left == made[1:]


def test_the_newest_ten_are_kept(paths: Paths, cluster: RecordingCluster) -> None:
    cluster.start()
    for number in range(12):
        old = paths.state / "evidence" / f"2025-01-{number + 1:02}T00-00-00Z"
        (old / "within").mkdir(parents=True)
        (old / "failure.txt").touch()
    folder = capture(paths, cluster, PodsError("It crashed."))
    left = sorted(path.name for path in (paths.state / "evidence").iterdir())
    assert left == [*(f"2025-01-{number:02}T00-00-00Z" for number in range(4, 13)), folder.name]
    assert folder.name > "2026"


def test_a_clock_that_went_back_does_not_cost_the_new_evidence(
    paths: Paths, cluster: RecordingCluster
) -> None:
    cluster.start()
    for number in range(10):
        (paths.state / "evidence" / f"2999-01-{number + 1:02}T00-00-00Z").mkdir(parents=True)
    folder = capture(paths, cluster, PodsError("It crashed."))
    assert folder.is_dir()
    assert len(list((paths.state / "evidence").iterdir())) == 10
