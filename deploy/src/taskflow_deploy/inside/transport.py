"""Asks the backend from inside the frontend's pod, by its own address in the cluster."""

import base64
import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from taskflow_deploy import kube
from taskflow_deploy.clusters.base import Cluster
from taskflow_deploy.conversation import Conversation
from taskflow_deploy.errors import CommandError, ToolMissingError
from taskflow_deploy.runner import conversing
from taskflow_deploy.verifier.answers import Answer, Request, UnreachableError

_RELAY = Path(__file__).with_name("relay.mjs").read_text(encoding="utf-8")
# The frontend shares its container's memory, and must not be the one that pays for us.
_NODE = ["node", "--max-old-space-size=32", "--max-semi-space-size=1", "--input-type=module"]
_EXEC = ["exec", "--stdin", f"deploy/{kube.RELEASE}-frontend", "--container", "frontend"]
_START_SECONDS = 30.0
# What an answer may take beyond its own time, on its way to the pod and back.
_WAY_SECONDS = 10.0
# A pod may be replaced meanwhile, and another takes over; where none does, none is waited for.
_MOST_LOSSES = 3
_LAST_WORD_OF_KUBECTL = "command terminated with exit code"


class Inside:
    """The way to the backend through one ``kubectl exec`` in the frontend's pod.

    Parameters
    ----------
    cluster
        Where TaskFlow runs.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._held = contextlib.ExitStack()
        self._open: tuple[Conversation, str] | None = None
        self._losses = 0
        self._reason = ""

    @property
    def url(self) -> str:
        """The backend's address, as the frontend knows it.

        Raises
        ------
        UnreachableError
            The frontend's pod cannot be asked.
        """
        with self._telling():
            return self._relay()[1]

    def send(self, request: Request) -> Answer:
        """Send a request; times are those around the exchange, on this machine.

        Raises
        ------
        UnreachableError
            No answer came: of the backend, or of the pod.
        """
        with self._telling():
            relay, _ = self._relay()
            sent = time.monotonic()
            told = json.loads(relay.ask(_written(request), request.seconds + _WAY_SECONDS))
            received = time.monotonic()
        if "error" in told:
            raise UnreachableError(told["error"])
        return _read(told, sent, received)

    def close(self) -> None:
        """End what runs in the pod."""
        self._open = None
        self._held.close()

    def _relay(self) -> tuple[Conversation, str]:
        if self._losses == _MOST_LOSSES:
            raise UnreachableError(self._reason)
        if self._open is None:
            words = [*_EXEC, "--namespace", kube.NAMESPACE, "--", *_NODE, "--eval", _RELAY]
            command = kube.kubectl_command(self._cluster, *words)
            relay = self._held.enter_context(conversing(command))
            self._open = relay, str(json.loads(relay.hear(_START_SECONDS))["url"])
        return self._open

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """Tell what goes wrong on the way in the verifier's words; another way is opened then."""
        try:
            yield
        except (CommandError, ToolMissingError, ValueError) as error:
            self.close()
            self._losses += 1
            self._reason = f"the frontend's pod cannot be asked: {_why(error)}"
            raise UnreachableError(self._reason) from None


def _why(error: CommandError | ToolMissingError | ValueError) -> str:
    if isinstance(error, ValueError):
        return "it does not speak as it should"
    said = [line for line in error.details if not line.startswith(_LAST_WORD_OF_KUBECTL)]
    return (said[-1] if said else error.message).rstrip(".")


def _written(request: Request) -> str:
    body = None if request.body is None else base64.b64encode(request.body).decode()
    told = {
        "method": request.method,
        "path": request.path,
        "headers": list(request.headers.items()),
        "body": body,
        "milliseconds": round(request.seconds * 1000),
    }
    return json.dumps(told)


def _read(told: dict[str, Any], sent: float, received: float) -> Answer:
    raw = told["rawHeaders"]  # name, value, name, value
    names, values = (raw[start::2] for start in (0, 1))
    headers = tuple((name.lower(), value) for name, value in zip(names, values, strict=True))
    return Answer(told["status"], headers, base64.b64decode(told["body"]), sent, received)
