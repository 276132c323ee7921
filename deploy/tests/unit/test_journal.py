"""The journal: on disk at every step, and tells where a command was killed."""

import json

from taskflow_deploy import journal
from taskflow_deploy.journal import Journal
from taskflow_deploy.paths import Paths
from taskflow_deploy.redaction import hide


def test_every_step_is_on_disk_as_soon_as_it_is_known(paths: Paths) -> None:
    assert journal.last(paths) is None
    steps = journal.begin(paths, "up")
    steps.note("built", "passed", 1.23456, "built taskflow-backend:abc")
    read = journal.last(paths)
    assert read is not None
    assert (read.command, read.pid) == ("up", steps.pid)
    assert [entry["what"] for entry in read.entries] == ["up", "built"]
    assert read.entries[1]["seconds"] == 1.235
    assert read.entries[1]["reason"] == "built taskflow-backend:abc"
    assert read.entries[0]["at"] <= read.entries[1]["at"]


def test_a_command_that_was_killed_is_told_from_one_that_ended(paths: Paths) -> None:
    steps = journal.begin(paths, "up")
    steps.note("pods", "began")
    read = journal.last(paths)
    assert read is not None
    assert journal.cut_short(read) == "pods"
    steps.end("failed")
    read = journal.last(paths)
    assert read is not None
    assert journal.cut_short(read) is None


def test_the_next_command_begins_a_new_one(paths: Paths) -> None:
    journal.begin(paths, "up").end("verified")
    journal.begin(paths, "rollback")
    kept = json.loads((paths.state / "journal.json").read_text(encoding="utf-8"))
    assert (kept["command"], len(kept["entries"])) == ("rollback", 1)


def test_a_rehearsal_leaves_nothing_behind(paths: Paths) -> None:
    Journal(None, "up").note("built", "passed")
    assert list(paths.state.iterdir()) == []


def test_no_secret_is_written(paths: Paths) -> None:
    secret = hide("secret-of-the-journals-test")
    journal.begin(paths, "up").note("built", "failed", reason=f"it said {secret}")
    assert secret not in (paths.state / "journal.json").read_text(encoding="utf-8")


def test_a_disk_that_is_full_stops_no_command(paths: Paths) -> None:
    steps = journal.begin(paths, "up")
    (paths.state / "journal.part").mkdir()  # nothing can be written there any more
    steps.note("built", "passed")
    assert steps.entries[-1]["what"] == "built", "evidence still tells it"


def test_a_moment_is_utc_in_milliseconds() -> None:
    assert journal.moment()[10] == "T"
    assert journal.moment()[-5] == "."
    assert journal.moment().endswith("Z")
