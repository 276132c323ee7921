"""Completion: the right words, quickly, in real shells, and never an error amid what is typed."""

import contextlib
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer

from taskflow_deploy import records
from taskflow_deploy.cli import completions
from taskflow_deploy.cli.completion import SHELL, WORDS
from taskflow_deploy.cli.main import app
from taskflow_deploy.cli.words import candidates
from taskflow_deploy.paths import current_paths
from taskflow_deploy.pipeline import IDS
from taskflow_deploy.records import Verified
from tests.unit.command import AS_A_PROCESS, CommandLine

_TREE = typer.main.get_command(app)


def _words(*typed: str, joined: bool = True) -> list[str]:
    return [word for word, _ in candidates(_TREE, typed, joined=joined)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (["lo"], ["logs"]),
        (["cluster", "st"], ["start", "stop", "status"]),
        (["rollback", "--t"], ["--to"]),
        (["up", "--yes", "--y"], []),
        (["up", "-y", "--y"], []),
        (["up", "--cluster", "m"], ["minikube"]),
        (["up", "--cluster=m"], ["--cluster=minikube"]),
        (["up", "--cluster", "minikube", "--un"], ["--until"]),
        (["up", "--from=built", "--until", "lo"], ["loaded"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["completion", "bash", ""], []),
        (["logs", "--", "-"], []),
        (["logs", "--since", ""], []),
        (["logs", "-f", "fro"], ["frontend"]),
        (["kubectl", "get", ""], []),
        (["no-such-command", "lo"], ["logs"]),
        (["--v"], ["--version"]),
    ],
)
def test_what_may_come_next_is_known(typed: list[str], found: list[str]) -> None:
    assert _words(*typed) == found


def test_bash_makes_three_words_of_an_option_and_its_value() -> None:
    assert _words("up", "--cluster", "=", "m", joined=False) == ["minikube"]
    assert _words("up", "--cluster", "=", joined=False) == ["auto", "embedded", "minikube"]
    assert _words("up", "--cluster", "=", "auto", "--js", joined=False) == ["--json"]


def test_each_word_is_explained_in_one_short_line() -> None:
    told = dict(candidates(_TREE, [""], joined=True))
    assert told["kubectl"].startswith("Run kubectl on our cluster")
    assert all(about and "\n" not in about and len(about) <= 60 for about in told.values())


def test_values_are_what_there_is(command: CommandLine) -> None:
    assert _words("rollback", "--to", "") == []
    command.state.mkdir(parents=True)
    for number in (1, 2):
        records.remember(current_paths(), Verified(number, "", "http://h", "2026-01-01T00:00:00Z"))
    for name in ("2026-01-01T00-00-00Z", "2026-01-02T00-00-00Z"):
        (command.state / "evidence" / name).mkdir(parents=True)
    (command.state / "logs").mkdir()
    (command.state / "logs" / "postgresql.log").touch()
    assert _words("rollback", "--to", "") == ["2", "1"]
    assert completions.revisions("2") == [("2", "verified 2026-01-01T00:00:00Z")]
    assert _words("evidence", "") == ["2026-01-02T00-00-00Z", "2026-01-01T00-00-00Z"]
    assert _words("logs", "") == ["backend", "frontend", "migrations", "postgresql"]
    assert _words("up", "--from", "") == list(IDS)


@pytest.mark.parametrize("typed", ["rollback\x1f--to\x1f", "evidence\x1f", "logs\x1f"])
@pytest.mark.parametrize("is_valid", [True, False])
def test_nothing_goes_wrong_where_something_is_wrong(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch, typed: str, is_valid: bool
) -> None:
    command.state.mkdir(parents=True)
    (command.state / "verified.json").write_text("[{}", encoding="utf-8")
    (command.state / "evidence").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv(SHELL, "bash")
    monkeypatch.setenv(WORDS, typed)
    if not is_valid:
        monkeypatch.setenv("TASKFLOW_INSTANCE", "Not A Name")
    ended = command.run()
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.split() == (["backend", "frontend", "migrations"] if "logs" in typed else [])


