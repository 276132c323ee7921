"""The node's cable: a name and a network for each instance, laid in order, taken away whole."""

import ipaddress
from typing import Any

import pytest

from taskflow_deploy.clusters.embedded import network
from taskflow_deploy.clusters.embedded.network import NodeNetwork, node_network
from taskflow_deploy.errors import PortInUseError
from tests.unit.tools import Tools

_PROGRAMS = ("ip", "nft", "iptables", "iptables-save", "nsenter")
_DOCKERS_FILTER = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\nCOMMIT\n"


@pytest.fixture
def tools(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> Tools:
    """A host whose network is only told."""
    tools.install(*_PROGRAMS)
    tools.play_without_processes(monkeypatch)
    return tools


@pytest.fixture
def cable() -> NodeNetwork:
    """The usual instance's network."""
    return node_network("taskflow")


def _interface(name: str, address: str) -> dict[str, Any]:
    found = ipaddress.IPv4Interface(address)
    told = {"family": "inet", "local": str(found.ip), "prefixlen": found.network.prefixlen}
    return {"ifname": name, "addr_info": [told]}


def test_the_usual_instance_has_the_first_network(cable: NodeNetwork) -> None:
    assert (cable.host_address, cable.node_address) == ("10.97.0.1", "10.97.0.2")
    assert (cable.host_interface, cable.table) == ("tf-taskflow", "taskflow_taskflow")


@pytest.mark.parametrize("instance", ["a", "test", "demo2", "ninechars"])
def test_another_instance_has_another_one_always_the_same(instance: str) -> None:
    found = node_network(instance)
    assert found == node_network(instance)
    assert found.network.subnet_of(ipaddress.IPv4Network("10.97.0.0/16"))
    assert found.network != node_network("taskflow").network
    assert len(found.host_interface) <= 15, "the kernel takes no longer name"


def test_the_networks_of_node_pods_and_services_are_apart() -> None:
    nodes = ipaddress.IPv4Network("10.97.0.0/16")
    pods, services = map(ipaddress.IPv4Network, (network.POD_NETWORK, network.SERVICE_NETWORK))
    assert not pods.overlaps(services)
    assert not nodes.overlaps(pods)
    assert not nodes.overlaps(services)
    assert ipaddress.IPv4Address(network.DNS_ADDRESS) in services


@pytest.mark.parametrize("theirs", ["10.97.0.1/24", "10.97.0.200/32", "10.0.0.5/8"])
def test_a_network_that_another_interface_has_is_refused(
    tools: Tools, cable: NodeNetwork, theirs: str
) -> None:
    tools.change(addresses=[_interface("lo", "127.0.0.1/8"), _interface("vpn0", theirs)])
    with pytest.raises(PortInUseError, match="vpn0") as caught:
        network.connect(cable, 4711)
    assert str(cable.network) in caught.value.message
    assert "TASKFLOW_INSTANCE" in caught.value.resolution
    assert tools.calls() == [["ip", "-json", "-4", "address"]], "nothing was changed"


def test_what_an_earlier_node_left_is_no_overlap(tools: Tools, cable: NodeNetwork) -> None:
    tools.change(
        addresses=[
            _interface("tf-taskflow", "10.97.0.1/24"),
            _interface("docker0", "172.17.0.1/16"),
        ],
        links=["tf-taskflow"],
        tables=["taskflow_taskflow", "taskflow_taskflow2"],
    )  # fmt: skip
    network.connect(cable, 4711)
    calls = tools.calls()
    assert calls.index(["ip", "link", "delete", "tf-taskflow"]) < calls.index(
        ["ip", "link", "add", "tf-taskflow", "type", "veth", "peer", "name", "eth0",
         "netns", "4711"]
    )  # fmt: skip
    assert tools.state("tables") == ["taskflow_taskflow2"]


def test_both_ends_get_their_address_and_the_node_its_way_out(
    tools: Tools, cable: NodeNetwork
) -> None:
    network.connect(cable, 4711)
    inside = ["nsenter", "--target", "4711", "--net", "ip"]
    assert ["ip", "address", "add", "10.97.0.1/24", "dev", "tf-taskflow"] in tools.calls()
    assert [call[5:] for call in tools.calls(*inside)] == [
        ["link", "set", "lo", "up"],
        ["address", "add", "10.97.0.2/24", "dev", "eth0"],
        ["link", "set", "eth0", "up"],
        ["route", "add", "default", "via", "10.97.0.1"],
    ]
    host_rules, node_rules = tools.said_to("nft", "-f"), tools.said_to(*inside[:4], "nft", "-f")
    assert 'ip saddr 10.97.0.0/24 oifname != "tf-taskflow" masquerade' in host_rules
    assert 'ip saddr 10.244.0.0/24 oifname "eth0" masquerade' in node_rules
    assert tools.calls("iptables") == [], "the host forwards by itself"


def test_a_host_that_drops_what_it_does_not_know_is_given_rules(
    tools: Tools, cable: NodeNetwork
) -> None:
    tools.change(filter=_DOCKERS_FILTER)
    network.connect(cable, 4711)
    inserted = tools.calls("iptables", "--wait", "--insert")
    assert [call[4:6] for call in inserted] == [["-i", "tf-taskflow"], ["-o", "tf-taskflow"]]
    network.disconnect(cable)
    deleted = tools.calls("iptables", "--wait", "--delete")
    assert [call[3:] for call in deleted[-2:]] == [call[3:] for call in inserted]


def test_to_disconnect_twice_is_quiet(tools: Tools, cable: NodeNetwork) -> None:
    network.disconnect(cable)
    network.disconnect(cable)
    assert tools.calls("nft", "delete") == []
