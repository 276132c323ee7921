"""kube-linter's and polaris' rules: all pass but what the waivers say, and each can fail."""

from copy import deepcopy
from typing import Any

import pytest

from tests.chart import waivers
from tests.chart.helm import Object, Rendered
from tests.chart.renderings import SETS
from tests.chart.rules import kube_linter, polaris
from tests.chart.rules.manifests import Objects, Rule, identity
from tests.chart.waivers import Finding

CHECKERS: dict[str, dict[str, Rule]] = {
    "kube-linter": kube_linter.RULES,
    "polaris": polaris.RULES,
}
# As many as these versions have: kube-linter's 63 are those here and those that are off.
COUNTS = {"kube-linter": 63, "polaris": 44}
TAKEN_AWAY = object()

_BACKEND, _SERVICE = "Deployment/taskflow-backend", "Service/taskflow-backend-service"
_POLICY, _BUDGET = "NetworkPolicy/taskflow-backend", "PodDisruptionBudget/taskflow-backend"
_SCALER, _JOB = "HorizontalPodAutoscaler/taskflow-backend", "Job/taskflow-migrations-1"
_CONFIG, _ACCOUNT = "ConfigMap/taskflow-backend-config", "ServiceAccount/taskflow-backend"
_SPEC = "spec.template.spec"
_MAIN = f"{_SPEC}.containers.0"
_SECURITY = f"{_MAIN}.securityContext"
_LINTER, _POLARIS = "kube-linter", "polaris"

