"""What the embedded cluster is made of, and how each part is compiled."""

from taskflow_deploy.paths import REPOSITORY
from taskflow_deploy.programs.sets import Component, ProgramSet

MODULE = REPOSITORY / "cluster"

# In this order: what most others share is compiled first.
COMPONENTS = (
    Component("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"),
    Component("etcd", "go.etcd.io/etcd/server/v3"),
    Component("kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager"),
    Component("kube-scheduler", "k8s.io/kubernetes/cmd/kube-scheduler"),
    Component("kubelet", "k8s.io/kubernetes/cmd/kubelet"),
    Component("kube-proxy", "k8s.io/kubernetes/cmd/kube-proxy"),
    Component("kubeadm", "k8s.io/kubernetes/cmd/kubeadm"),
    Component("kubectl", "k8s.io/kubernetes/cmd/kubectl"),
    Component("helm", "helm.sh/helm/v4/cmd/helm"),
    Component("coredns", "./coredns"),
    Component("pause", "./pause"),
    Component("buildctl", "github.com/moby/buildkit/cmd/buildctl"),
    Component("buildkitd", "github.com/moby/buildkit/cmd/buildkitd"),
)


def _stamps(programs: ProgramSet) -> dict[str, str]:
    """Return the version stamps that the programs' own builds set."""
    release = programs.version("k8s.io/kubernetes")
    major, minor = release.removeprefix("v").split(".")[:2]
    component_base = "k8s.io/component-base/version"
    return {
        f"{component_base}.gitVersion": release,
        f"{component_base}.gitMajor": major,
        f"{component_base}.gitMinor": minor,
        f"{component_base}.gitTreeState": "clean",
        "k8s.io/client-go/pkg/version.gitVersion": release,
        "helm.sh/helm/v4/internal/version.version": programs.version("helm.sh/helm/v4"),
        "github.com/moby/buildkit/version.Version": programs.version("github.com/moby/buildkit"),
    }


CLUSTER = ProgramSet(
    name="cluster",
    title="Kubernetes components",
    duration="about twelve minutes on two cores",
    module=MODULE,
    components=COMPONENTS,
    stamps=_stamps,
)

# A module of its own: it needs other versions of the same modules, and takes a minute, not twelve.
POLICIES = ProgramSet(
    name="policies",
    title="network policy programs",
    duration="about three minutes on two cores",
    module=MODULE / "policies",
    components=(Component("kube-network-policies", "."),),
)

PROGRAMS = (CLUSTER, POLICIES)


def version(module: str) -> str:
    """Return the version that go.mod pins for a module, such as ``v1.37.2``."""
    return CLUSTER.version(module)


def kubernetes_version() -> str:
    """Return the version of Kubernetes, such as ``v1.37.2``."""
    return version("k8s.io/kubernetes")
