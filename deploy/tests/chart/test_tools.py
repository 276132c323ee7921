"""The checkers are the ones that their modules pin."""

import re
import subprocess

import pytest

from taskflow_deploy.programs.sets import ProgramSet
from tests.chart.tools import KUBE_SCORE, TOOLS, program


@pytest.mark.parametrize("programs", [TOOLS, KUBE_SCORE], ids=lambda programs: programs.name)
def test_a_module_lists_its_programs_as_tools(programs: ProgramSet) -> None:
    text = (programs.module / "go.mod").read_text(encoding="utf-8")
    block = re.search(r"^tool \(\n(.*?)^\)|^tool (\S+)$", text, re.MULTILINE | re.DOTALL)
    assert block is not None
    listed = (block[1] or block[2]).split()
    assert sorted(listed) == sorted(component.package for component in programs.components)


def test_helm_3_is_the_pinned_one_and_knows_the_newest_kubernetes() -> None:
    done = subprocess.run(
        [program("helm3"), "version", "--short"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == TOOLS.version("helm.sh/helm/v3")
    assert TOOLS.version("k8s.io/client-go").startswith("v0.37.")
