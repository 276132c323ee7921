"""The chart's checkers, compiled from pinned modules.

``python -m tests.chart.tools build`` compiles what is missing, and
``python -m tests.chart.tools docs`` writes the chart's README.md anew.
"""

import sys
from pathlib import Path

from taskflow_deploy.clusters.embedded.components import CLUSTER
from taskflow_deploy.output import Output
from taskflow_deploy.paths import REPOSITORY, current_paths
from taskflow_deploy.programs import compiler
from taskflow_deploy.programs.sets import Component, ProgramSet
from taskflow_deploy.runner import Completed, run
from tests.chart.helm import CHART

CHECKS = REPOSITORY / "helm" / "checks"


def _stamps(programs: ProgramSet) -> dict[str, str]:
    """Return what Helm's own build sets: the Kubernetes that a render without a cluster is for."""
    client_minor = programs.version("k8s.io/client-go").split(".")[1]
    minor = {"k8sVersionMajor": "1", "k8sVersionMinor": client_minor}
    packages = ("chartutil", "lint/rules")
    return {
        f"helm.sh/helm/v3/pkg/{package}.{name}": value
        for package in packages
        for name, value in minor.items()
    } | {"helm.sh/helm/v3/internal/version.version": programs.version("helm.sh/helm/v3")}


TOOLS = ProgramSet(
    name="chart-tools",
    title="chart tools",
    duration="about three minutes on two cores",
    module=CHECKS,
    components=(
        Component("helm3", "helm.sh/helm/v3/cmd/helm"),
        Component("helm-unittest", "github.com/helm-unittest/helm-unittest/cmd/helm-unittest"),
        Component("helm-docs", "github.com/norwoodj/helm-docs/cmd/helm-docs"),
        Component("kubeconform", "github.com/yannh/kubeconform/cmd/kubeconform"),
    ),
    stamps=_stamps,
)
# It needs an older k8s.io/api than the others, so it has a module of its own.
KUBE_SCORE = ProgramSet(
    name="kube-score",
    title="chart checker",
    duration="less than a minute on two cores",
    module=CHECKS / "kube-score",
    components=(Component("kube-score", "github.com/zegl/kube-score/cmd/kube-score"),),
)
_SETS = (CLUSTER, TOOLS, KUBE_SCORE)


def program(name: str) -> Path:
    """Return a compiled program of any of the sets."""
    [its_set] = [
        programs
        for programs in _SETS
        if name in {component.name for component in programs.components}
    ]
    found = compiler.folder(current_paths().cache, its_set) / name
    assert found.exists(), f"{found} is not compiled: run make chart-check"
    return found


def compile_all() -> None:
    """Compile what is missing of all sets."""
    for programs in _SETS:
        compiler.ensure_programs(current_paths().cache, programs, Output())


def write_readme(chart: Path) -> Completed:
    """Write a chart's README.md from its README.md.gotmpl and the comments in values.yaml."""
    words = [
        "--chart-search-root",
        str(chart),
        "--sort-values-order",
        "file",
        "--log-level",
        "warning",
    ]
    return run([program("helm-docs"), *words])


def main(command: str) -> None:
    """Do what the command line asks for."""
    if command == "docs":
        compiler.ensure_programs(current_paths().cache, TOOLS, Output())
        write_readme(CHART)
    else:
        compile_all()


if __name__ == "__main__":
    main(sys.argv[1])
