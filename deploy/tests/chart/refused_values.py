"""Values that the schema refuses: for every rule of it at least one."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Refused:
    """A value that is refused; ``below`` is the part of it that is at fault."""

    name: str
    value: Any
    below: str = ""

    @property
    def place(self) -> str:
        """The dotted name that the refusal gives."""
        return f"{self.name}{self.below}"


_EGRESS, _METRICS = "networkPolicy.extraEgress", "networkPolicy.metricsFrom"
_TOLERATIONS, _PULL = "backend.tolerations", "imagePullSecrets"
_LONG = "a" * 254


def _port(**fields: object) -> list[Any]:
    return [{"ports": [fields]}]


def _block(**fields: object) -> list[Any]:
    return [{"ipBlock": fields}]


def _selector(**fields: object) -> list[Any]:
    return [{"podSelector": fields}]


def _expression(**fields: object) -> list[Any]:
    return _selector(matchExpressions=[fields])


REFUSED = [
    Refused("frontend.service.nodePort", 29999),
    Refused("frontend.service.nodePort", 32768),
    Refused("frontend.service.nodePort", "30300"),
    Refused("frontend.service.type", "LoadBalancer"),
    Refused("frontend.service.port", 3001),
    Refused("backend.service.type", "NodePort"),
    Refused("backend.service.port", 80),
    Refused("auth.betterAuthSecret", "short"),
    Refused("auth.previousSecret", "short"),
    Refused("backend.config.apiPrefix", "/api/v2"),
    Refused("backend.config.environment", ""),
    Refused("backend.config.debug", "false"),
    Refused("backend.config.logLevel", "verbose"),
    Refused("backend.config.corsOrigins", "localhost:3000"),
    Refused("backend.config.corsOrigins", "http://localhost:3000/"),
    Refused("backend.config.corsOrigins", "http://localhost:3000 http://localhost:3001"),
    Refused("backend.config.model", ""),
    Refused("backend.config.trustedProxies", "the frontend"),
    Refused("backend.config.metricsPort", 8000),
    Refused("backend.config.metricsPort", 80),
    Refused("backend.config.metricsPort", 65536),
    Refused("backend.config.otlpEndpoint", "collector:4318"),
    Refused("backend.config.rateLimits.loginAddress", "60"),
    Refused("backend.config.rateLimits.chatAccount", "0/minute"),
    Refused("backend.replicaCount", 0),
    Refused("frontend.replicaCount", 1.5),
    Refused("backend.image.tag", "v1:2"),
    Refused("backend.image.digest", "sha256:0123"),
    Refused("frontend.image.digest", "md5:d41d8cd98f00b204e9800998ecf8427e"),
    Refused("backend.image.repository", "taskflow-backend:latest"),
    Refused("backend.image.repository", ""),
    Refused("backend.image.pullPolicy", "Sometimes"),
    Refused("backend.secrets.existingSecret", "Not_A_Name"),
    Refused("frontend.secrets.existingSecret", _LONG),
    Refused("backend.resources.requests.cpu", "250Mi"),
    Refused("backend.resources.limits.memory", "256m"),
    Refused("backend.resources.limits.memory", "256"),
    Refused("backend.migrations.mode", "hook"),
    Refused("backend.migrations.timeoutSeconds", 3601),
    Refused("frontend.waitForBackend.resources.limits.cpu", "lots"),
    Refused("frontend.waitForBackend.timeoutSeconds", 0),
    Refused("frontend.waitForBackend.intervalSeconds", 0.5),
    Refused("frontend.probes.startup.failureThreshold", 0),
    Refused("backend.shutdown.preStopSeconds", 0),
    Refused("backend.rolloutRevision", 2),
    Refused("backend.autoscaling.targetCpu", 0),
    Refused("backend.autoscaling.targetCpu", 101),
    Refused("backend.autoscaling.minReplicas", 0),
    Refused("backend.priorityClassName", "Not_A_Name"),
    Refused("commonLabels", {"app": "another"}, ".app"),
    Refused("commonLabels", {"component": "another"}, ".component"),
    Refused(
        "commonLabels", {"app.kubernetes.io/instance": "another"}, ".app.kubernetes.io~1instance"
    ),
    Refused("commonLabels", {"helm.sh/chart": "another"}, ".helm.sh~1chart"),
    Refused("commonLabels", {"team": 1}, ".team"),
    Refused("commonLabels", {"team": "a b"}, ".team"),
    Refused("commonLabels", {"team": "a" * 64}, ".team"),
    Refused("backend.nodeSelector", {"disk": True}, ".disk"),
    Refused("backend.podAnnotations", {"checksum/config": "0"}, ".checksum~1config"),
    Refused("frontend.podAnnotations", {"rollout/revision": "0"}, ".rollout~1revision"),
    Refused("backend.podAnnotations", {"note": 1}, ".note"),
    Refused("backend.serviceAccount.annotations", {"note": 1}, ".note"),
    Refused(_PULL, ["registry"], ".0"),
    Refused(_PULL, [{}], ".0"),
    Refused(_PULL, [{"name": 1}], ".0.name"),
    Refused(_PULL, [{"name": ""}], ".0.name"),
    Refused(_PULL, [{"name": _LONG}], ".0.name"),
    Refused(_PULL, [{"name": "registry", "surprise": 1}], ".0"),
    Refused(_TOLERATIONS, ["spot"], ".0"),
    Refused(_TOLERATIONS, [{"key": 1}], ".0.key"),
    Refused(_TOLERATIONS, [{"operator": "Is"}], ".0.operator"),
    Refused(_TOLERATIONS, [{"value": 1}], ".0.value"),
    Refused(_TOLERATIONS, [{"effect": "Never"}], ".0.effect"),
    Refused(_TOLERATIONS, [{"tolerationSeconds": "1"}], ".0.tolerationSeconds"),
    Refused(_TOLERATIONS, [{"surprise": 1}], ".0"),
    Refused("networkPolicy.postgresPort", 0),
    Refused("networkPolicy.postgresPort", 65536),
    Refused(_EGRESS, ["all"], ".0"),
    Refused(_EGRESS, [{"from": []}], ".0"),
    Refused(_EGRESS, [{"to": "all"}], ".0.to"),
    Refused(_EGRESS, [{"ports": 443}], ".0.ports"),
    Refused(_EGRESS, [{"ports": [443]}], ".0.ports.0"),
    Refused(_EGRESS, _port(protocol="HTTP"), ".0.ports.0.protocol"),
    Refused(_EGRESS, _port(port=0), ".0.ports.0.port"),
    Refused(_EGRESS, _port(port=65536), ".0.ports.0.port"),
    Refused(_EGRESS, _port(port=""), ".0.ports.0.port"),
    Refused(_EGRESS, _port(port=True), ".0.ports.0.port"),
    Refused(_EGRESS, _port(endPort="443"), ".0.ports.0.endPort"),
    Refused(_EGRESS, _port(surprise=1), ".0.ports.0"),
    Refused(_METRICS, ["all"], ".0"),
    Refused(_METRICS, [{}], ".0"),
    Refused(_METRICS, [{"surprise": 1}], ".0"),
    Refused(_METRICS, [{"ipBlock": "10.0.0.0/8"}], ".0.ipBlock"),
    Refused(_METRICS, _block(), ".0.ipBlock"),
    Refused(_METRICS, _block(cidr="10.0.0.1"), ".0.ipBlock.cidr"),
    Refused(_METRICS, _block(cidr=10), ".0.ipBlock.cidr"),
    Refused(_METRICS, _block(cidr="10.0.0.0/8", **{"except": "all"}), ".0.ipBlock.except"),
    Refused(_METRICS, _block(cidr="10.0.0.0/8", surprise=1), ".0.ipBlock"),
    Refused(_METRICS, [{"podSelector": "all"}], ".0.podSelector"),
    Refused(_METRICS, _selector(surprise=1), ".0.podSelector"),
    Refused(_METRICS, _selector(matchLabels="all"), ".0.podSelector.matchLabels"),
    Refused(_METRICS, _selector(matchExpressions="a"), ".0.podSelector.matchExpressions"),
    Refused(_METRICS, _selector(matchExpressions=["a"]), ".0.podSelector.matchExpressions.0"),
    Refused(_METRICS, _expression(key="a"), ".0.podSelector.matchExpressions.0"),
    Refused(_METRICS, _expression(key=1, operator="In"), ".0.podSelector.matchExpressions.0.key"),
    Refused(
        _METRICS, _expression(key="a", operator="Is"), ".0.podSelector.matchExpressions.0.operator"
    ),
    Refused(
        _METRICS,
        _expression(key="a", operator="In", values="b"),
        ".0.podSelector.matchExpressions.0.values",
    ),
    Refused(
        _METRICS,
        _expression(key="a", operator="In", values=[1]),
        ".0.podSelector.matchExpressions.0.values.0",
    ),
    Refused(
        _METRICS,
        _expression(key="a", operator="In", surprise=1),
        ".0.podSelector.matchExpressions.0",
    ),
]
