"""Gives a mutant to Schemathesis, which knows the API's description and no reference."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import asyncpg

from taskflow_deploy.paths import REPOSITORY
from taskflow_deploy.verifier.recording import Recording
from taskflow_deploy.verifier.scenario import Step
from tests.mutants.editing import InapplicableError
from tests.mutants.mutant import Account, Mutant, Seen
from tests.mutants.of_answers import LATE
from tests.mutants.proxy import Answer, Asked, Rule, Untouched
from tests.mutants.verifying import System

EXAMPLES = 8
"""Requests that are made up for each operation and phase, at most."""
_SECONDS = 120.0
_TABLES = """
    SELECT string_agg(format('%I', tablename), ', ') FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""
_CONFIG = "tests/contract/schemathesis.toml"
_VARIABLE = re.compile(r"\{[^}]*\}")
# Tested whole: only together they have ids that exist, accounts that can log in, and a stateful
# phase.
_GROUPS = ("/api/v1/tasks", "/api/v1/auth")


@dataclass(frozen=True)
class Finding:
    """What Schemathesis said of a mutant.

    Attributes
    ----------
    is_caught
        Whether it complained, which it does not of the undamaged system.
    fired
        How many of its answers were damaged.
    is_described
        Whether the damaged address is in the API's description; if not, it was not asked.
    """

    mutant: Mutant
    is_caught: bool
    fired: int
    is_described: bool = True


class Each:
    """The rule by which every answer of the kind that a step gets is damaged."""

    def __init__(self, mutant: Mutant, recording: Recording, path: str, stranger: Account) -> None:
        self._mutant, self._recording, self._stranger = mutant, recording, stranger
        self._path = re.compile(_VARIABLE.sub("[^/]+", path))
        self._status = recording.answers[mutant.step.id].status
        self._latest: list[Answer] = []
        self.fired = 0

    def ask(self, asked: Asked) -> Asked:
        """Change the request, if the mutant says how and the request is one of these."""
        if self._mutant.ask is None or not self._is_meant(asked):
            return asked
        try:
            return self._mutant.ask(asked)
        except InapplicableError:
            return asked

    def answer(self, asked: Asked, answer: Answer) -> Answer:
        """Damage an answer of the same address and status, if it has what is to be damaged."""
        if not self._is_meant(asked):
            return answer
        damaged = answer
        if answer.status == self._status:
            try:
                seen = Seen(lambda step: self._earlier(step, answer), lambda _: self._stranger)
                damaged = self._mutant.damage(answer, seen)
            except InapplicableError:
                damaged = answer
        self._latest.append(answer)
        self.fired += damaged != answer
        return damaged

    def _is_meant(self, asked: Asked) -> bool:
        path = asked.path.partition("?")[0]
        is_path = self._path.fullmatch(path) is not None
        return asked.method == self._mutant.step.method and is_path

    def _earlier(self, step: str, now: Answer) -> Answer:
        """Return the last answer of the same address with the status that a step gets."""
        status = self._recording.answers[step].status
        for one in reversed(self._latest):
            if one.status == status and one.body != now.body:
                return one
        raise InapplicableError("nothing was answered before")


class Schemathesis:
    """Schemathesis as this repository uses it.

    Parameters
    ----------
    folder
        Where it may write.
    """

    def __init__(self, system: System, recording: Recording, folder: Path, seed: int) -> None:
        self._system, self._recording = system, recording
        self._folder, self._seed = folder, seed
        with urlopen(f"http://127.0.0.1:{system.port}/openapi.json") as answer:
            described = json.load(answer)
        self._operations: Sequence[tuple[str, str]] = [
            (method.upper(), path)
            for path, methods in described["paths"].items()
            for method in methods
        ]

    def check_undamaged(self, mutants: Sequence[Mutant]) -> None:
        """Let it test everything that these mutants will damage, as it is.

        Raises
        ------
        AssertionError
            It complains: nothing can be said of mutants then.
        """
        asked = {
            (_tested_with(operation), mutant.kind == LATE)
            for mutant in mutants
            if (operation := self.operation(mutant.step)) is not None
        }
        for chosen, is_timed in sorted(asked):
            complaint = self._run(chosen, is_timed=is_timed, rule=Untouched())
            assert not complaint, complaint

    def judge(self, mutant: Mutant) -> Finding:
        """Let it test the operation that a mutant damages."""
        operation = self.operation(mutant.step)
        if operation is None:
            return Finding(mutant, is_caught=False, fired=0, is_described=False)
        rule = Each(mutant, self._recording, operation[1], self._system.stranger)
        complaint = self._run(_tested_with(operation), is_timed=mutant.kind == LATE, rule=rule)
        return Finding(mutant, bool(complaint) and rule.fired > 0, rule.fired)

    def operation(self, step: Step) -> tuple[str, str] | None:
        """Return the method and path of a step as they are described; None if they are not."""
        asked = step.path.replace("{{ ", "").replace(" }}", "")
        for method, path in self._operations:
            pattern = _VARIABLE.sub("[^/]+", path)
            if method == step.method and re.fullmatch(pattern, asked):
                return method, path
        return None

    def _run(self, chosen: tuple[str, str], *, is_timed: bool, rule: Rule) -> str:
        """Return what it complained of, empty if of nothing."""
        command = [
            str(Path(sys.prefix) / "bin" / "schemathesis"), "--config-file", _CONFIG,
            "run", f"{self._system.proxy.url}/openapi.json", "--seed", str(self._seed),
            "--max-examples", str(EXAMPLES), "--max-failures", "1", "--warnings", "off",
            "--no-shrink", "--no-color",
            *chosen, *(["--max-response-time", "1.0"] if is_timed else []),
        ]  # fmt: skip
        asyncio.run(_empty(self._system.database_url))
        self._system.proxy.rule = rule
        try:
            run = subprocess.run(
                command, cwd=REPOSITORY / "backend", env=self._environment(),
                capture_output=True, text=True, check=False, timeout=_SECONDS,
            )  # fmt: skip
        finally:
            self._system.proxy.rule = Untouched()
        errors, self._system.proxy.errors[:] = list(self._system.proxy.errors), []
        assert not errors, errors
        return "" if run.returncode == 0 else run.stdout + run.stderr

    def _environment(self) -> Mapping[str, str]:
        return {
            **os.environ,
            # Its users sign up at the system itself, so that its tokens are good.
            "FUZZED_URL": f"http://127.0.0.1:{self._system.port}",
            "HYPOTHESIS_STORAGE_DIRECTORY": str(self._folder),
        }


def _tested_with(operation: tuple[str, str]) -> tuple[str, str]:
    """Return the option by which Schemathesis chooses what an operation is tested with."""
    method, path = operation
    for group in _GROUPS:
        if path.startswith(group):
            return "--include-path-regex", f"^{group}"
    return "--include-name", f"{method} {path}"


async def _empty(database_url: str) -> None:
    """Remove all rows: by one seed, the same accounts are made up each time."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(f"TRUNCATE {await connection.fetchval(_TABLES)}")
    finally:
        await connection.close()
