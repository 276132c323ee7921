"""The rules of polaris v10.2.2: all of its default configuration."""

import re

from tests.chart.helm import Object
from tests.chart.network import selects
from tests.chart.rules.manifests import (
    Objects,
    Pod,
    Rule,
    capabilities,
    each,
    each_container,
    each_pod,
    identity,
    none_of,
    of_kind,
    security,
    selected,
    variables,
)

_SENSITIVE = re.compile(
    r"^AWS_SECRET_ACCESS_KEY$|^GOOGLE_APPLICATION_CREDENTIALS$|^AZURE_.+KEY$|^OCI_CLI_KEY_CONTENT$"
    r"|password|token|bearer|secret",
    re.IGNORECASE,
)
_PRIVATE_KEY = re.compile(r"-BEGIN\s+.*PRIVATE KEY-", re.IGNORECASE)
_DANGEROUS = {"ALL", "SYS_ADMIN", "NET_ADMIN"}
_ROLES = ("Role", "ClusterRole")
_BINDINGS = ("RoleBinding", "ClusterRoleBinding")


def _is_sensitive(name: str, value: str) -> bool:
    return bool(_SENSITIVE.search(name) or _PRIVATE_KEY.search(value))


def _tag_is_given(_pod: Pod, container: Object) -> bool:
    last = container["image"].rpartition("/")[2]
    return ":" in last and not last.endswith(":latest")


def _needs(side: str, resource: str) -> Rule:
    return each_container(
        lambda _, container: resource in container.get("resources", {}).get(side, {})
    )


def _is_hardened(pod: Pod, container: Object) -> bool:
    context = security(pod, container)
    profile = context.get("seccompProfile", {}).get("type", "Unconfined")
    drops = capabilities(container, "drop") and "ALL" not in capabilities(container, "add")
    return bool(profile != "Unconfined" or context.get("seLinuxOptions") or drops)


def _has_policy(pod: Pod, objects: Objects) -> bool:
    """Whether one policy is for the pod, with rules both ways, and by one label exactly."""
    return any(
        len(spec["podSelector"].get("matchLabels", {}).items() & pod.labels.items()) == 1
        and selects(spec["podSelector"], pod.labels)
        and spec.get("ingress")
        and spec.get("egress")
        and {"Ingress", "Egress"} <= set(spec["policyTypes"])
        for spec in (policy["spec"] for policy in of_kind(objects, "NetworkPolicy"))
    )


def _has_budget(pod: Pod, objects: Objects) -> bool:
    budgets = of_kind(objects, "PodDisruptionBudget")
    return any(selects(budget["spec"]["selector"], pod.labels) for budget in budgets)


def _some_may_leave(budget: Object, _objects: Objects) -> bool:
    spec = budget["spec"]
    return spec.get("maxUnavailable", 1) not in (0, "0%") and spec.get("minAvailable") != "100%"


def _budget_fits_scaler(scaler: Object, objects: Objects) -> bool:
    name = scaler["spec"]["scaleTargetRef"]["name"]
    return all(
        budget["spec"].get("minAvailable", 0) < scaler["spec"]["minReplicas"]
        for budget in of_kind(objects, "PodDisruptionBudget")
        if name in {pod.owner["metadata"]["name"]
                    for pod in selected(objects, budget["spec"]["selector"])}
    )  # fmt: skip


def _is_its_instance(pod: Pod, _objects: Objects) -> bool:
    metadata = pod.owner["metadata"]
    return bool(metadata["labels"].get("app.kubernetes.io/instance") == metadata["name"])