# What is broken, by object, path and value, and which rules say so.
BREAKAGES: list[tuple[str, str, Any, dict[str, set[str]]]] = [
    (_BACKEND, f"{_MAIN}.image", "taskflow-backend:latest",
     {_LINTER: {"latest-tag"}, _POLARIS: {"tagNotSpecified"}}),
    (_BACKEND, f"{_MAIN}.image", "registry:5000/taskflow-backend",
     {_LINTER: {"latest-tag"}, _POLARIS: {"tagNotSpecified"}}),
    (_BACKEND, f"{_SECURITY}.capabilities.drop", ["CHOWN"],
     {_LINTER: {"drop-net-raw-capability"}, _POLARIS: {"insecureCapabilities"}}),
    (_BACKEND, f"{_SECURITY}.capabilities.add", ["SYS_ADMIN"],
     {_POLARIS: {"dangerousCapabilities"}}),
    (_BACKEND, f"{_SECURITY}.readOnlyRootFilesystem", False,
     {_LINTER: {"no-read-only-root-fs"}, _POLARIS: {"notReadOnlyRootFilesystem"}}),
    (_BACKEND, f"{_SECURITY}.allowPrivilegeEscalation", TAKEN_AWAY,
     {_LINTER: {"privilege-escalation-container"}, _POLARIS: {"privilegeEscalationAllowed"}}),
    (_BACKEND, f"{_SECURITY}.privileged", True,
     {_LINTER: {"privileged-container"}, _POLARIS: {"runAsPrivileged"}}),
    (_BACKEND, f"{_SECURITY}.runAsUser", 0,
     {_LINTER: {"run-as-non-root"}, _POLARIS: {"runAsRootAllowed"}}),
    (_BACKEND, f"{_SECURITY}.procMount", "Unmasked",
     {_LINTER: {"unsafe-proc-mount"}, _POLARIS: {"procMount"}}),
    (_BACKEND, f"{_SECURITY}", {"seccompProfile": {"type": "Unconfined"}},
     {_LINTER: {"drop-net-raw-capability", "no-read-only-root-fs",
                "privilege-escalation-container"},
      _POLARIS: {"insecureCapabilities", "linuxHardening", "notReadOnlyRootFilesystem",
                 "privilegeEscalationAllowed"}}),
    (_BACKEND, f"{_SECURITY}.windowsOptions", {"hostProcess": True}, {_POLARIS: {"hostProcess"}}),
    (_BACKEND, f"{_MAIN}.env", [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}],
     {_LINTER: {"duplicate-env-var"}}),
    (_BACKEND, f"{_MAIN}.env", [{"name": "MY_SECRET", "value": "1"}],
     {_LINTER: {"env-var-secret"}, _POLARIS: {"sensitiveContainerEnvVar"}}),
    (_BACKEND, f"{_MAIN}.env", [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "a"}}}],
     {_LINTER: {"env-value-from", "read-secret-from-env-var"}}),
    (_BACKEND, f"{_MAIN}.resources.requests.cpu", TAKEN_AWAY,
     {_LINTER: {"unset-cpu-requirements"}, _POLARIS: {"cpuRequestsMissing"}}),
    (_BACKEND, f"{_MAIN}.resources.limits.cpu", TAKEN_AWAY,
     {_LINTER: {"unset-cpu-requirements"}, _POLARIS: {"cpuLimitsMissing"}}),
    (_BACKEND, f"{_MAIN}.resources.requests.memory", TAKEN_AWAY,
     {_LINTER: {"unset-memory-requirements"}, _POLARIS: {"memoryRequestsMissing"}}),
    (_BACKEND, f"{_MAIN}.resources.limits.memory", TAKEN_AWAY,
     {_LINTER: {"unset-memory-requirements"}, _POLARIS: {"memoryLimitsMissing"}}),
    (_BACKEND, f"{_MAIN}.livenessProbe.httpGet.port", 8001, {_LINTER: {"liveness-port"}}),
    (_BACKEND, f"{_MAIN}.readinessProbe.httpGet.port", "web", {_LINTER: {"readiness-port"}}),
    (_BACKEND, f"{_MAIN}.startupProbe.httpGet.port", 8001, {_LINTER: {"startup-port"}}),
    (_BACKEND, f"{_MAIN}.livenessProbe", TAKEN_AWAY,
     {_LINTER: {"no-liveness-probe"}, _POLARIS: {"livenessProbeMissing"}}),
    (_BACKEND, f"{_MAIN}.readinessProbe", TAKEN_AWAY,
     {_LINTER: {"no-readiness-probe"}, _POLARIS: {"readinessProbeMissing"}}),
    (_BACKEND, f"{_MAIN}.ports.1.containerPort", 22,
     {_LINTER: {"privileged-ports", "ssh-port"}}),
    (_BACKEND, f"{_MAIN}.ports.1.hostPort", 9464, {_POLARIS: {"hostPortSet"}}),
    (_BACKEND, f"{_MAIN}.ports.0.name", "web",
     {_LINTER: {"invalid-target-ports", "liveness-port", "readiness-port", "startup-port"}}),
    (_BACKEND, f"{_SPEC}.volumes", [{"name": "s", "hostPath": {"path": "/var/run/docker.sock"}}],
     {_LINTER: {"docker-sock", "sensitive-host-mounts", "writable-host-mount"},
      _POLARIS: {"hostPathSet"}}),
    (_BACKEND, f"{_SPEC}.hostIPC", True, {_LINTER: {"host-ipc"}, _POLARIS: {"hostIPCSet"}}),
    (_BACKEND, f"{_SPEC}.hostPID", True, {_LINTER: {"host-pid"}, _POLARIS: {"hostPIDSet"}}),
    (_BACKEND, f"{_SPEC}.hostNetwork", True,
     {_LINTER: {"host-network"}, _POLARIS: {"hostNetworkSet"}}),
    (_BACKEND, f"{_SPEC}.securityContext.sysctls", [{"name": "kernel.sem", "value": "1"}],
     {_LINTER: {"unsafe-sysctls"}}),
    (_BACKEND, f"{_SPEC}.serviceAccountName", TAKEN_AWAY,
     {_LINTER: {"default-service-account", "non-existent-service-account"}}),
    (_BACKEND, f"{_SPEC}.serviceAccount", "taskflow-backend",
     {_LINTER: {"deprecated-service-account-field"}}),
    (_BACKEND, f"{_SPEC}.automountServiceAccountToken", TAKEN_AWAY,
     {_POLARIS: {"automountServiceAccountToken"}}),
    (_BACKEND, f"{_SPEC}.affinity", TAKEN_AWAY, {_LINTER: {"no-anti-affinity"}}),
    (_BACKEND, f"{_SPEC}.topologySpreadConstraints", TAKEN_AWAY,
     {_POLARIS: {"topologySpreadConstraint"}}),
    (_BACKEND, f"{_SPEC}.restartPolicy", TAKEN_AWAY, {_LINTER: {"restart-policy"}}),
    (_BACKEND, f"{_SPEC}.priorityClassName", TAKEN_AWAY, {_POLARIS: {"priorityClassNotSet"}}),
    (_BACKEND, "spec.strategy.type", "Recreate", {_LINTER: {"no-rolling-update-strategy"}}),
    (_BACKEND, "spec.selector.matchLabels.component", "other", {_LINTER: {"mismatching-selector"}}),
    (_BACKEND, "apiVersion", "extensions/v1beta1", {_LINTER: {"no-extensions-v1beta"}}),
    (_JOB, "spec.ttlSecondsAfterFinished", TAKEN_AWAY,
     {_LINTER: {"job-ttl-seconds-after-finished"}}),
    (_SERVICE, "spec.selector.component", "other",
     {_LINTER: {"dangling-service", "invalid-target-ports"}}),
    (_ACCOUNT, "metadata.name", "other", {_LINTER: {"non-existent-service-account"}}),
    (_POLICY, "spec.podSelector.matchLabels", {"app.kubernetes.io/instance": "other"},
     {_LINTER: {"dangling-networkpolicy"}, _POLARIS: {"missingNetworkPolicy"}}),
    (_POLICY, "spec.egress", [], {_POLARIS: {"missingNetworkPolicy"}}),
    (_POLICY, "spec.ingress.0.from.0.podSelector.matchLabels", {"app": "other"},
     {_LINTER: {"dangling-networkpolicypeer-podselector"}}),
    (_BUDGET, "spec.maxUnavailable", 0,
     {_LINTER: {"pdb-max-unavailable"}, _POLARIS: {"pdbDisruptionsIsZero"}}),
    (_BUDGET, "spec", {"minAvailable": 2, "unhealthyPodEvictionPolicy": "AlwaysAllow",
                       "selector": {"matchLabels": {"component": "backend"}}},
     {_LINTER: {"pdb-min-available"}, _POLARIS: {"pdbMinAvailableGreaterThanHPAMinReplicas"}}),
    (_BUDGET, "spec.unhealthyPodEvictionPolicy", TAKEN_AWAY,
     {_LINTER: {"pdb-unhealthy-pod-eviction-policy"}}),
    (_BUDGET, "spec.selector.matchLabels.component", "other",
     {_POLARIS: {"missingPodDisruptionBudget"}}),
    (_SCALER, "spec.scaleTargetRef.name", "other",
     {_LINTER: {"dangling-horizontalpodautoscaler"}}),
    (_SCALER, "spec.minReplicas", 1, {_POLARIS: {"hpaMinAvailability"}}),
    (_SCALER, "spec.maxReplicas", 2, {_POLARIS: {"hpaMaxAvailability"}}),
    (_CONFIG, "data.SOME_TOKEN", "1", {_POLARIS: {"sensitiveConfigmapContent"}}),
    (_CONFIG, "data.SOMETHING", "-----BEGIN RSA PRIVATE KEY-----",
     {_POLARIS: {"sensitiveConfigmapContent"}}),
]  # fmt: skip
# Kinds that the chart has none of, and the rules that would judge them.
_RBAC = {"access-to-create-pods", "access-to-secrets", "cluster-admin-role-binding",
         "wildcard-in-rules"}  # fmt: skip
