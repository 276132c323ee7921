"""The rules of kube-linter v0.8.3: all defaults, and those optional that can apply."""

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
    pods,
    security,
    selected,
    variables,
)

_NO_EXTENSIONS = ("extensions/v1beta1",)
_RBAC = ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")


def _drops_raw_network(_pod: Pod, container: Object) -> bool:
    dropped, added = capabilities(container, "drop"), capabilities(container, "add")
    return bool({"ALL", "NET_RAW"} & set(dropped)) and not {"ALL", "NET_RAW"} & set(added)


def _names_are_unique(_pod: Pod, container: Object) -> bool:
    names = [each["name"] for each in variables(container)]
    return len(names) == len(set(names))


def _no_secret_is_written_out(_pod: Pod, container: Object) -> bool:
    return not any("secret" in each["name"].lower() and "value" in each
                   for each in variables(container))  # fmt: skip


def _image_is_not_latest(_pod: Pod, container: Object) -> bool:
    last = container["image"].rpartition("/")[2]
    return ":" in last and not last.endswith(":latest")


def _port_is_open(probe: str) -> Rule:
    def holds(_pod: Pod, container: Object) -> bool:
        asked = container.get(probe, {}).get("httpGet", {}).get("port")
        ports = container.get("ports", [])
        return asked is None or asked in {
            value for port in ports for value in (port["containerPort"], port.get("name"))
        }

    return each_container(holds)


def _needs(resource: str) -> Rule:
    return each_container(
        lambda _, container: all(
            resource in container.get("resources", {}).get(side, {})
            for side in ("requests", "limits")
        )
    )


def _no_port(is_bad: range) -> Rule:
    return each_container(
        lambda _, container: (
            not any(port["containerPort"] in is_bad for port in container.get("ports", []))
        )
    )


def _no_host_paths(pod: Pod, _objects: Objects) -> bool:
    return not any("hostPath" in volume for volume in pod.spec.get("volumes", []))


def _account_is_there(pod: Pod, objects: Objects) -> bool:
    accounts = {found["metadata"]["name"] for found in of_kind(objects, "ServiceAccount")}
    return pod.spec.get("serviceAccountName", "default") in accounts


def _keeps_apart(pod: Pod, objects: Objects) -> bool:
    scaled = {each["spec"]["scaleTargetRef"]["name"]
              for each in of_kind(objects, "HorizontalPodAutoscaler")}  # fmt: skip
    several = pod.owner["spec"].get("replicas", 1) > 1 or pod.owner["metadata"]["name"] in scaled
    anti = pod.spec.get("affinity", {}).get("podAntiAffinity", {})
    preferred = anti.get("preferredDuringSchedulingIgnoredDuringExecution", [])
    return not several or any(
        term["podAffinityTerm"]["topologyKey"] == "kubernetes.io/hostname"
        and selects(term["podAffinityTerm"]["labelSelector"], pod.labels)
        for term in preferred
    )


def _is_isolated(pod: Pod, objects: Objects) -> bool:
    policies = of_kind(objects, "NetworkPolicy")
    return any(selects(policy["spec"]["podSelector"], pod.labels) for policy in policies)


def _peers_are_there(policy: Object, objects: Objects) -> bool:
    rules = [*policy["spec"].get("ingress", []), *policy["spec"].get("egress", [])]
    peers = [peer for rule in rules for peer in (*rule.get("from", []), *rule.get("to", []))]
    return all(
        selected(objects, peer["podSelector"])
        for peer in peers
        if "podSelector" in peer and "namespaceSelector" not in peer
    )


def _target_is_there(scaler: Object, objects: Objects) -> bool:
    target = scaler["spec"]["scaleTargetRef"]
    return f"{target['kind']}/{target['name']}" in map(identity, objects)


def _ports_lead_somewhere(service: Object, objects: Objects) -> bool:
    targets = selected(objects, {"matchLabels": service["spec"]["selector"]})
    open_ports = {
        value
        for pod in targets
        for container in pod.spec["containers"]
        for port in container.get("ports", [])
        for value in (port["containerPort"], port.get("name"))
    }
    return all(port["targetPort"] in open_ports for port in service["spec"]["ports"])


def _some_may_leave(budget: Object, objects: Objects) -> bool:
    spec = budget["spec"]
    owners = [pod.owner for pod in selected(objects, spec["selector"])]
    fewest = min((owner["spec"].get("replicas", 2) for owner in owners), default=0)
    return "minAvailable" not in spec or spec["minAvailable"] < fewest


def _selector_matches(found: Object, objects: Objects) -> bool:
    own = next(pod for pod in pods(objects) if pod.owner is found)
    return selects(found["spec"]["selector"], own.labels)


def _unset_or(value: str) -> Rule:
    return each_container(lambda pod, each: security(pod, each).get("procMount", value) == value)


