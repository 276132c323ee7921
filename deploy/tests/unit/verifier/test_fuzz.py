"""The fuzz on the real thing: equal systems are alike, and a rare damage is found and shrunk.

``make fuzz`` asks more.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import asyncpg
import pytest

from taskflow_deploy.errors import CalibrationError, ContractError
from taskflow_deploy.verifier.fuzz.run import fuzz
from tests.unit.command import CommandLine
from tests.unit.proxy import Answer
from tests.unit.verifier.twins import Twins, taskflow, twins

pytestmark = pytest.mark.timeout(180)

_TASKS = "/api/v1/tasks"


@pytest.fixture(scope="module")
def both(database_url: str) -> Iterator[Twins]:
    """Two equal systems."""
    with twins(database_url) as made:
        yield made


async def _accounts(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval('SELECT count(*) FROM "user"'))
    finally:
        await connection.close()


@pytest.mark.asyncio
async def test_equal_systems_are_alike_and_keep_no_account(both: Twins) -> None:
    before = [await _accounts(url) for url in both.databases]
    report = fuzz(taskflow(), both.reference, both.candidate, pairs=200, seed=3)
    assert report.passed, report.explanation
    assert report.pairs >= 200
    assert report.notes == []
    for name in (f"POST {_TASKS}", f"GET {_TASKS}", "POST /api/v1/chat"):
        assert report.statuses[name]["2xx"] > 0
        assert report.statuses[name]["4xx"] > 0
    assert report.counts.bound > 10_000
    assert f"{report.pairs} pairs in {report.sequences} sequences (seed 3)" in report.figures
    assert json.loads(json.dumps(report.to_json()))["passed"] is True
    assert [await _accounts(url) for url in both.databases] == before


def test_a_system_differs_from_itself_in_nothing(both: Twins) -> None:
    report = fuzz(taskflow(), both.reference, both.reference, pairs=40, seed=4)
    assert report.passed, report.explanation


def test_a_message_about_others_is_shrunk_and_its_lines_show_it_by_hand(both: Twins) -> None:
    def damage(_method: str, _path: str, answer: Answer) -> None:
        answer.body = answer.body.replace(b"belongs to another user", b"belongs to bob and all")

    # Few operations and one right body, so that there is less to leave out, and no look at lists.
    few = taskflow(f"POST {_TASKS}", f"DELETE {_TASKS}/{{task_id}}")
    api = replace(few, bodies={f"POST {_TASKS}": (('{"title":"x"}',),)}, listed=())
    with both.damaged(damage) as candidate:
        report = fuzz(api, both.reference, candidate, pairs=2_000, seed=5)
        found = report.difference
        assert found is not None
        assert found.calls == 2, report.explanation
        assert (found.kind, found.place) == ("bytes", "body.message")
        pairs = (found.curl_reference, found.curl_candidate)
        told = [_run(lines) for lines in pairs]
    assert "belongs to another user" in told[0]
    assert "belongs to bob and all" in told[1]
    assert not re.search("eyJ[A-Za-z0-9]", "\n".join([*report.explanation, *found.answers]))


def _run(lines: tuple[str, ...]) -> str:
    command = ["bash", "-euc", "\n".join(lines)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_tells_that_equal_systems_are_alike(both: Twins, command: CommandLine) -> None:
    words = ("verify", "--url", both.candidate.url, "--reference", both.reference.url)
    ended = command.run(*words, "--fuzz", "40", "--seed", "3")
    assert ended.code == 0, ended.err
    assert re.search(r"^endpoint +2xx +4xx", ended.out, re.MULTILINE)
    assert re.search(
        r"^4\d pairs in \d+ sequences \(seed 3\) and .* 0 ignored;", ended.out, re.MULTILINE
    )
    assert "--seed 3 repeats it." in ended.err


def test_the_command_tells_a_difference_and_how_to_see_it(
    both: Twins, command: CommandLine, tmp_path: Path
) -> None:
    def damage(method: str, path: str, answer: Answer) -> None:
        if (method, path, answer.status) == ("GET", "/api/v1/auth/me", 200):
            answer.body = answer.body.replace(b'"email"', b'"Email"')

    folder = tmp_path / "report"
    with both.damaged(damage) as candidate:
        words = ("verify", "--url", candidate.url, "--reference", both.reference.url)
        ended = command.run(*words, "--fuzz", "300", "--seed", "1", "--report", str(folder))
    assert ended.code == ContractError.exit_code
    assert "error: GET /api/v1/auth/me: body.email is missing, not present, after 1 request" in (
        ended.err.splitlines()
    )
    for side in (both.reference, candidate):
        assert re.search(
            rf"^ +curl -gsi -X GET .*{side.url}/api/v1/auth/me", ended.err, re.MULTILINE
        )
    assert "--seed 1 finds it again." in ended.err
    data = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert (data["passed"], data["seed"], data["difference"]["kind"]) == (False, 1, "bytes")
    suites = ET.fromstring((folder / "junit.xml").read_text(encoding="utf-8"))  # noqa: S314 - ours
    assert suites.get("failures") == "1"
    assert "body.email" in (folder / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"eyJ\w+\.", f"{ended.err}{data}")


def test_the_command_tells_a_difference_as_data(both: Twins, command: CommandLine) -> None:
    def damage(_method: str, _path: str, answer: Answer) -> None:
        answer.headers.append(("X-Odd", "1"))

    with both.damaged(damage) as candidate:
        words = ("verify", "--url", candidate.url, "--reference", both.reference.url)
        ended = command.run(*words, "--fuzz", "5", "--json")
    assert ended.code == ContractError.exit_code
    assert ended.json["difference"]["place"] == "header x-odd"
    assert f"--seed {ended.json['seed']} repeats it." in ended.err


def test_the_command_tells_who_is_away(both: Twins, command: CommandLine) -> None:
    nowhere = "http://127.0.0.1:9"
    ended = command.run("verify", "--url", nowhere, "--reference", both.reference.url, "--fuzz=5")
    assert ended.code == ContractError.exit_code
    assert f"The candidate ({nowhere}) does not answer: " in ended.err
    ended = command.run("verify", "--url", both.reference.url, "--reference", nowhere, "--fuzz=5")
    assert ended.code == CalibrationError.exit_code
    assert f"The reference ({nowhere}) does not answer: " in ended.err