_BINDS = {"rolebindingClusterAdminClusterRole", "rolebindingClusterAdminRole",
          "rolebindingClusterRolePodExecAttach", "rolebindingRolePodExecAttach"}  # fmt: skip
_OF_CLUSTER = {"clusterrolebindingClusterAdmin", "clusterrolebindingPodExecAttach"}
ABSENT: dict[str, dict[str, set[str]]] = {
    "Role": {_LINTER: _RBAC, _POLARIS: {"rolePodExecAttach", "rolebindingRolePodExecAttach"}},
    "ClusterRole": {
        _LINTER: _RBAC, _POLARIS: {"clusterrolePodExecAttach", "rolebindingRolePodExecAttach"}
    },
    "RoleBinding": {_LINTER: _RBAC, _POLARIS: _BINDS},
    "ClusterRoleBinding": {_LINTER: _RBAC, _POLARIS: _BINDS | _OF_CLUSTER},
    "Ingress": {_LINTER: {"dangling-ingress"}, _POLARIS: {"tlsSettingsMissing"}},
    "ServiceMonitor": {_LINTER: {"dangling-servicemonitor"}},
    "SecurityContextConstraints": {_LINTER: {"scc-deny-privileged-container"}},
}  # fmt: skip


@pytest.mark.parametrize("checker", CHECKERS)
@pytest.mark.parametrize("name", SETS)
def test_the_rules_say_what_is_waived_and_nothing_else(
    renderings: dict[str, Rendered], name: str, checker: str
) -> None:
    objects = list(renderings[name].objects.values())
    expected = waivers.accepted(checker, name, objects)
    assert waivers.readable(findings(checker, objects)) == waivers.readable(expected)


