"""./taskflow logs: what is refused, what is shown where, and how it ends."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from taskflow_deploy.errors import ClusterNotRunningError, UsageError
from taskflow_deploy.logs.containers import Line
from taskflow_deploy.logs.printer import Printer, colour
from taskflow_deploy.output import Output
from taskflow_deploy.paths import current_paths
from tests.unit.command import CommandLine
from tests.unit.log_cluster import LogCluster
from tests.unit.tools import Tools

_BACKEND = "taskflow-backend-6f-a/backend/b"
_CLUSTER = ("--cluster", "minikube")


@pytest.fixture
def there(command: CommandLine, tools: Tools) -> LogCluster:
    """A Minikube on which a backend wrote three lines."""
    tools.install("minikube", "docker", "helm")
    tools.change(profile={"name": "taskflow", "Host": "Running", "APIServer": "Running"})
    command.state.mkdir(parents=True)
    made = LogCluster(tools, current_paths())
    made.pod("taskflow-backend-6f-a", "backend", backend="run:b")
    made.write(_BACKEND, "01 one", '02 {"event":"request","level":"info"}', "03 three")
    return made


def test_without_a_part_every_pod_is_shown(command: CommandLine, there: LogCluster) -> None:
    made = command.run("logs", *_CLUSTER)
    assert (made.code, made.err) == (0, "")
    assert made.out.splitlines() == [
        "backend-6f-a | one",
        'backend-6f-a | {"event":"request","level":"info"}',
        "backend-6f-a | three",
    ]
    assert "--tail=200" in there.calls("logs")[-1]
    command.run("logs", "--since", "10m", *_CLUSTER)
    assert there.calls("logs")[-1][-2:] == ["--tail=-1", "--since=10m"]
    assert command.run("logs", "--tail", "1", *_CLUSTER).out == "backend-6f-a | three\n"


def test_structured_lines_are_shown_for_people_where_that_is_asked_for(
    command: CommandLine, there: LogCluster
) -> None:
    lines = command.run("logs", "backend", "--pretty", *_CLUSTER).out.splitlines()
    assert lines[1].split() == ["backend-6f-a", "|", "info", "request"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--since", "yesterday"], "--since 'yesterday' is no time."),
        (["-f", "--previous"], "A run that has ended is not followed."),
        (["kubelet", "--pretty"], "--since, --previous and --pretty are for pods."),
        (["kubelet", "--since", "1h"], "--since, --previous and --pretty are for pods."),
        (["kubelet"], "There is no log of 'kubelet'."),
        (["../../etc/passwd"], "There is no log of '../../etc/passwd'."),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(
    command: CommandLine, there: LogCluster, words: list[str], told: str
) -> None:
    ended = command.run("logs", *words, *_CLUSTER)
    assert ended.code == UsageError.exit_code
    assert ended.err.splitlines()[0] == f"error: {told}"


def test_a_cluster_that_does_not_run_has_no_pods(command: CommandLine, tools: Tools) -> None:
    tools.install("minikube", "docker")
    ended = command.run("logs", *_CLUSTER)
    assert ended.code == ClusterNotRunningError.exit_code
    assert "The cluster does not run." in ended.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_has_seen_enough_ends_it_without_a_word(
    command: CommandLine, there: LogCluster, number: signal.Signals
) -> None:
    process = command.start("logs", "-f", *_CLUSTER)
    assert process.stdout is not None
    assert [process.stdout.readline() for _ in range(3)][2] == "backend-6f-a | three\n"
    there.write(_BACKEND, "04 four")
    assert process.stdout.readline() == "backend-6f-a | four\n"
    os.killpg(process.pid, number)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_reader_that_leaves_early_is_no_fault(command: CommandLine, there: LogCluster) -> None:
    there.write(_BACKEND, *(f"05 line {number}" for number in range(5000)))
    with command.start("logs", "--tail", "5000", *_CLUSTER) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "backend-6f-a | line 0\n"
        process.stdout.close()
        process.stdout = None
        assert process.communicate(timeout=30)[1] == ""
    assert process.returncode == 0


def test_a_file_is_shown_by_its_last_lines(
    command: CommandLine, tools: Tools, tmp_path: Path
) -> None:
    (command.state / "logs").mkdir(parents=True)
    (command.state / "logs" / "postgresql.log").write_text("1\n2\n3\n", encoding="utf-8")
    tools.put("tail", "#!/bin/sh\nexec /usr/bin/tail $*\n")
    process = command.start("logs", "postgresql", "--tail", "2")
    assert process.communicate(timeout=30) == ("2\n3\n", "")


@pytest.mark.parametrize(
    ("variables", "is_coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_names_are_coloured_on_a_terminal_unless_it_is_told_not_to(
    variables: dict[str, str], is_coloured: bool
) -> None:
    code = (
        "from taskflow_deploy.output import Output\n"
        "from taskflow_deploy.logs.containers import Line\n"
        "from taskflow_deploy.logs.printer import Printer\n"
        "Printer(Output(), as_pretty=False).show(Line('pod', '', 'two\\x1b]0;words\\x07'))"
    )
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", **variables}
    subprocess.run([sys.executable, "-c", code], check=True, stdout=theirs, env=environment)
    os.close(theirs)
    said = os.read(ours, 1000).decode().rstrip("\r\n")
    os.close(ours)
    if is_coloured:
        assert said == f"\x1b[{colour('pod')}mpod\x1b[0m | two\ufffd]0;words\ufffd"
    else:
        assert said.startswith("pod | two")


def test_a_program_gets_the_lines_as_they_are(
    output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    Printer(output, as_pretty=False).show(Line("pod", "", "a\x1b[31mred\tone"))
    assert capsys.readouterr().out == "pod | a\x1b[31mred\tone\n"


def test_a_container_has_one_colour_and_not_every_container_the_same() -> None:
    names = [f"backend-{number}" for number in range(50)]
    assert [colour(name) for name in names] == [colour(name) for name in names]
    assert len({colour(name) for name in names}) > 5


def test_ctrl_c_while_logs_are_read_is_told(
    command: CommandLine, there: LogCluster, tools: Tools
) -> None:
    slow = '#!/bin/sh\ncase "$*" in *logs*) : >"$0.asked"; exec /bin/sleep 60;; esac\n'
    program = tools.folder / "kubectl"
    tools.put("kubectl", slow + program.read_text(encoding="utf-8").split("\n", 1)[1])
    process = command.start("logs", *_CLUSTER)
    deadline = time.monotonic() + 30
    while not Path(f"{program}.asked").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=15)
    assert process.returncode == 130
    assert err.startswith("error: Interrupted.")