RULES: dict[str, Rule] = {
    "automountServiceAccountToken": each_pod(
        lambda pod, _: pod.spec.get("automountServiceAccountToken") is False
    ),
    "clusterrolePodExecAttach": none_of("ClusterRole"),
    "clusterrolebindingClusterAdmin": none_of("ClusterRoleBinding"),
    "clusterrolebindingPodExecAttach": none_of("ClusterRoleBinding"),
    "cpuLimitsMissing": _needs("limits", "cpu"),
    "cpuRequestsMissing": _needs("requests", "cpu"),
    "dangerousCapabilities": each_container(
        lambda _, container: not _DANGEROUS & set(capabilities(container, "add"))
    ),
    "deploymentMissingReplicas": each(
        "Deployment", lambda found, _: found["spec"].get("replicas", 0) >= 2
    ),
    "hostIPCSet": each_pod(lambda pod, _: not pod.spec.get("hostIPC")),
    "hostNetworkSet": each_pod(lambda pod, _: not pod.spec.get("hostNetwork")),
    "hostPIDSet": each_pod(lambda pod, _: not pod.spec.get("hostPID")),
    "hostPathSet": each_pod(
        lambda pod, _: not any("hostPath" in volume for volume in pod.spec.get("volumes", []))
    ),
    "hostPortSet": each_container(
        lambda _, container: not any("hostPort" in port for port in container.get("ports", []))
    ),
    "hostProcess": each_container(
        lambda pod, each: not security(pod, each).get("windowsOptions", {}).get("hostProcess")
    ),
    "hpaMaxAvailability": each(
        "HorizontalPodAutoscaler",
        lambda found, _: found["spec"]["maxReplicas"] > found["spec"].get("minReplicas", 1),
    ),
    "hpaMinAvailability": each(
        "HorizontalPodAutoscaler", lambda found, _: found["spec"].get("minReplicas", 1) >= 2
    ),
    "insecureCapabilities": each_container(
        lambda _, container: "ALL" in capabilities(container, "drop")
    ),
    "linuxHardening": each_container(_is_hardened),
    "livenessProbeMissing": each_container(
        lambda _, each: "livenessProbe" in each, "Deployment", "Pod", init=False
    ),
    "memoryLimitsMissing": _needs("limits", "memory"),
    "memoryRequestsMissing": _needs("requests", "memory"),
    "metadataAndInstanceMismatched": each_pod(_is_its_instance),
    "missingNetworkPolicy": each_pod(_has_policy),
    "missingPodDisruptionBudget": each_pod(_has_budget, "Deployment"),
    "notReadOnlyRootFilesystem": each_container(
        lambda pod, each: security(pod, each).get("readOnlyRootFilesystem") is True
    ),
    "pdbDisruptionsIsZero": each("PodDisruptionBudget", _some_may_leave),
    "pdbMinAvailableGreaterThanHPAMinReplicas": each(
        "HorizontalPodAutoscaler", _budget_fits_scaler
    ),
    "priorityClassNotSet": each_pod(lambda pod, _: "priorityClassName" in pod.spec),
    "privilegeEscalationAllowed": each_container(
        lambda pod, each: security(pod, each).get("allowPrivilegeEscalation") is False
    ),
    "procMount": each_container(
        lambda pod, each: security(pod, each).get("procMount", "Default") == "Default"
    ),
    "pullPolicyNotAlways": each_container(
        lambda _, container: container.get("imagePullPolicy") == "Always"
    ),
    "readinessProbeMissing": each_container(
        lambda _, each: "readinessProbe" in each, "Deployment", "Pod", init=False
    ),
    "rolePodExecAttach": none_of("Role"),
    "rolebindingClusterAdminClusterRole": none_of(*_BINDINGS),
    "rolebindingClusterAdminRole": none_of(*_BINDINGS),
    "rolebindingClusterRolePodExecAttach": none_of(*_BINDINGS),
    "rolebindingRolePodExecAttach": none_of(*_ROLES, *_BINDINGS),
    "runAsPrivileged": each_container(lambda pod, each: not security(pod, each).get("privileged")),
    "runAsRootAllowed": each_container(
        lambda pod, each: (
            security(pod, each).get("runAsNonRoot") is True
            and security(pod, each).get("runAsUser") != 0
        )
    ),
    "sensitiveConfigmapContent": lambda objects: (
        identity(found)
        for found in of_kind(objects, "ConfigMap")
        if any(_is_sensitive(name, value) for name, value in found["data"].items())
    ),
    "sensitiveContainerEnvVar": each_container(
        lambda _, container: (
            not any(
                _is_sensitive(each["name"], each["value"])
                for each in variables(container)
                if "value" in each
            )
        )
    ),
    "tagNotSpecified": each_container(_tag_is_given),
    "tlsSettingsMissing": none_of("Ingress"),
    "topologySpreadConstraint": each_pod(
        lambda pod, _: bool(pod.spec.get("topologySpreadConstraints")), "Deployment", "Pod"
    ),
}
