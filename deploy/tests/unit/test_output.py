"""Programs read standard output, people standard error, and neither sees a secret."""

import contextlib
import io
import json
import os
import pty
import subprocess
import sys

import pytest

from taskflow_deploy.checks import Result, Verdict
from taskflow_deploy.errors import ClusterError
from taskflow_deploy.output import Output
from taskflow_deploy.redaction import hide

_LONG = "a long line " * 30


def test_people_are_spoken_to_on_standard_error(
    output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    for say in (output.note, output.good, output.bad, output.warn):
        say(_LONG + "[with] brackets")
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.strip("✓✗! ") for line in err.splitlines()] == [_LONG + "[with] brackets"] * 4


def test_data_goes_to_standard_output_alone(
    output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    output.text("http://10.97.0.2:30300")
    output.data({"größe": [1, None]})
    out, err = capsys.readouterr()
    first, rest = out.split("\n", 1)
    assert first == "http://10.97.0.2:30300"
    assert json.loads(rest) == {"größe": [1, None]}
    assert "größe" in rest
    assert err == ""


def test_a_table_that_a_program_reads_has_one_line_a_row(
    output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    output.table("Title", ["part", "detail"], [["kubelet", _LONG], ["[etcd]", "well"]])
    title, head, first, second = capsys.readouterr().out.splitlines()
    assert (title.strip(), head.split()) == ("Title", ["part", "detail"])
    assert first.rstrip().split(maxsplit=1) == ["kubelet", _LONG.rstrip()]
    assert second.split() == ["[etcd]", "well"]


def test_an_error_is_what_happened_details_and_the_cure(
    output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    output.error(ClusterError(_LONG, "See [kubelet].", ["line 1", "line 2"]))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        f"error: {_LONG}",
        "  line 1",
        "  line 2",
        "what to do: See [kubelet].",
    ]


def test_the_command_that_mends_it_is_shown_where_the_cure_does_not_name_it(
    output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    output.error(ClusterError("It broke.", "Mend it.", mend="make [it] well"))
    assert capsys.readouterr().err.splitlines()[-1] == "command: make [it] well"
    output.error(ClusterError("It broke.", "Run make it well now.", mend="make it well"))
    assert "command:" not in capsys.readouterr().err


def test_findings_are_a_mark_a_reason_and_what_mends_them(
    output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    results = [
        Result("a.b", "Disk", Verdict.PASSED, 0.1, "77 GB [free]", "never shown"),
        Result("a.c", "Memory", Verdict.WARNED, 0.1, "little", "ps aux"),
        Result("a.d", "DNS", Verdict.SKIPPED, 0.1, "not known"),
        Result("a.e", "Port", Verdict.FAILED, 0.1, "taken", "use another"),
    ]
    output.findings("Title", results)
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "Title",
        "✓ Disk    77 GB [free]",
        "! Memory  little",
        "          ps aux",
        "- DNS     not known",
        "✗ Port    taken",
        "          use another",
    ]


def test_with_json_an_error_is_data_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=True).error(ClusterError("It broke.", "Mend it.", ["log"], mend="make it well"))
    out, err = capsys.readouterr()
    assert json.loads(out) == {
        "schema_version": 1,
        "status": "failed",
        "error": "It broke.",
        "resolution": "Mend it.",
        "mend": "make it well",
        "details": ["log"],
        "exit_code": 70,
    }
    assert err.startswith("error: It broke.")


def test_no_way_of_speaking_lets_a_secret_through(capsys: pytest.CaptureFixture[str]) -> None:
    secret, output = hide("secret-of-the-test"), Output(as_json=True)
    for say in (output.note, output.good, output.bad, output.warn, output.text):
        say(secret)
    output.data([secret])
    output.table(secret, ["column"], [[secret]])
    output.error(ClusterError(secret, secret, [secret]))
    with output.progress(secret) as bar:
        bar.update(0.5, secret)
    out, err = capsys.readouterr()
    assert secret not in out + err
    assert (out + err).count("[redacted]") == 16


def test_a_line_now_and_then_stands_for_a_bar(
    output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    with output.progress("Building") as bar:
        bar.update(0.25, "etcd")
        bar.update(0.5, "kubelet")
    assert capsys.readouterr().err == "Building: etcd, 25% done\n"


@pytest.mark.parametrize("assume_yes", [True, False])
def test_nobody_is_asked_without_a_terminal(
    output: Output, monkeypatch: pytest.MonkeyPatch, assume_yes: bool
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    assert not output.interactive
    assert output.confirm("Install?", assume_yes=assume_yes)


@pytest.mark.parametrize(
    ("variables", "typed", "shown"),
    [
        ({}, b"y\n", b"\x1b[32m"),
        ({"NO_COLOR": "1"}, b"n\n", None),
        ({"TERM": "dumb"}, b"\n", None),
    ],
)
def test_on_a_terminal_it_asks_and_colours_unless_told_not_to(
    variables: dict[str, str], typed: bytes, shown: bytes | None
) -> None:
    code = (
        "from taskflow_deploy.output import Output\no = Output()\n"
        "o.good('well')\nprint(o.confirm('Install?', assume_yes=False))"
    )
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", **variables}
    os.write(ours, typed)
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, env=environment,
    )  # fmt: skip
    os.close(theirs)
    said = _all_that_was_said(ours)
    assert done.stdout == (b"False\n" if typed == b"n\n" else b"True\n")
    assert b"Install? [Y/n]" in said
    assert (shown in said) if shown else (b"\x1b[" not in said)


def _all_that_was_said(terminal: int) -> bytes:
    said = b""
    with contextlib.suppress(OSError), open(terminal, "rb", buffering=0) as ours:
        while block := ours.read(4096):
            said += block
    return said
