"""kube-score: every check passes but what the waivers say, and all that can apply are on."""

import csv
import json
import subprocess

import pytest

from tests.chart import waivers
from tests.chart.helm import Rendered
from tests.chart.renderings import SETS
from tests.chart.schemas import MINORS
from tests.chart.tools import program
from tests.chart.waivers import Finding

_PASSED = 10


@pytest.mark.parametrize("name", SETS)
def test_it_says_what_is_waived_and_nothing_else(
    renderings: dict[str, Rendered], name: str
) -> None:
    made = renderings[name]
    found = findings(made.text)
    expected = waivers.accepted("kube-score", name, list(made.objects.values()))
    assert waivers.readable(found) == waivers.readable(expected)


def test_it_runs_every_check_but_those_that_are_off() -> None:
    listed = csv.reader(kube_score("list").splitlines())
    optional = {check for check, _, _, kind in listed if kind == "optional"}
    assert set(waivers.checks_off("kube-score")) < optional
    assert set(enabled()) == optional - set(waivers.checks_off("kube-score"))
    assert enabled() == [
        "container-ephemeral-storage-request-equals-limit",
        "container-ports-check",
        "container-seccomp-profile",
    ]


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        ("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false",
         "container-security-context-readonlyrootfilesystem"),
        ("seccompProfile:", "selinuxOptions:", "container-seccomp-profile"),
        ("runAsGroup: 10001", "runAsGroup: 100", "container-security-context-user-group-id"),
        ("type: RollingUpdate", "type: Recreate", "deployment-strategy"),
        ("maxUnavailable: 1\n", "", "poddisruptionbudget-has-policy"),
    ],
)  # fmt: skip
def test_it_sees_what_is_wrong(
    renderings: dict[str, Rendered], old: str, new: str, check: str
) -> None:
    text = renderings["existing"].text
    assert old in text
    assert check not in {found for found, _ in findings(text)}
    assert check in {found for found, _ in findings(text.replace(old, new))}


def findings(text: str) -> set[Finding]:
    """Return what kube-score finds in manifests."""
    words = ["--output-format", "json", "--kubernetes-version", f"v{MINORS[0].rpartition('.')[0]}"]
    optional = [word for check in enabled() for word in ("--enable-optional-test", check)]
    # An annotation in the chart could hide a finding from the list of waivers.
    scored = json.loads(
        kube_score(
            "score", *words, *optional, "--disable-ignore-checks-annotations", "-", text=text
        )
    )
    return {
        (check["check"]["id"], f"{found['type_meta']['kind']}/{found['object_meta']['name']}")
        for found in scored
        for check in found["checks"]
        if check["grade"] < _PASSED and not check["skipped"]
    }


def enabled() -> list[str]:
    """Return the optional checks that can apply."""
    listed = csv.reader(kube_score("list").splitlines())
    off = waivers.checks_off("kube-score")
    return sorted(check for check, _, _, kind in listed if kind == "optional" and check not in off)


def kube_score(*words: str, text: str = "") -> str:
    """Run kube-score; it ends with 1 when it has something to say."""
    done = subprocess.run(
        [program("kube-score"), *words], input=text, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr == ""
    return done.stdout
