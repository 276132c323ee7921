"""What this machine gives: processors, memory, a way out, and settings that can be used."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.checks import Found, warned
from taskflow_deploy.errors import ResourcesError, UsageError

_GIGABYTE = 10**9
_FEWEST_CORES = 2
_LEAST_MEMORY = 3 * _GIGABYTE
# What Kubernetes and both pods use while they are at work; less free memory means swapping.
_FREE_MEMORY = 1.5 * _GIGABYTE
_PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
_CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "PIP_CERT")


def cores(_deployment: Deployment) -> str | Found:
    """Count the processors that we may use."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    said = f"{count} cores"
    if (count or 1) < _FEWEST_CORES:
        return warned(f"{said}: it works, but builds and starts take twice as long as with two.")
    return said


def memory(_deployment: Deployment) -> str | Found:
    """Measure this machine's memory.

    Raises
    ------
    ResourcesError
        It is too little to run a node and both pods.
    """
    facts = _memory_facts()
    if not facts:
        return warned("how much memory there is could not be learned.")
    total, free = facts["MemTotal"], facts["MemAvailable"]
    said = f"{total / _GIGABYTE:.1f} GB, {free / _GIGABYTE:.1f} GB of it free"
    if total < _LEAST_MEMORY:
        raise ResourcesError(
            f"This machine has {said}; {_LEAST_MEMORY / _GIGABYTE:.0f} GB are needed.",
            "Use a machine with more memory, or ./taskflow dev, which needs no Kubernetes.",
            mend="./taskflow dev",
        )
    if free < _FREE_MEMORY:
        return warned(f"{said}: close what you do not need.", "ps aux --sort=-rss | head")
    return said


def _memory_facts() -> dict[str, int]:
    file = Path("/proc/meminfo")
    if not file.exists():  # not Linux: Minikube's own checks look at what its engine has
        return {}
    pairs = (line.split(":") for line in file.read_text(encoding="ascii").splitlines())
    return {name: int(value.split()[0]) * 1024 for name, value in pairs}


def proxy(deployment: Deployment) -> str | Found:
    """Look at the proxy settings: requests to the node must not go through one."""
    return proxy_of(os.environ, _node_address(deployment))


def proxy_of(environment: Mapping[str, str], node: str) -> str | Found:
    """Tell whether the environment's proxy would be asked for the node."""
    set_ = [name for name in _PROXIES if environment.get(name)]
    if not set_:
        return "none"
    address = urlsplit(environment[set_[0]])
    told = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
    if told == "*" or not node or node in {entry.strip() for entry in told.split(",")}:
        return f"{address.hostname} by {set_[0]}"
    return warned(
        f"{set_[0]} is set and NO_PROXY does not name the node: your browser and curl ask the "
        f"proxy for {node}.",
        f'export NO_PROXY="{",".join(filter(None, (told, node)))}"',
    )


def _node_address(deployment: Deployment) -> str:
    # Minikube's is only known once it runs.
    return deployment.cluster.address() if deployment.is_running else ""


def certificates(_deployment: Deployment) -> str:
    """Look at the variables that name certificate files: a missing file fails every download.

    Raises
    ------
    UsageError
        A variable names a file that cannot be read.
    """
    named = [(name, os.environ[name]) for name in _CERTIFICATES if os.environ.get(name)]
    if not named:
        return "the system's own"
    for name, file in named:
        if not os.access(file, os.R_OK):
            raise UsageError(
                f"{name} names {file}, which cannot be read.",
                f"Unset it, or let it name the certificates: unset {name}",
                mend=f"unset {name}",
            )
    return f"{' and '.join(sorted({file for _, file in named}))} by {', '.join(dict(named))}"


def secrets(deployment: Deployment) -> str:
    """Tell which secrets are used; they were checked when the settings were read."""
    given = deployment.settings.secret_is_given
    return "BETTER_AUTH_SECRET as given" if given else "BETTER_AUTH_SECRET made here and kept"


def assistant(deployment: Deployment) -> str:
    """Tell who answers in the chat."""
    if deployment.settings.anthropic_api_key:
        return "Claude, by ANTHROPIC_API_KEY"
    return "offline: ANTHROPIC_API_KEY is not set, so no model is asked"
