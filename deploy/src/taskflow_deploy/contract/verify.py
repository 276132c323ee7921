"""Verifies that a running TaskFlow answers as the recorded reference did."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from taskflow_deploy.verifier import recording, scenario
from taskflow_deploy.verifier.answers import Transport
from taskflow_deploy.verifier.http import Http
from taskflow_deploy.verifier.recording import Recording
from taskflow_deploy.verifier.report import Report
from taskflow_deploy.verifier.scenario import Scenario
from taskflow_deploy.verifier.verify import Subject
from taskflow_deploy.verifier.verify import verify as compare

SCENARIO = Path(__file__).with_name("scenario.yaml")
RECORDING = Path(__file__).with_name("recording.json")
REFERENCE = "the recorded contract"


@dataclass(frozen=True)
class Knowledge:
    """What is known of a deployed system beside its address.

    Attributes
    ----------
    origin
        The origin that its pages may come from; None where it is not known, and what browsers
        are told about origins is left out.
    key
        What signs its tokens; None where it is not known, and only their form is looked at.
    model_is_live
        Whether Claude answers in its chat rather than the offline assistant.
    """

    origin: str | None = None
    key: str | None = None
    model_is_live: bool = False


@cache
def asked() -> Scenario:
    """Return what is asked of a TaskFlow."""
    return scenario.load(SCENARIO)


@cache
def recorded() -> Recording:
    """Return what the reference answered."""
    return recording.load(RECORDING)


def subject(
    base_url: str,
    known: Knowledge,
    way: Callable[[], Transport] | None = None,
    called: str = "from this machine",
) -> Subject:
    """Return a TaskFlow to be asked.

    Parameters
    ----------
    base_url
        Where it answers, such as ``http://10.97.0.2:30300``.
    way
        Opens another way to it than that address.
    called
        From where it is asked then, for people.
    """
    url = base_url.rstrip("/")
    words = {"origin": known.origin} if known.origin else {}
    opened = way or (lambda: Http(url))
    return Subject(opened, url, words, known.key, known.model_is_live, called)


def verify(base_url: str, known: Knowledge | None = None) -> Report:
    """Ask a running system, through its frontend, and compare it with the recording."""
    return compare(asked(), recorded(), subject(base_url, known or Knowledge()), REFERENCE)
