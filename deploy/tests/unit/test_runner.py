"""Programs are run by one function: it waits, stops, tells and hides."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from taskflow_deploy.errors import CommandError, ToolMissingError
from taskflow_deploy.redaction import hide
from taskflow_deploy.runner import following, run, stop_running, stream

_SH = "/bin/sh"


def test_what_a_program_said_is_returned(tmp_path: Path) -> None:
    script = "cat; echo $VALUE; pwd; echo bad >&2; exit 3"
    done = run([_SH, "-c", script], env={"VALUE": "given"}, cwd=tmp_path, stdin="in\n", check=False)
    assert done.stdout == f"in\ngiven\n{tmp_path}\n"
    assert (done.stderr, done.code) == ("bad\n", 3)
    assert 0 < done.seconds < 10


def test_bytes_are_given_and_odd_bytes_survive() -> None:
    assert run(["/bin/cat"], stdin=b"a\xffb").stdout == "a\ufffdb"


def test_without_input_a_program_does_not_wait_for_any() -> None:
    assert run(["/bin/cat"], timeout=10).stdout == ""


def test_a_failure_shows_its_last_lines() -> None:
    script = "for i in $(seq 30); do echo out$i; done; echo last >&2; exit 4"
    with pytest.raises(CommandError) as caught:
        run([_SH, "-c", script])
    assert "sh failed with exit code 4" in caught.value.message
    assert caught.value.details[-1] == "out30"
    assert len(caught.value.details) == 20


def test_no_secret_is_in_a_message() -> None:
    secret = hide("secret-of-the-test")
    with pytest.raises(CommandError) as caught:
        run([_SH, "-c", f"echo {secret} >&2; exit 1"])
    assert secret not in caught.value.message + "".join(caught.value.details)
    assert "[redacted]" in caught.value.message
    with pytest.raises(CommandError) as caught:
        run([_SH, "-c", f"sleep 30; : {secret}"], timeout=0.1)
    assert secret not in caught.value.message


@pytest.mark.parametrize("name", ["no-such-program", "/no/such/program"])
def test_a_missing_program_is_named(name: str) -> None:
    with pytest.raises(ToolMissingError, match=name):
        run([name])
    with pytest.raises(ToolMissingError, match=name):
        stream([name], print)


def test_a_program_that_may_not_run_is_named(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    with pytest.raises(ToolMissingError, match=str(program)):
        run([program])


def test_a_program_that_takes_too_long_is_stopped_with_its_children(tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(CommandError, match=r"within 0\.5 s"):
        run([_SH, "-c", _FAMILY.format(folder=tmp_path)], timeout=0.5)
    assert time.monotonic() - started < 5
    assert _all_ended(tmp_path)


def test_children_that_do_not_listen_are_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskflow_deploy.runner._KILL_AFTER_SECONDS", 0.3)
    deaf = tmp_path / "deaf.sh"
    deaf.write_text("trap '' TERM; echo $$ >$0.pid; sleep 60; sleep 60", encoding="ascii")
    for ears in (_FAMILY, "wait"):
        with pytest.raises(CommandError):
            run([_SH, "-c", f"sh {deaf} & {ears}".format(folder=tmp_path)], timeout=0.3)
    deaf.unlink()
    assert _all_ended(tmp_path)


def test_ctrl_c_stops_the_whole_group_of_a_child(tmp_path: Path) -> None:
    # As a person's Ctrl-C: it reaches the deployer, and the deployer stops the rest.
    code = (
        "import sys; from taskflow_deploy.runner import run\n"
        "try:\n    run(['/bin/sh', '-c', sys.argv[1]])\n"
        "except KeyboardInterrupt:\n    sys.exit(42)"
    )
    command = [sys.executable, "-c", code, _FAMILY.format(folder=tmp_path)]
    with subprocess.Popen(command, start_new_session=True) as deployer:
        while len(list(tmp_path.iterdir())) < 2:
            assert deployer.poll() is None
            time.sleep(0.02)
        time.sleep(0.3)  # until the deployer waits for it
        os.killpg(deployer.pid, signal.SIGINT)
        assert deployer.wait(10) == 42
    assert _all_ended(tmp_path)


def test_lines_arrive_as_they_are_printed() -> None:
    seen: list[tuple[float, str]] = []
    script = "echo one; sleep 0.3; echo two >&2; printf three; exit 5"
    code = stream([_SH, "-c", script], lambda line: seen.append((time.monotonic(), line)))
    assert (code, [line for _, line in seen]) == (5, ["one", "two", "three"])
    assert seen[1][0] - seen[0][0] > 0.2


def test_an_error_while_reading_lines_stops_the_program(tmp_path: Path) -> None:
    def fail(_line: str) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        stream([_SH, "-c", _FAMILY.format(folder=tmp_path).replace("wait", "echo; wait")], fail)
    assert _all_ended(tmp_path)


def test_what_another_thread_runs_can_be_stopped(tmp_path: Path) -> None:
    done: list[int] = []
    command = [_SH, "-c", _FAMILY.format(folder=tmp_path)]
    thread = threading.Thread(target=lambda: done.append(run(command, check=False).code))
    thread.start()
    while len(list(tmp_path.iterdir())) < 2:
        time.sleep(0.02)
    stop_running()
    thread.join(10)
    assert done == [-signal.SIGTERM]
    assert _all_ended(tmp_path)
    stop_running()


# A program with a child of its own; both write down their numbers.
_FAMILY = "sleep 60 & echo $! >{folder}/child; echo $$ >{folder}/parent; wait"


def _all_ended(folder: Path) -> bool:
    numbers = [int(file.read_text(encoding="ascii")) for file in folder.iterdir()]
    deadline = time.monotonic() + 5
    while any(_runs(number) for number in numbers):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _runs(number: int) -> bool:
    try:
        text = Path(f"/proc/{number}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return text.rpartition(")")[2].split()[0] != "Z"


def test_what_never_ends_by_itself_ends_when_we_are_killed(tmp_path: Path) -> None:
    script = (
        "import time; from taskflow_deploy.runner import following\n"
        f"with following(['{_SH}', '-c', 'echo $$ >pid; exec sleep 60'], print):\n"
        "    time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path) as process:
        pid = _written(tmp_path / "pid")
        process.kill()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline, "it still runs"
        time.sleep(0.01)


def test_what_is_followed_and_is_not_there_is_named() -> None:
    with (
        pytest.raises(ToolMissingError, match="no-such-program is not installed"),
        following(["no-such-program"], print),
    ):
        pytest.fail("it runs")


def _written(file: Path) -> str:
    """Return what a program writes into a file, once it has."""
    deadline = time.monotonic() + 10
    while not file.exists() or not file.read_text(encoding="ascii").endswith("\n"):
        assert time.monotonic() < deadline, f"no {file}"
        time.sleep(0.01)
    return file.read_text(encoding="ascii").strip()
