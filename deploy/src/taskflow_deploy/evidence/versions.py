"""Says which versions were at work."""

import json
import platform
import sys
from collections.abc import Mapping

from taskflow_deploy import sources as app
from taskflow_deploy.evidence import sources
from taskflow_deploy.evidence.asking import Answer

_UNKNOWN = "unknown"


def of(answers: Mapping[str, Answer]) -> dict[str, str]:
    """Return the versions by name; what could not be learned is ``unknown``."""
    # Without a server, kubectl still tells its own.
    kubectl = answers[sources.KUBECTL_VERSION].text
    return {
        "taskflow": app.VERSION,
        "commit": _told(answers[sources.COMMIT]),
        "python": sys.version.split()[0],
        "system": _system(),
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "kubernetes": _git_version(kubectl, "serverVersion"),
        "kubectl": _git_version(kubectl, "clientVersion"),
        "helm": _told(answers[sources.HELM_VERSION]),
    }


def table(versions: Mapping[str, str], answers: Mapping[str, Answer]) -> str:
    """Return them as text, and what the programs said below."""
    asked = (sources.KUBECTL_VERSION, sources.HELM_VERSION, sources.COMMIT)
    lines = [f"{name:<11} {version}\n" for name, version in versions.items()]
    return "\n".join(["".join(lines), *(answers[name].whole for name in asked)])


def _git_version(text: str, whose: str) -> str:
    try:
        return str(json.loads(text)[whose]["gitVersion"])
    except (ValueError, KeyError, TypeError):
        return _UNKNOWN


def _told(answer: Answer) -> str:
    return answer.text.strip() if answer.had and answer.text.strip() else _UNKNOWN


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return _UNKNOWN
