"""What the embedded cluster is made of, and how each part is compiled."""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from taskflow_deploy.paths import REPOSITORY

MODULE = REPOSITORY / "cluster"
_BUILD_FLAGS = ("-trimpath", "-modcacherw")


@dataclass(frozen=True)
class Component:
    """A program of the cluster.

    Attributes
    ----------
    name
        The program's name.
    package
        The Go package it is compiled from.
    """

    name: str
    package: str


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


@cache
def version(module: str) -> str:
    """Return the version that go.mod pins for a module, such as ``v1.37.2``."""
    text = (MODULE / "go.mod").read_text(encoding="utf-8")
    found = re.search(rf"^(?:require)?\s*{re.escape(module)} (v\S+)", text, re.MULTILINE)
    if found is None:
        raise LookupError(f"cluster/go.mod does not require {module}")
    return found.group(1)


def kubernetes_version() -> str:
    """Return the version of Kubernetes, such as ``v1.37.2``."""
    return version("k8s.io/kubernetes")


def build_arguments() -> list[str]:
    """Return the flags of ``go build``: the version stamps that Kubernetes' own build sets."""
    release = kubernetes_version()
    major, minor = release.removeprefix("v").split(".")[:2]
    component_base = "k8s.io/component-base/version"
    stamps = {
        f"{component_base}.gitVersion": release,
        f"{component_base}.gitMajor": major,
        f"{component_base}.gitMinor": minor,
        f"{component_base}.gitTreeState": "clean",
        "k8s.io/client-go/pkg/version.gitVersion": release,
        "helm.sh/helm/v4/internal/version.version": version("helm.sh/helm/v4"),
        "github.com/moby/buildkit/version.Version": version("github.com/moby/buildkit"),
    }
    linker = " ".join(["-s", "-w", *(f"-X {name}={value}" for name, value in stamps.items())])
    return [*_BUILD_FLAGS, "-ldflags", linker]


def content_key(go_version: str) -> str:
    """Return a key that changes with anything the programs are made of."""
    digest = hashlib.sha256()
    sources = [MODULE / "go.mod", MODULE / "go.sum", *sorted(MODULE.glob("*/*.go"))]
    for source in sources:
        digest.update(source.relative_to(MODULE).as_posix().encode() + b"\0")
        digest.update(source.read_bytes() + b"\0")
    digest.update("\0".join([go_version, *build_arguments()]).encode())
    digest.update(repr(COMPONENTS).encode())
    return digest.hexdigest()[:16]


def programs_folder(cache: Path, go_version: str) -> Path:
    """Return where the compiled programs of this content are kept."""
    return cache / "cluster" / content_key(go_version)
