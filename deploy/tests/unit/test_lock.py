"""One command at a time changes an instance."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from taskflow_deploy import lock
from taskflow_deploy.errors import BusyError
from taskflow_deploy.paths import Paths

_HOLD = """
import sys
from pathlib import Path
from taskflow_deploy import lock
from taskflow_deploy.paths import Paths
paths = Paths(*map(Path, sys.argv[1:5]), "t")
with lock.exclusive(paths):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def _another_command(paths: Paths) -> Iterator["subprocess.Popen[str]"]:
    places = [paths.repository, paths.cache, paths.state, paths.run]
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, *places],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_command_is_told_which_one_is_at_work(paths: Paths) -> None:
    with _another_command(paths) as other, pytest.raises(BusyError) as caught:
        _take(paths)
    assert f"process {other.pid}" in caught.value.message
    assert "Wait" in caught.value.resolution


def test_another_instance_is_not_in_the_way(paths: Paths) -> None:
    with _another_command(paths):
        _take(replace(paths, state=paths.state.with_name("other")))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_however_a_command_ends_the_next_one_may_begin(
    paths: Paths, number: signal.Signals
) -> None:
    with _another_command(paths) as other:
        other.send_signal(number)
        other.wait(10)
        with lock.exclusive(paths):
            assert paths.lock.read_text(encoding="ascii") == str(os.getpid())


def test_it_is_free_again_after_an_error(paths: Paths) -> None:
    with pytest.raises(LookupError), lock.exclusive(paths):
        raise LookupError
    _take(paths)


def test_a_command_that_leaves_nothing_leaves_no_folder(paths: Paths) -> None:
    paths.logs.mkdir()
    paths.run.mkdir(parents=True)
    _take(paths)
    assert not paths.state.parent.exists()
    assert not paths.run.parent.exists()


def test_what_a_command_keeps_stays(paths: Paths) -> None:
    with lock.exclusive(paths):
        (paths.state / "kept").touch()
    assert (paths.state / "kept").exists()
    assert paths.lock.exists()


def _take(paths: Paths) -> None:
    with lock.exclusive(paths):
        pass
