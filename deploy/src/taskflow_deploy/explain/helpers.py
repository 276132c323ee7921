"""Chooses the AI helper that is asked, and lets nothing that goes wrong with it get any further."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from taskflow_deploy import runner
from taskflow_deploy.errors import DeployError, UsageError
from taskflow_deploy.explain import claude, gordon, kubectl_ai
from taskflow_deploy.explain.advice import Advice, AdviceError

AUTO, CLAUDE, KUBECTL_AI, GORDON = "auto", "claude", "kubectl-ai", "gordon"
NAMES = (CLAUDE, KUBECTL_AI, GORDON)
SECONDS = 60.0
_NAMED = {CLAUDE: claude.NAME, KUBECTL_AI: "kubectl-ai", GORDON: "Gordon"}


@dataclass(frozen=True)
class Answer:
    """What asking came to.

    Attributes
    ----------
    helper
        Who was asked; empty for nobody.
    advice
        What was suggested; None where there is none.
    trouble
        Why there is none, one sentence; else empty.
    """

    helper: str
    advice: Advice | None
    trouble: str


def require_known(name: str) -> None:
    """Refuse the name of a helper that there is not.

    Raises
    ------
    UsageError
        There is no such helper.
    """
    if name not in {AUTO, *NAMES}:
        raise UsageError(f"There is no AI helper {name!r}.", f"Use one of: {', '.join(NAMES)}.")


def choose(name: str, key: str) -> str:
    """Return which helper is asked, or nothing where there is none.

    Gordon is asked by its name only: whether it asks before it acts is decided in Docker Desktop,
    where we cannot look.
    """
    if name != AUTO:
        return name
    if key:
        return CLAUDE
    return KUBECTL_AI if kubectl_ai.is_there() else ""


def title(helper: str) -> str:
    """Return a helper's name for people."""
    return _NAMED[helper]


def ask(helper: str, key: str, text: str, seconds: float = SECONDS) -> Answer:
    """Ask a helper; whatever goes wrong is told in the answer."""
    if not helper:
        trouble = "there is none: set ANTHROPIC_API_KEY, or install kubectl-ai"
        return Answer("", None, trouble)
    asks: dict[str, Callable[[], Advice]] = {
        CLAUDE: lambda: claude.ask(key, text, seconds),
        KUBECTL_AI: lambda: kubectl_ai.ask(text, seconds),
        GORDON: lambda: gordon.ask(text, seconds),
    }
    try:
        return Answer(title(helper), _within(asks[helper], seconds), "")
    except (AdviceError, DeployError) as error:
        return Answer(title(helper), None, str(error))
    except Exception as fault:  # noqa: BLE001 - told; the explanation holds without the helper
        return Answer(title(helper), None, f"a fault of TaskFlow's own: {type(fault).__name__}")


def _within(ask_one: Callable[[], Advice], seconds: float) -> Advice:
    """Return the advice, or give up: an answer that drips in slowly is not waited for."""
    came: queue.SimpleQueue[Advice | Exception] = queue.SimpleQueue()

    def work() -> None:
        try:
            came.put(ask_one())
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            came.put(error)

    # A daemon: the command does not wait for it at its end.
    threading.Thread(target=work, daemon=True).start()
    try:
        found = came.get(timeout=seconds)
    except BaseException as end:
        runner.stop_running()
        if not isinstance(end, queue.Empty):
            raise
        raise AdviceError("it did not answer in time") from None
    if isinstance(found, Exception):
        raise found
    return found
