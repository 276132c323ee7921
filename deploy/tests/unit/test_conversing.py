"""A program that is talked with: it answers line by line, and never lets anybody wait for ever."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from taskflow_deploy import runner
from taskflow_deploy.errors import CommandError, ToolMissingError
from taskflow_deploy.redaction import hide
from taskflow_deploy.runner import conversing

_SH = "/bin/sh"
# Answers each line with itself and its number.
_ECHO = "n=0; while read -r line; do n=$((n+1)); echo $n $line; done; touch {folder}/ended"


def test_each_line_is_answered_before_the_next(tmp_path: Path) -> None:
    with conversing([_SH, "-c", "echo ready;" + _ECHO.format(folder=tmp_path)]) as talk:
        assert talk.hear(10) == "ready"
        assert [talk.ask("é", 10), talk.ask("two", 10)] == ["1 é", "2 two"]
    assert (tmp_path / "ended").exists(), "it was not stopped, but ended with its input"


def test_a_line_may_be_longer_than_any_pipe() -> None:
    line = "x" * 1_000_000
    with conversing(["/bin/cat"]) as talk:
        assert talk.ask(line, 30) == line
        assert talk.ask("short", 10) == "short"


def test_two_lines_at_once_are_heard_one_after_the_other() -> None:
    with conversing([_SH, "-c", "printf 'one\\ntwo\\n'"]) as talk:
        assert [talk.hear(10), talk.hear(10)] == ["one", "two"]


def test_what_does_not_answer_is_not_waited_for_and_is_stopped(tmp_path: Path) -> None:
    began = time.monotonic()
    script = f"echo $$ >{tmp_path}/pid; cat >/dev/null; exec sleep 60"
    with (
        pytest.raises(CommandError, match=r"^sh did not answer within 0\.5 s\.$"),
        conversing([_SH, "-c", script]) as talk,
    ):
        talk.ask("anybody?", 0.5)
    assert time.monotonic() - began < 5
    assert _has_ended(tmp_path / "pid")


def test_what_does_not_listen_is_not_waited_for_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_ENDS_WITHIN_SECONDS", 0.1)
    began = time.monotonic()
    with (
        pytest.raises(CommandError, match="did not answer"),
        conversing([_SH, "-c", "exec sleep 60"]) as talk,
    ):
        talk.ask("x" * 1_000_000, 0.5)
    assert time.monotonic() - began < 5


def test_the_end_of_a_program_is_told_with_its_last_words() -> None:
    secret = hide("secret-of-the-conversation")
    script = f"read -r line; seq 30 >&2; echo is {secret} >&2; exit 3"
    with (
        pytest.raises(CommandError, match=r"^sh ended with exit code 3\.$") as caught,
        conversing([_SH, "-c", script]) as talk,
    ):
        talk.ask("x" * 1_000_000, 10)
    assert caught.value.details[-2:] == ["30", "is [redacted]"]
    assert len(caught.value.details) == 20


def test_what_listens_no_more_may_still_speak() -> None:
    with conversing([_SH, "-c", "exec <&-; sleep 0.2; echo enough"]) as talk:
        assert talk.ask("x" * 1_000_000, 10) == "enough"


def test_what_complains_at_length_is_still_heard() -> None:
    with conversing([_SH, "-c", "yes no | head -c 300000 >&2; echo done; cat"]) as talk:
        assert talk.hear(10) == "done"


def test_what_closes_its_output_and_runs_on_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_ENDS_WITHIN_SECONDS", 0.1)
    with (
        pytest.raises(CommandError, match="sh stopped talking"),
        conversing([_SH, "-c", "exec >&- 2>&-; exec sleep 60"]) as talk,
    ):
        talk.hear(10)


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(ToolMissingError, match="no-such-program"), conversing(["no-such-program"]):
        pytest.fail("it runs")


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_it_ends_with_us(tmp_path: Path, end: signal.Signals) -> None:
    script = (
        "from taskflow_deploy.runner import conversing\n"
        f"with conversing(['{_SH}', '-c', 'echo $$ >pid; echo up; exec sleep 60']) as talk:\n"
        "    talk.hear(10)\n"
        "    print('up', flush=True)\n"
        "    talk.hear(60)"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as us:
        assert us.stdout is not None
        assert us.stdout.readline() == b"up\n"
        us.send_signal(end)
        us.communicate(timeout=10)
    assert _has_ended(tmp_path / "pid")


def _has_ended(file: Path) -> bool:
    process = Path("/proc") / file.read_text(encoding="ascii").strip()
    last = time.monotonic() + 5
    while process.exists() and _state(process) != "Z":
        if time.monotonic() > last:
            return False
        time.sleep(0.01)
    return True


def _state(process: Path) -> str:
    try:
        return (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "Z"
