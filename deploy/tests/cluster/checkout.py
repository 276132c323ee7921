"""A fresh copy of the checkout, used as a stranger would: by its commands, typed as written."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[3]
# What the user's own shell may hold must not reach the tests.
_NOT_PASSED_ON = {"DATABASE_URL", "BETTER_AUTH_SECRET", "BETTER_AUTH_SECRET_PREVIOUS",
                  "ANTHROPIC_API_KEY", "TASKFLOW_NODE_PORT",
                  "TASKFLOW_CLUSTER", "TASKFLOW_UV", "KUBECONFIG", "VIRTUAL_ENV"}  # fmt: skip

_SHOWN_LETTERS = 6_000


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


class Checkout:
    """A copy of every file that git would clone, with an instance of its own.

    Parameters
    ----------
    folder
        Where the copy is made.
    instance
        The instance's name, so that the user's own deployment is never touched.
    """

    def __init__(self, folder: Path, instance: str) -> None:
        self.folder = folder
        self.instance = instance
        listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        names = subprocess.run(listed, cwd=REPOSITORY, check=True, capture_output=True, text=True)
        for name in filter(None, names.stdout.split("\0")):
            source, target = REPOSITORY / name, folder / name
            if source.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
        kept = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON}
        self.environment = {**kept, "TASKFLOW_INSTANCE": instance, "NO_COLOR": "1"}

    @property
    def state(self) -> Path:
        """Where the instance's state is."""
        return Path("/var/lib/taskflow") / self.instance

    @property
    def run_folder(self) -> Path:
        """Where the instance's sockets are."""
        return Path("/run/taskflow") / self.instance

    def taskflow(self, *words: str, expect: int = 0, **environment: str) -> Done:
        """Run ``./taskflow WORDS`` to its end and check its exit code."""
        started = time.monotonic()
        with self.start(*words, **environment) as process:
            try:
                out, err = process.communicate()
            except BaseException:
                process.kill()
                raise
        done = Done(process.returncode, out, err, time.monotonic() - started)
        assert done.code == expect, (
            f"{words}: exit code {done.code}\n{out}\n{err}\n{self._newest_evidence()}"
        )
        return done

    def _newest_evidence(self) -> str:
        """Return what the last failure left: nobody can look at the machine of a CI run later."""
        folders = sorted((self.state / "evidence").glob("*"))
        if not folders:
            return "no evidence was taken"
        return "\n".join(
            f"--- {name}\n{(folders[-1] / name).read_text(encoding='utf-8')[-_SHOWN_LETTERS:]}"
            for name in ("pods.txt", "events.txt", "logs.txt")
        )

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        """Start ``./taskflow WORDS`` and do not wait for it."""
        return subprocess.Popen(
            [str(self.folder / "taskflow"), *words],
            cwd="/",
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def kubectl(self, *words: str) -> Any:
        """Return what ``./taskflow kubectl WORDS -o json`` prints."""
        return self.taskflow("kubectl", *words, "-o", "json").json

    @contextmanager
    def changed(self, name: str, change: Callable[[str], str]) -> Iterator[None]:
        """Change a file's text for a while."""
        file = self.folder / name
        before = file.read_text(encoding="utf-8")
        after = change(before)
        assert after != before, f"{name} holds nothing to change"
        file.write_text(after, encoding="utf-8")
        try:
            yield
        finally:
            file.write_text(before, encoding="utf-8")


def interrupt_at(process: subprocess.Popen[str], words: str, number: signal.Signals) -> str:
    """Send a signal once ``words`` stand on a process's standard error; return all it printed."""
    assert process.stderr is not None
    said: list[str] = []
    for line in process.stderr:
        said.append(line)
        if words in line:
            process.send_signal(number)
            break
    else:
        raise AssertionError(f"{words!r} was never said:\n{''.join(said)}")
    said.append(process.stderr.read())
    process.stderr.close()
    if process.stdout is not None:
        process.stdout.close()
    process.wait()
    return "".join(said)
