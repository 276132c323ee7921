"""Who may reach whom, as a cluster that enforces network policies judges it."""

from collections.abc import Iterator
from typing import Any

from tests.chart.helm import Object, Rendered

Labels = dict[str, str]


def may_reach(
    made: Rendered, source: Labels | None, target: Labels | None, port: int, protocol: str = "TCP"
) -> bool:
    """Tell whether policies let one pod reach another; None is whoever is no pod."""
    asked = {"port": port, "protocol": protocol}
    leaves = source is None or _allows(made, source, "Egress", target, asked)
    enters = target is None or _allows(made, target, "Ingress", source, asked)
    return leaves and enters


def selects(selector: Object, labels: Labels) -> bool:
    """Tell whether a selector is for a pod with these labels."""
    assert selector.keys() <= {"matchLabels", "matchExpressions"}
    expressions = selector.get("matchExpressions", [])
    assert all(each["operator"] == "In" for each in expressions)
    return selector.get("matchLabels", {}).items() <= labels.items() and all(
        labels.get(each["key"]) in each["values"] for each in expressions
    )


def _allows(
    made: Rendered, pod: Labels, direction: str, other: Labels | None, asked: dict[str, Any]
) -> bool:
    policies = [
        policy["spec"]
        for policy in made.of_kind("NetworkPolicy")
        if direction in policy["spec"]["policyTypes"]
        and selects(policy["spec"]["podSelector"], pod)
    ]
    rules = [rule for spec in policies for rule in spec.get(direction.lower(), [])]
    return not policies or any(
        _is_peer(rule, direction, other) and asked in _ports(rule) for rule in rules
    )


def _is_peer(rule: Object, direction: str, other: Labels | None) -> bool:
    peers = rule.get({"Ingress": "from", "Egress": "to"}[direction])
    return peers is None or any(
        other is not None and selects(peer["podSelector"], other) for peer in peers
    )


def _ports(rule: Object) -> Iterator[dict[str, Any]]:
    for each in rule["ports"]:
        yield {"port": each["port"], "protocol": each.get("protocol", "TCP")}
