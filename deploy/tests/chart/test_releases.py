"""Several releases of the chart in one namespace."""

import re
from itertools import combinations

import pytest

from tests.chart.helm import EXISTING, GIVEN, Helm
from tests.chart.pod_security import containers

_LONG = "a-release-with-the-longest-name-that-helm-takes-at-"
RELEASES = [
    "taskflow", "taskflow-blue", "blue", "blue-taskflow", "a", "1234", f"{_LONG}1", f"{_LONG}2",
]  # fmt: skip
_DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def test_the_objects_and_pods_of_two_releases_are_apart(helm: Helm) -> None:
    values = {**GIVEN, "frontend.service.nodePort": None}
    made = {release: helm.render(values, release=release) for release in RELEASES}
    for (one, first), (other, second) in combinations(made.items(), 2):
        assert first.objects.keys().isdisjoint(second.objects.keys()), f"{one} and {other}"
        pods = [*second.of_kind("Deployment")]
        for service in first.of_kind("Service"):
            for pod in pods:
                labels = pod["spec"]["template"]["metadata"]["labels"]
                assert not service["spec"]["selector"].items() <= labels.items()


@pytest.mark.parametrize("release", RELEASES)
def test_a_release_refers_only_to_its_own(helm: Helm, release: str) -> None:
    made = helm.render(GIVEN, release=release)
    for (_, name), found in made.objects.items():
        assert _DNS_LABEL.fullmatch(name)
        assert found["metadata"]["labels"]["app.kubernetes.io/instance"] == release
    config = made.of_kind("ConfigMap")
    address = next(each["data"] for each in config if "NEXT_PUBLIC_API_URL" in each["data"])
    host = address["NEXT_PUBLIC_API_URL"].removeprefix("http://").removesuffix(":8000")
    assert ("Service", host) in made.objects
    for component in ("backend", "frontend"):
        for source in containers(made.pod(component)["spec"])[-1]["envFrom"]:
            ((field, reference),) = source.items()
            kind = {"configMapRef": "ConfigMap", "secretRef": "Secret"}[field]
            assert (kind, reference["name"]) in made.objects


def test_names_that_look_like_numbers_stay_text(helm: Helm) -> None:
    made = helm.render({**EXISTING, "backend.secrets.existingSecret": "0123"}, release="1234")
    assert made.pod("backend")["metadata"]["labels"]["app.kubernetes.io/instance"] == "1234"
    backend = containers(made.pod("backend")["spec"])[-1]
    assert {"secretRef": {"name": "0123"}} in backend["envFrom"]
