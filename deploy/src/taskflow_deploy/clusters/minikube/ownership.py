"""Whether an API server is that of our profile."""

import ipaddress
import ssl
from urllib.parse import urlsplit

from taskflow_deploy.clusters.minikube import commands, profile
from taskflow_deploy.clusters.minikube.programs import Programs

_HTTPS = 443
_SECONDS = 20.0


def refusal(programs: Programs, server: str, authority: str) -> str | None:
    """Return why an API server is not our profile's, or None where it is.

    It is ours when Minikube's own authority signs for it, and it is at the
    address of the profile's node, or at one of this host that Docker publishes it at.

    Parameters
    ----------
    server
        Its URL.
    authority
        The certificate that signs its own, in PEM.

    Raises
    ------
    ClusterError
        Minikube's profiles cannot be read.
    """
    if reason := _wrong_authority(authority):
        return reason
    found = profile.read(programs)
    if found is None:
        return f"Minikube has no profile {commands.PROFILE}"
    parts = urlsplit(server)
    place = (parts.hostname or "", parts.port or _HTTPS)
    if parts.scheme != "https":
        return f"{server} is not https"
    if place == (found.address, found.port):
        return None
    if _is_loopback(place[0]):
        if place[1] in _published(programs):
            return None
        return f"port {place[1]} of this host does not lead to the profile's node"
    return f"its address is {_written(place)}, and the node's {found.address}:{found.port}"


def _wrong_authority(authority: str) -> str | None:
    kept = profile.authority()
    try:
        ours = kept.read_text(encoding="ascii")
    except OSError:
        return f"Minikube's certificate authority cannot be read from {kept}"
    try:
        same = ssl.PEM_cert_to_DER_cert(authority) == ssl.PEM_cert_to_DER_cert(ours)
    except ValueError:
        same = False
    return None if same else "its certificate authority is not Minikube's"


def _published(programs: Programs) -> set[int]:
    """Return the ports of this host that Docker leads to the node's API; none on plain Linux."""
    done = programs.run(commands.docker_port(), check=False, seconds=_SECONDS)
    ends = [line.rpartition(":")[2].strip() for line in done.stdout.splitlines()]
    return {int(end) for end in ends if end.isdecimal()} if done.code == 0 else set()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _written(place: tuple[str, int]) -> str:
    return f"{place[0]}:{place[1]}"
