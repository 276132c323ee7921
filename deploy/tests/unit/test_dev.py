"""dev: programs side by side; when one ends, or at Ctrl-C, all end."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from taskflow_deploy import dev
from taskflow_deploy.dev import _Program
from taskflow_deploy.errors import CommandError
from taskflow_deploy.output import Output

_SERVE = (
    "import socket, sys, time\n"
    "s = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n"
    "print('listening', flush=True)\n"
    "time.sleep(float(sys.argv[2]))\n"
    "print('last words')\n"
    "sys.exit(3)"
)


def _program(name: str, folder: Path, seconds: float) -> _Program:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    argv = [sys.executable, "-I", "-S", "-c", _SERVE, str(port), str(seconds)]
    return _Program(name, argv, {}, folder, port)


def test_when_one_ends_all_end_and_it_is_named(
    tmp_path: Path, output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    backend, frontend = _program("backend", tmp_path, 0.4), _program("frontend", tmp_path, 60)
    with pytest.raises(CommandError, match="The backend ended with exit code 3") as caught:
        dev._supervise([backend, frontend], output)
    assert "./taskflow dev" in caught.value.resolution
    err = capsys.readouterr().err
    for line in ("backend  | listening", "backend  | last words", "frontend | listening"):
        assert line in err.splitlines()
    assert not dev._listens(frontend.port)


def test_ctrl_c_ends_all(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from taskflow_deploy import dev\n"
        "from taskflow_deploy.output import Output\n"
        "from tests.unit.test_dev import _program\n"
        "programs = [_program(n, Path(sys.argv[1]), 60) for n in ('backend', 'frontend')]\n"
        "print(*(p.port for p in programs), flush=True)\n"
        "dev._supervise(programs, Output())"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        ports = [int(port) for port in process.stdout.readline().split()]
        assert process.stderr is not None
        ready = f"Ready: http://127.0.0.1:{ports[1]} (Ctrl-C stops)"
        assert any(ready in line for line in process.stderr), "it ended"
        assert all(dev._listens(port) for port in ports)
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Stopping." in err.splitlines()
    assert not any(dev._listens(port) for port in ports)
