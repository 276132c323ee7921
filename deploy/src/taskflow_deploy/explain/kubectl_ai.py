"""Asks kubectl-ai, locked into a room in which there is nothing that it could run."""

import os
import shutil
from pathlib import Path

from taskflow_deploy.errors import CommandError
from taskflow_deploy.explain import room
from taskflow_deploy.explain.advice import INSTRUCTIONS, Advice, AdviceError, read
from taskflow_deploy.explain.asking import ANSWER_FORM, said
from taskflow_deploy.runner import run

NAME = "kubectl-ai"
# Its model's key it may have; ours it needs not.
_HIDDEN = ("DATABASE_URL", "BETTER_AUTH_SECRET", "BETTER_AUTH_SECRET_PREVIOUS")
# Its own tools fail in the room; it is told so by their failures, and then answers.
_ROUNDS = 4
# The flags win over what stands in its settings.
_FLAGS = (
    "--quiet",
    "--skip-permissions=false",
    "--mcp-client=false",
    f"--max-iterations={_ROUNDS}",
    f"--kubeconfig=/{room.KUBECONFIG}",
)


def is_there() -> bool:
    """Tell whether it is installed."""
    return shutil.which(NAME) is not None


def ask(text: str, seconds: float) -> Advice:
    """Ask for an explanation of a bundle, by standard input.

    Raises
    ------
    AdviceError
        It is not installed, cannot be locked in, or gave no answer of use.
    """
    program = shutil.which(NAME)
    if program is None:
        raise AdviceError("it is not installed")
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    with room.room(program, config / NAME / "config.yaml") as root:
        command = room.locked_in(root, _HIDDEN, *_FLAGS)
        question = f"{INSTRUCTIONS}\n\n{ANSWER_FORM}\n\n{text}"
        try:
            done = run(command, env=room.environment(), cwd=root, stdin=question, check=False,
                       timeout=seconds)  # fmt: skip
        except CommandError:
            raise AdviceError("it did not answer in time") from None
    if done.code != 0:
        raise AdviceError(f"it failed: {said(done)}")
    return read(NAME, done.stdout)
