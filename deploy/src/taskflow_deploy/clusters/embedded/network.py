"""The node's way out: one virtual cable and one table of address translation."""

import hashlib
import ipaddress
import json
from dataclasses import dataclass

from taskflow_deploy.errors import PortInUseError
from taskflow_deploy.paths import DEFAULT_INSTANCE
from taskflow_deploy.runner import run

POD_NETWORK = "10.244.0.0/24"
SERVICE_NETWORK = "10.96.0.0/16"
DNS_ADDRESS = "10.96.0.10"
NODE_INTERFACE = "eth0"


@dataclass(frozen=True)
class NodeNetwork:
    """Names and addresses of one instance's cable.

    Attributes
    ----------
    host_interface
        The cable's end on the host.
    network
        Its network; host and node have the first two addresses of it.
    table
        The nftables table that translates the node's addresses.
    """

    host_interface: str
    network: ipaddress.IPv4Network
    table: str

    @property
    def host_address(self) -> str:
        """The host as the node and its pods see it."""
        return str(self.network[1])

    @property
    def node_address(self) -> str:
        """The node as the host sees it."""
        return str(self.network[2])


def node_network(instance: str) -> NodeNetwork:
    """Return an instance's network: the first of 10.97.0.0/16, or one chosen by the name."""
    number = 0
    if instance != DEFAULT_INSTANCE:
        number = 1 + int.from_bytes(hashlib.sha256(instance.encode()).digest()[:2], "big") % 255
    return NodeNetwork(
        host_interface=f"tf-{instance}",
        network=ipaddress.IPv4Network(f"10.97.{number}.0/24"),
        table=f"taskflow_{instance}",
    )


def connect(network: NodeNetwork, node_pid: int) -> None:
    """Lay the cable between the host and the network namespace of process ``node_pid``.

    Raises
    ------
    PortInUseError
        Another interface of this host uses the network.
    """
    _refuse_overlap(network)
    disconnect(network)
    inside = ["nsenter", "--target", str(node_pid), "--net", "ip"]
    length = network.network.prefixlen
    host, node = network.host_interface, NODE_INTERFACE
    for command in (
        ["ip", "link", "add", host, "type", "veth", "peer", "name", node, "netns", str(node_pid)],
        ["ip", "address", "add", f"{network.host_address}/{length}", "dev", host],
        ["ip", "link", "set", host, "up"],
        [*inside, "link", "set", "lo", "up"],
        [*inside, "address", "add", f"{network.node_address}/{length}", "dev", node],
        [*inside, "link", "set", node, "up"],
        [*inside, "route", "add", "default", "via", network.host_address],
    ):
        run(command)
    run(["nft", "-f", "-"], stdin=translation_rules(network))
    # Pods leave under the node's address; the host knows no way to theirs.
    run(
        ["nsenter", "--target", str(node_pid), "--net", "nft", "-f", "-"],
        stdin=pod_rules(),
    )
    for rule in _forward_rules(network):
        run(["iptables", "--wait", "--insert", *rule])


def disconnect(network: NodeNetwork) -> None:
    """Take the cable and its rules away; quiet where there are none."""
    # The kernel takes it away with the node's network namespace, a moment after the node.
    run(["ip", "link", "delete", network.host_interface], check=False)
    if network.table in run(["nft", "list", "tables"], check=False).stdout.split():
        run(["nft", "delete", "table", "ip", network.table])
    for rule in _forward_rules(network):
        run(["iptables", "--wait", "--delete", *rule], check=False)


def translation_rules(network: NodeNetwork) -> str:
    """Return the host's rules: what leaves the node goes out under the host's address."""
    return f"""table ip {network.table} {{
  chain postrouting {{
    type nat hook postrouting priority srcnat;
    ip saddr {network.network} oifname != "{network.host_interface}" masquerade
  }}
}}
"""


def pod_rules() -> str:
    """Return the node's rules: what leaves the pods' network goes out under the node's address."""
    return f"""table ip taskflow_pods {{
  chain postrouting {{
    type nat hook postrouting priority srcnat;
    ip saddr {POD_NETWORK} oifname "{NODE_INTERFACE}" masquerade
  }}
}}
"""


def _forward_rules(network: NodeNetwork) -> list[list[str]]:
    # Docker and some firewalls drop what they do not know; only then are rules needed.
    policy = run(["iptables-save", "--table", "filter"], check=False).stdout
    if ":FORWARD DROP" not in policy:
        return []
    comment = ["-m", "comment", "--comment", network.table, "-j", "ACCEPT"]
    return [
        ["FORWARD", "-i", network.host_interface, *comment],
        ["FORWARD", "-o", network.host_interface, *comment],
    ]


def _refuse_overlap(network: NodeNetwork) -> None:
    for interface in json.loads(run(["ip", "-json", "-4", "address"]).stdout):
        for address in interface.get("addr_info", ()):
            theirs = ipaddress.IPv4Interface(f"{address['local']}/{address['prefixlen']}").network
            if theirs.overlaps(network.network) and interface["ifname"] != network.host_interface:
                raise PortInUseError(
                    f"The interface {interface['ifname']} already uses {theirs}, "
                    f"and the cluster needs {network.network}.",
                    "Set TASKFLOW_INSTANCE to another short name: it chooses another network.",
                )
