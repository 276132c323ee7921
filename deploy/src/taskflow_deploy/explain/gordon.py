"""Asks Gordon, Docker's assistant, from a folder that holds the evidence and nothing else.

Gordon asks before it runs or writes anything, and nobody is there to say yes. It reads files
without asking. Whoever turned these questions off in Docker Desktop has turned them off here too.
"""

import shutil
import tempfile
from pathlib import Path

from taskflow_deploy.errors import CommandError
from taskflow_deploy.explain.advice import INSTRUCTIONS, Advice, AdviceError, read
from taskflow_deploy.explain.asking import ANSWER_FORM, said
from taskflow_deploy.files import write_private
from taskflow_deploy.runner import run

NAME = "gordon"
_FILE = "failure.txt"
_VERSION_SECONDS = 10.0


def is_there() -> bool:
    """Tell whether Docker is installed and has Gordon."""
    if shutil.which("docker") is None:
        return False
    try:
        return run(["docker", "ai", "version"], check=False, timeout=_VERSION_SECONDS).code == 0
    except CommandError:  # it hangs: as good as none
        return False


def ask(text: str, seconds: float) -> Advice:
    """Ask for an explanation of a bundle, which stands in a file: arguments are seen by all.

    Raises
    ------
    AdviceError
        It is not there, or gave no answer of use.
    """
    if not is_there():
        raise AdviceError("Docker has no Gordon here; it comes with Docker Desktop")
    with tempfile.TemporaryDirectory(prefix="taskflow-gordon-") as folder:
        write_private(Path(folder) / _FILE, text)
        question = (
            f"Read the file {_FILE} in this folder. Run nothing, change nothing and read no other "
            f"file. {INSTRUCTIONS} {ANSWER_FORM}"
        )
        command = ["docker", "ai", "--working-dir", folder, question]
        try:
            done = run(command, cwd=Path(folder), check=False, timeout=seconds)
        except CommandError:
            raise AdviceError("it did not answer in time") from None
    if done.code != 0:
        raise AdviceError(f"it failed: {said(done)}")
    return read(NAME, done.stdout)