@pytest.mark.parametrize(
    ("named", "path", "value", "noticed"),
    BREAKAGES,
    ids=[f"{named} {path.rpartition('.')[2]} {number}"
         for number, (named, path, _, _) in enumerate(BREAKAGES)],
)  # fmt: skip
def test_a_rule_sees_what_is_wrong(
    renderings: dict[str, Rendered],
    named: str,
    path: str,
    value: Any,
    noticed: dict[str, set[str]],
) -> None:
    objects = list(renderings["everything"].objects.values())
    broken = deepcopy(objects)
    change(next(found for found in broken if identity(found) == named), path, value)
    assert newly_noticed(objects, broken) == noticed


@pytest.mark.parametrize("kind", ABSENT)
def test_a_rule_sees_a_kind_that_the_chart_has_none_of(
    renderings: dict[str, Rendered], kind: str
) -> None:
    objects = list(renderings["everything"].objects.values())
    more = {"apiVersion": "any/v1", "kind": kind, "metadata": {"name": "any"}}
    assert newly_noticed(objects, [*objects, more]) == ABSENT[kind]


@pytest.mark.parametrize("checker", CHECKERS)
def test_every_rule_was_seen_to_fail_or_is_off(checker: str) -> None:
    tried = [noticed for *_, noticed in BREAKAGES] + list(ABSENT.values())
    seen = {check for noticed in tried for check in noticed.get(checker, set())}
    # The one that these manifests break as they are.
    seen |= {waiver.check for waiver in waivers.waivers(checker)}
    assert seen == set(CHECKERS[checker])
    off = set(waivers.checks_off(checker))
    assert not off & seen
    assert len(off) + len(seen) == COUNTS[checker]


def newly_noticed(before: Objects, after: Objects) -> dict[str, set[str]]:
    """Return by checker the rules that found something more."""
    new = {
        checker: {check for check, _ in findings(checker, after) - findings(checker, before)}
        for checker in CHECKERS
    }
    return {checker: checks for checker, checks in new.items() if checks}


def findings(checker: str, objects: Objects) -> set[Finding]:
    """Return what a checker's rules find in objects."""
    return {(check, named) for check, rule in CHECKERS[checker].items() for named in rule(objects)}


def change(found: Object, path: str, value: Any) -> None:
    """Set or take away what is at a path such as ``spec.containers.0.image``."""
    *folders, last = path.split(".")
    place: Any = found
    for name in folders:
        place = place[int(name)] if isinstance(place, list) else place[name]
    if value is TAKEN_AWAY:
        del place[last]
    elif isinstance(place, list):
        place[int(last)] = value
    else:
        place[last] = value
