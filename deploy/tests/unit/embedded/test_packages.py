"""Packages are installed after saying so, without starting a service, and only when missing."""

from pathlib import Path

import pytest

from taskflow_deploy.clusters.embedded import packages
from taskflow_deploy.clusters.embedded.packages import Package
from taskflow_deploy.errors import InterruptedByUserError, PackagesError
from taskflow_deploy.output import Output
from tests.unit.tools import Tools


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a Debian machine looks whether services may start."""
    file = tmp_path / "policy-rc.d"
    monkeypatch.setattr(packages, "_POLICY", file)
    return file


@pytest.fixture
def wanted(tools: Tools, policy: Path) -> list[Package]:
    """Two packages that can be had and are not there: one on PATH, one at a fixed place."""
    fixed = tools.folder.parent / "ptp"
    made = [Package("runc-of-test", "runc-of-test"), Package("cni-of-test", str(fixed))]
    tools.install("apt-get")
    places = {"runc-of-test": str(tools.folder / "runc-of-test"), "cni-of-test": str(fixed)}
    tools.change(packages=places, policy=str(policy))
    return made


def test_what_is_missing_is_installed_after_saying_so(
    tools: Tools, output: Output, policy: Path, wanted: list[Package],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    packages.ensure(wanted, output, assume_yes=False)
    first, last = capsys.readouterr().err.splitlines()
    assert first == "Needed from the distribution: runc-of-test cni-of-test"
    assert "Installed runc-of-test cni-of-test (" in last
    assert packages.missing(wanted) == []
    assert tools.state("services_forbidden") is True
    assert not policy.exists()


def test_only_what_is_missing_is_installed(
    tools: Tools, output: Output, wanted: list[Package]
) -> None:
    tools.put("runc-of-test", "#!/bin/sh\n")
    packages.ensure(wanted, output, assume_yes=True)
    assert tools.calls("apt-get")[-1][-1] == "cni-of-test"
    calls = len(tools.calls())
    packages.ensure(wanted, output, assume_yes=True)
    assert len(tools.calls()) == calls


@pytest.mark.parametrize("step", ["apt-get update", "apt-get install"])
def test_a_failure_is_told_and_leaves_no_policy(
    tools: Tools, output: Output, policy: Path, wanted: list[Package], step: str
) -> None:
    tools.fail(step, "E: Could not resolve deb.debian.org", code=100)
    with pytest.raises(PackagesError, match="runc-of-test cni-of-test") as caught:
        packages.ensure(wanted, output, assume_yes=True)
    assert caught.value.details == ["E: Could not resolve deb.debian.org"]
    assert "apt-get install runc-of-test" in caught.value.resolution
    assert not policy.exists()


def test_a_policy_of_the_machines_owner_stays(
    output: Output, policy: Path, wanted: list[Package]
) -> None:
    theirs = "#!/bin/sh\nexit 101\n"
    policy.write_text(theirs, encoding="ascii")
    packages.ensure(wanted, output, assume_yes=True)
    assert policy.read_text(encoding="ascii") == theirs


def test_a_policy_of_ours_that_a_killed_command_left_goes(
    output: Output, policy: Path, wanted: list[Package]
) -> None:
    policy.write_text(packages._NO_SERVICES, encoding="ascii")
    packages.ensure(wanted, output, assume_yes=True)
    assert not policy.exists()


def test_no_is_an_answer(
    tools: Tools, output: Output, wanted: list[Package], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "confirm", lambda _question, **_given: False)
    with pytest.raises(InterruptedByUserError, match="Nothing was installed") as caught:
        packages.ensure(wanted, output, assume_yes=False)
    assert "apt-get install runc-of-test cni-of-test" in caught.value.resolution
    assert tools.calls() == []
