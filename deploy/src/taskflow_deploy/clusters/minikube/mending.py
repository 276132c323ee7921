"""The commands that mend what Minikube's way lacks, for the system that this is."""

import platform

JOIN_DOCKER = 'sudo usermod -aG docker "$USER" && newgrp docker'
_BREW = {"docker": "--cask docker-desktop"}
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
_KUBECTL = "v1.37.0"


def install(program: str) -> str:
    """Return the command that installs docker, minikube, kubectl or helm, or a newer one."""
    if platform.system() == "Darwin":
        return f"brew install {_BREW.get(program, program)}"
    machine = _MACHINES.get(platform.machine(), platform.machine())
    return {
        "docker": "curl -fsSL https://get.docker.com | sh",
        "minikube": _installed(
            "https://github.com/kubernetes/minikube/releases/latest/download/"
            f"minikube-linux-{machine}", "minikube"),
        "kubectl": _installed(
            f"https://dl.k8s.io/release/{_KUBECTL}/bin/linux/{machine}/kubectl", "kubectl"),
        "helm": "curl -fsSL https://raw.githubusercontent.com/helm/helm/main/scripts/get-helm-4 "
                "| bash",
    }[program]  # fmt: skip


def start_docker() -> str:
    """Return the command that starts Docker's engine."""
    if platform.system() == "Darwin" or is_wsl():
        return "docker desktop start"
    return "sudo systemctl start docker"


def install_builder() -> str:
    """Return the command that installs Docker's builder."""
    if platform.system() == "Darwin":
        return "brew install docker-buildx"
    return "sudo apt-get install docker-buildx-plugin"


def is_wsl() -> bool:
    """Tell whether this is Linux inside Windows."""
    return "microsoft" in platform.release().lower()


def _installed(url: str, name: str) -> str:
    return f"curl -fsSLo {name} {url} && sudo install {name} /usr/local/bin/{name}"