def test_what_takes_long_to_import_is_left_out(command: CommandLine) -> None:
    code = f"{AS_A_PROCESS}\nprint(*sys.modules)"
    environment = {**os.environ, SHELL: "bash", WORDS: "rollback\x1f--to\x1f"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(command.state.parent)],
        check=True, capture_output=True, text=True, env=environment,
    )  # fmt: skip
    slow = {"pydantic", "anthropic", "asyncpg", "httpx2", "yaml", "taskflow_deploy.pipeline"}
    assert slow & set(done.stdout.split()) == set()


@pytest.fixture
def folder(command: CommandLine, tmp_path: Path) -> Path:
    """A folder with a program ``taskflow``, and two revisions to go back to."""
    program = tmp_path / "here" / "taskflow"
    program.parent.mkdir()
    program.write_text(
        f"#!{shutil.which('sh')}\nexec '{sys.executable}' -c '{AS_A_PROCESS}' "
        f"'{command.state.parent}' \"$@\"\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    command.state.mkdir(parents=True)
    for number in (11, 22):
        records.remember(current_paths(), Verified(number, "", "http://h"))
    return program.parent


def _asked_in(shell: str, folder: Path, typed: str) -> list[str]:
    """Return what a shell offers for a line."""
    load = {"bash": ". <(./taskflow completion bash)",
            "fish": "./taskflow completion fish | source"}[shell]  # fmt: skip
    words = typed.split(" ")
    quoted = " ".join(f"'{word}'" for word in words)
    ask = {
        "bash": f"COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; "
                f"_taskflow {words[0]}; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        "fish": f"complete --do-complete '{typed}'",
    }[shell]  # fmt: skip
    plain = {"bash": ["--norc", "-c"], "fish": ["--no-config", "-c"]}[shell]
    done = subprocess.run(
        [shell, *plain, f"{load}\n{ask}"],
        cwd=folder, check=True, capture_output=True, text=True,
        env={**os.environ, "HOME": str(folder)},
    )  # fmt: skip
    assert done.stderr == ""
    return [line.split("\t")[0] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("shell", [name for name in ("bash", "fish") if shutil.which(name)])
def test_a_shell_completes_the_program_as_it_was_typed(folder: Path, shell: str) -> None:
    for program in ("./taskflow", str(folder / "taskflow")):
        assert _asked_in(shell, folder, f"{program} lo") == ["logs"]
        assert _asked_in(shell, folder, f"{program} rollback --to 2") == ["22"]
        assert _asked_in(shell, folder, f"{program} rollback --to ") == ["22", "11"]
        assert "--yes" in _asked_in(shell, folder, f"{program} rollback --to 11 --")


@pytest.mark.parametrize("shell", [name for name in ("bash", "zsh") if shutil.which(name)])
def test_a_press_of_the_key_completes_at_a_prompt(folder: Path, shell: str) -> None:
    plain = {"bash": ["--norc", "-i"], "zsh": ["-f", "-i"]}[shell]
    number, terminal = pty.fork()
    if number == 0:  # pragma: no cover - another process
        os.chdir(folder)
        os.environ.update(TERM="dumb", PS1="> ", HOME=str(folder))
        os.execvp(shell, [shell, *plain])  # noqa: S606 - at its end a terminal of its own
    try:
        os.write(terminal, f"source <(./taskflow completion {shell}); echo lo''aded\n".encode())
        _wait_for(terminal, "loaded")
        os.write(terminal, b"./taskflow lo\t")
        _wait_for(terminal, "./taskflow logs ")
        os.write(terminal, b"\x15./taskflow up --until=contr\t")
        _wait_for(terminal, "--until=contract ")
        os.write(terminal, b"\x15./taskflow rollback --to 2\t")
        _wait_for(terminal, "--to 22 ")
    finally:
        os.kill(number, signal.SIGKILL)
        os.waitpid(number, 0)
        os.close(terminal)


def _wait_for(terminal: int, words: str) -> None:
    said, deadline = "", time.monotonic() + 30
    while words not in said:
        assert time.monotonic() < deadline, said
        if select.select([terminal], [], [], 0.2)[0]:
            with contextlib.suppress(OSError):
                said += os.read(terminal, 4096).decode(errors="replace")


def test_a_shell_that_is_not_known_is_wrong_usage(command: CommandLine) -> None:
    ended = command.run("completion", "csh")
    assert ended.code == 2
    assert "Use bash, zsh or fish." in ended.err
