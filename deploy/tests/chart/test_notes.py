"""What is shown after an installation, for every kind of service and of secrets."""

import pytest

from tests.chart.helm import EXISTING, GIVEN, Helm, Values

_NODE_PORT, _TYPE = "frontend.service.nodePort", "frontend.service.type"
_FORWARD = (
    "kubectl --namespace somewhere port-forward service/taskflow-frontend-service 3000:3000\n"
    "  http://localhost:3000\n"
)
_ADDRESS = "kubectl get nodes --output jsonpath="
_PORT = "kubectl --namespace somewhere get service taskflow-frontend-service --output jsonpath="
_MINIKUBE = "minikube service taskflow-frontend-service --namespace somewhere --url"
_RESTART = (
    "kubectl --namespace somewhere rollout restart deployment "
    "--selector app=taskflow,app.kubernetes.io/instance=taskflow"
)
_TEST = "helm test taskflow --namespace somewhere --logs"
_EVERYTHING = {_FORWARD, _ADDRESS, _PORT, _MINIKUBE, _RESTART}


@pytest.mark.parametrize(
    ("values", "address", "shown"),
    [
        (GIVEN, "http://NODE_ADDRESS:30300,", {_FORWARD, _ADDRESS, _MINIKUBE}),
        (
            {**GIVEN, _NODE_PORT: 31000},
            "http://NODE_ADDRESS:31000,",
            {_FORWARD, _ADDRESS, _MINIKUBE},
        ),
        (
            {**GIVEN, _NODE_PORT: None},
            "http://NODE_ADDRESS:PORT,",
            {_FORWARD, _ADDRESS, _PORT, _MINIKUBE},
        ),
        ({**GIVEN, _TYPE: "ClusterIP"}, None, {_FORWARD}),
        (
            {**GIVEN, _TYPE: "ClusterIP", "frontend.secrets.existingSecret": "some-secret"},
            None,
            {_FORWARD, _RESTART},
        ),
        (
            EXISTING,
            "http://NODE_ADDRESS:30300,",
            {_FORWARD, _ADDRESS, _MINIKUBE, _RESTART},
        ),
    ],
    ids=["fixed port", "other port", "no port", "ClusterIP", "one existing", "both existing"],
)
def test_the_notes_say_how_to_open_it(
    helm: Helm, values: Values, address: str | None, shown: set[str]
) -> None:
    notes = helm.notes(values)
    assert 'release "taskflow" in namespace "somewhere"' in notes
    assert {part for part in _EVERYTHING if part in notes} == shown
    assert ("NODE_ADDRESS" in notes) == (address is not None)
    assert address is None or address in notes


def test_the_notes_name_the_objects_of_their_release(helm: Helm) -> None:
    notes = helm.notes(EXISTING, release="blue")
    assert "service/blue-taskflow-frontend-service " in notes
    assert "instance=blue\n" in notes
    assert "taskflow-frontend-service" not in notes.replace("blue-taskflow-frontend-service", "")


@pytest.mark.parametrize(
    ("values", "shown", "hidden"),
    [
        (
            {},
            {_TEST, "only where the cluster's network plug-in enforces", "--cni=calico"},
            {" off:"},
        ),
        ({"tests.enabled": False}, {"nothing tells when it\ndoes not. Minikube"}, {"helm test"}),
        (
            {"networkPolicy.enabled": False},
            {_TEST, "Network policies are off: any pod of the cluster may reach the backend"},
            {"--cni=calico"},
        ),
        (
            {"auth.previousSecret": "the-secret-of-before-that-has-enough-characters"},
            {"A rotation of the signing secret is under way.", "without auth.previousSecret"},
            {"the-secret-of-before"},
        ),
    ],
    ids=["default", "no tests", "no policies", "rotation"],
)
def test_the_notes_say_what_is_left_to_see_to(
    helm: Helm, values: Values, shown: set[str], hidden: set[str]
) -> None:
    notes = helm.notes({**GIVEN, **values})
    assert [part for part in shown if part not in notes] == []
    assert [part for part in hidden if part in notes] == []
    assert ("rotation" in notes) == ("auth.previousSecret" in values)
