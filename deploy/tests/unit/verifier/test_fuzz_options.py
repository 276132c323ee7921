"""``verify --fuzz``: its options, and what it costs those who do not use it."""

import subprocess

import pytest

from taskflow_deploy.errors import UsageError
from tests.unit.command import CommandLine
from tests.unit.verifier.api import Notes, serving

_A = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("words", "message", "advice"),
    [
        (["--fuzz", "9"], "--fuzz needs a running reference", "--reference http://HOST:PORT"),
        (["--fuzz", "0", "--reference", _A], "--fuzz 0 asks nothing", "--fuzz 1000"),
        (["--fuzz", "-3", "--reference", _A], "--fuzz -3 asks nothing", "--fuzz 1000"),
        (["--seed", "9", "--reference", _A], "--seed belongs to --fuzz", "--fuzz N --seed S"),
        *(
            (["--fuzz", "9", "--reference", _A, *other], f"not go with {other[0]}", "Leave")
            for other in (["--static"], ["--inside"], ["--scenario", "x"], ["--record", "x"],
                          ["--recording", "x"])
        ),
    ],
)  # fmt: skip
def test_options_that_do_not_go_together(
    command: CommandLine, words: list[str], message: str, advice: str
) -> None:
    ended = command.run("verify", "--url", _A, *words)
    assert ended.code == UsageError.exit_code
    first, second = ended.err.splitlines()
    assert message in first
    assert advice in second


def test_a_word_is_no_number_of_pairs(command: CommandLine) -> None:
    assert command.run("verify", "--fuzz", "many").code == UsageError.exit_code


def test_a_reference_that_makes_no_accounts_cannot_be_asked(command: CommandLine) -> None:
    with serving(Notes()) as url:
        ended = command.run("verify", "--url", url, "--reference", url, "--fuzz", "3")
    assert ended.code == 62
    assert "No account can be made: POST /api/v1/auth/signup answered" in ended.err


def test_hypothesis_is_loaded_only_where_it_is_used(python: str) -> None:
    program = "import sys, taskflow_deploy.cli.main; print('hypothesis' in sys.modules)"
    done = subprocess.run([python, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