RULES: dict[str, Rule] = {
    "access-to-create-pods": none_of(*_RBAC),
    "access-to-secrets": none_of(*_RBAC),
    "cluster-admin-role-binding": none_of(*_RBAC),
    "dangling-horizontalpodautoscaler": each("HorizontalPodAutoscaler", _target_is_there),
    "dangling-ingress": none_of("Ingress"),
    "dangling-networkpolicy": each(
        "NetworkPolicy", lambda found, all_: bool(selected(all_, found["spec"]["podSelector"]))
    ),
    "dangling-networkpolicypeer-podselector": each("NetworkPolicy", _peers_are_there),
    "dangling-service": each(
        "Service",
        lambda found, all_: bool(selected(all_, {"matchLabels": found["spec"]["selector"]})),
    ),
    "dangling-servicemonitor": none_of("ServiceMonitor"),
    "default-service-account": each_pod(
        lambda pod, _: pod.spec.get("serviceAccountName", "default") != "default"
    ),
    "deprecated-service-account-field": each_pod(lambda pod, _: "serviceAccount" not in pod.spec),
    "docker-sock": each_pod(_no_host_paths),
    "drop-net-raw-capability": each_container(_drops_raw_network),
    "duplicate-env-var": each_container(_names_are_unique),
    "env-value-from": each_container(
        lambda _, container: not any("valueFrom" in each for each in variables(container))
    ),
    "env-var-secret": each_container(_no_secret_is_written_out),
    "host-ipc": each_pod(lambda pod, _: not pod.spec.get("hostIPC")),
    "host-network": each_pod(lambda pod, _: not pod.spec.get("hostNetwork")),
    "host-pid": each_pod(lambda pod, _: not pod.spec.get("hostPID")),
    "invalid-target-ports": each("Service", _ports_lead_somewhere),
    "job-ttl-seconds-after-finished": each(
        "Job", lambda found, _: "ttlSecondsAfterFinished" in found["spec"]
    ),
    "latest-tag": each_container(_image_is_not_latest),
    "liveness-port": _port_is_open("livenessProbe"),
    "mismatching-selector": each("Deployment", _selector_matches),
    "no-anti-affinity": each_pod(_keeps_apart, "Deployment"),
    "no-extensions-v1beta": lambda objects: (
        identity(found) for found in objects if found["apiVersion"] in _NO_EXTENSIONS
    ),
    "no-liveness-probe": each_container(lambda _, each: "livenessProbe" in each, init=False),
    "no-read-only-root-fs": each_container(
        lambda pod, each: security(pod, each).get("readOnlyRootFilesystem") is True
    ),
    "no-readiness-probe": each_container(lambda _, each: "readinessProbe" in each, init=False),
    "no-rolling-update-strategy": each(
        "Deployment",
        lambda found, _: found["spec"].get("strategy", {}).get("type") == "RollingUpdate",
    ),
    "non-existent-service-account": each_pod(_account_is_there),
    "non-isolated-pod": each_pod(_is_isolated),
    "pdb-max-unavailable": each(
        "PodDisruptionBudget",
        lambda found, _: found["spec"].get("maxUnavailable", 1) not in (0, "0", "0%"),
    ),
    "pdb-min-available": each("PodDisruptionBudget", _some_may_leave),
    "pdb-unhealthy-pod-eviction-policy": each(
        "PodDisruptionBudget", lambda found, _: "unhealthyPodEvictionPolicy" in found["spec"]
    ),
    "privilege-escalation-container": each_container(
        lambda pod, each: security(pod, each).get("allowPrivilegeEscalation") is False
    ),
    "privileged-container": each_container(
        lambda pod, each: not security(pod, each).get("privileged")
    ),
    "privileged-ports": _no_port(range(1, 1024)),
    "read-secret-from-env-var": each_container(
        lambda _, container: (
            not any("secretKeyRef" in each.get("valueFrom", {}) for each in variables(container))
        )
    ),
    "readiness-port": _port_is_open("readinessProbe"),
    "restart-policy": each_pod(
        lambda pod, _: pod.spec.get("restartPolicy") in ("Always", "OnFailure")
    ),
    "run-as-non-root": each_container(
        lambda pod, each: (
            security(pod, each).get("runAsNonRoot") is True
            and security(pod, each).get("runAsUser") != 0
        )
    ),
    "scc-deny-privileged-container": none_of("SecurityContextConstraints"),
    "sensitive-host-mounts": each_pod(_no_host_paths),
    "ssh-port": _no_port(range(22, 23)),
    "startup-port": _port_is_open("startupProbe"),
    "unsafe-proc-mount": _unset_or("Default"),
    "unsafe-sysctls": each_pod(lambda pod, _: not pod.context.get("sysctls")),
    "unset-cpu-requirements": _needs("cpu"),
    "unset-memory-requirements": _needs("memory"),
    "wildcard-in-rules": none_of(*_RBAC),
    "writable-host-mount": each_pod(_no_host_paths),
}
