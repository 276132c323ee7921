"""Two renderings are compared object by object."""

from taskflow_deploy import manifests

_BEFORE = """---
# Source: chart/templates/a.yaml
# A comment.
apiVersion: v1
kind: Service
metadata:
  name: a
spec:
  port: 80
---
# Source: chart/templates/b.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: b
data: {}
"""
_AFTER = """---
# Source: chart/templates/a.yaml
# Another comment, which changes nothing.
apiVersion: v1
kind: Service
metadata:
  name: a
spec:
  port: 81
---
# Source: chart/templates/c.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: c
spec:
  replicas: 2
  template:
    spec:
      containers: [{name: c}]
"""


def test_what_is_new_changed_and_gone_is_named() -> None:
    assert manifests.changed(_BEFORE, _AFTER) == [
        "new Deployment/c", "changed Service/a", "gone ConfigMap/b",
    ]  # fmt: skip
    assert manifests.changed(_BEFORE, _BEFORE) == []


def test_the_difference_names_each_object_and_shows_its_lines() -> None:
    lines = manifests.difference(_BEFORE, _AFTER).splitlines()
    assert "--- deployed Service/a" in lines
    assert "+++ rendered Service/a" in lines
    assert "-  port: 80" in lines
    assert "+  port: 81" in lines
    assert lines.count("+++ /dev/null") == 1
    assert not [line for line in lines if "omment" in line]
    assert manifests.difference(_AFTER, _AFTER) == ""


def test_order_and_comments_are_no_difference() -> None:
    one, other = _BEFORE.split("---\n")[1:]
    assert manifests.difference(_BEFORE, f"---\n{other}---\n{one}") == ""


def test_pods_of_deployments_are_counted_with_their_replicas() -> None:
    assert list(manifests.pod_specs(_AFTER)) == [({"containers": [{"name": "c"}]}, 2)]


def test_an_empty_manifest_has_no_objects() -> None:
    assert manifests.split("") == {}
