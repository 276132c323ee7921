"""Questions that are asked from inside the node."""

import ipaddress
import re
from collections.abc import Sequence

from taskflow_deploy.clusters.minikube import commands, dns
from taskflow_deploy.clusters.minikube.programs import Programs
from taskflow_deploy.errors import ClusterError, CommandError, UsageError

DNS_PORT = 53
_SECONDS = 30.0
_TRIES = 2
_LARGEST_PORT = 65535
_HOST_NAME = re.compile(r"(?=.{1,253}\.?$)[A-Za-z0-9_]([A-Za-z0-9_-]*)(\.[A-Za-z0-9_-]+)*\.?")
_HOST = "host.minikube.internal"


class Node:
    """The running node of the profile."""

    def __init__(self, programs: Programs) -> None:
        self._programs = programs

    def reaches(self, host: str, port: int) -> bool:
        """Tell whether a TCP connection from the node is taken.

        Raises
        ------
        UsageError
            It is no host, or no port.
        ClusterError
            The node cannot be asked.
        """
        if not _is_host(host) or not 0 < port <= _LARGEST_PORT:
            raise UsageError(f"{host}:{port} is no host and port.", "Write HOST:PORT.")
        said = self._asked(commands.connect_probe(host, port))
        if said[-1] not in {"taken", "refused"}:
            raise _silent(said)
        return said[-1] == "taken"

    def resolves(self, name: str, server: str) -> bool:
        """Tell whether a DNS server has an address for a name; a lost packet is sent again.

        bash of the node sends the packet itself, since which DNS tools are in the
        node's image has changed from one release to the next.

        Raises
        ------
        UsageError
            It is no name.
        ClusterError
            The node cannot be asked.
        """
        try:
            questions = [(kind, dns.question(name, kind)) for kind in (dns.V4, dns.V6)]
        except ValueError:
            raise UsageError(f"{name!r} is no name.", "Write a host name.") from None
        return any(
            dns.has_address(self._reply(server, question), kind) for kind, question in questions
        )

    def free_bytes(self) -> int:
        """Return how much of the node's disk is free.

        Raises
        ------
        ClusterError
            The node cannot be asked.
        """
        said = self._asked(commands.disk_probe())
        try:
            return int(said[-1].split()[3]) * 1024
        except (IndexError, ValueError):
            raise _silent(said) from None

    def host_address(self) -> str | None:
        """Return the address at which the node knows this host, where Minikube found one.

        Raises
        ------
        ClusterError
            The node cannot be asked.
        """
        for line in self._asked(commands.hosts_probe()):
            address, *names = line.split() or [""]
            if _HOST in names and _is_address(address):
                return address
        return None

    def _reply(self, server: str, question: bytes) -> bytes:
        for _ in range(_TRIES):
            said = self._asked(commands.dns_probe(server, DNS_PORT, question))
            try:
                reply = bytes.fromhex("".join(said[1:]))
            except ValueError:
                raise _silent(said) from None
            if said[0] != "asked":
                raise _silent(said)
            if reply:
                return reply
        return b""

    def _asked(self, command: Sequence[str]) -> list[str]:
        """Return the lines that a program in the node printed; there is at least one."""
        try:
            done = self._programs.run(command, check=False, seconds=_SECONDS)
        except CommandError as error:
            raise _silent([error.message]) from None
        lines = done.stdout.replace("\r", "").strip().splitlines()  # it printed to a terminal
        if not lines:
            raise _silent(done.tail)
        return lines


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_host(text: str) -> bool:
    return _is_address(text) or _HOST_NAME.fullmatch(text) is not None


def _silent(details: Sequence[str]) -> ClusterError:
    return ClusterError(
        "Minikube's node cannot be asked.",
        f"See minikube ssh -p {commands.PROFILE} -- true, then run ./taskflow cluster start.",
        details,
        mend="./taskflow cluster start",
    )
