"""The pods of `helm test`: when they run, and that nobody takes them for the app's."""

from tests.chart.helm import GIVEN, Helm, Rendered

_PODS = {"taskflow-test-journey", "taskflow-test-isolation"}


def test_they_run_only_when_asked_to_and_their_logs_stay(rendered: Rendered) -> None:
    pods = {pod["metadata"]["name"]: pod for pod in rendered.of_kind("Pod")}
    assert pods.keys() == _PODS
    for pod in pods.values():
        assert pod["metadata"]["annotations"] == {
            "helm.sh/hook": "test",
            "helm.sh/hook-delete-policy": "before-hook-creation",
        }
        spec = pod["spec"]
        assert (spec["restartPolicy"], spec["serviceAccountName"]) == ("Never", "taskflow-test")
        assert spec["activeDeadlineSeconds"] == 240
        # Neither settings nor secrets: they know the app by its service only.
        assert all("envFrom" not in container for container in spec["containers"])
        labels = pod["metadata"]["labels"]
        assert labels["app.kubernetes.io/component"] == "test"
        assert not labels.keys() & {"app", "component"}


def test_nothing_of_them_is_left_where_they_are_not_wanted(helm: Helm) -> None:
    made = helm.render({**GIVEN, "tests.enabled": False})
    assert made.of_kind("Pod") == []
    assert [name for _, name in made.objects if "-test" in name] == []
