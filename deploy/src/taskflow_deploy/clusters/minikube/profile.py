"""The profile, as Minikube keeps it on this machine."""

import ipaddress
import json
import os
from dataclasses import dataclass
from pathlib import Path

from taskflow_deploy.clusters.minikube import commands
from taskflow_deploy.clusters.minikube.programs import Programs
from taskflow_deploy.errors import ClusterError

_SECONDS = 20.0
_SERVICES = "10.96.0.0/12"
_DNS_PLACE = 10
"""kubeadm gives the cluster's DNS this place in the services' network."""


@dataclass(frozen=True)
class Profile:
    """What is fixed when a profile is made.

    Attributes
    ----------
    address, port
        Where the node's API listens, in Docker's network.
    dns
        The address of the cluster's DNS.
    """

    address: str
    port: int
    dns: str


def read(programs: Programs) -> Profile | None:
    """Return the profile, or None when there is none or its start was cut short.

    Raises
    ------
    ClusterError
        Minikube's list cannot be had.
    """
    listed = programs.run(commands.profile_list(), check=False, seconds=_SECONDS)
    try:
        profiles = [entry for entry in json.loads(listed.stdout)["valid"]
                    if entry["Name"] == commands.PROFILE]  # fmt: skip
        return _profile(profiles[0]["Config"]) if profiles else None
    except (ValueError, KeyError, TypeError):
        raise ClusterError(
            "Minikube's list of profiles cannot be read.",
            "See minikube profile list.",
            listed.tail,
            mend="minikube profile list",
        ) from None


def home() -> Path:
    """Return the folder in which Minikube keeps profiles and certificates, by its own rule."""
    given = os.environ.get("MINIKUBE_HOME")
    folder = Path(given) if given else Path.home()
    return folder if given and folder.name == ".minikube" else folder / ".minikube"


def authority() -> Path:
    """Return the file of the certificate that signs those of every profile's API."""
    return home() / "ca.crt"


def _profile(config: dict[str, object]) -> Profile | None:
    nodes = config["Nodes"]
    kubernetes = config["KubernetesConfig"]
    if not isinstance(nodes, list) or not isinstance(kubernetes, dict):
        raise TypeError
    first = next((node for node in nodes if node["ControlPlane"]), None)
    if first is None or not first["IP"]:
        return None
    services = ipaddress.ip_network(kubernetes.get("ServiceCIDR") or _SERVICES)
    return Profile(str(first["IP"]), int(first["Port"]), str(services[_DNS_PLACE]))
