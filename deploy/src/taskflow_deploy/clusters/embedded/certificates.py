"""Certificates and kubeconfigs of the node, made by kubeadm."""

import json
import time
from pathlib import Path

from taskflow_deploy.clusters.embedded.configuration import POLICY_AGENT, Configuration
from taskflow_deploy.files import write_private
from taskflow_deploy.runner import run

CONTEXT = "taskflow-embedded"
# kubeadm signs for one year.
_RENEW_AFTER_SECONDS = 300 * 24 * 3600
_AUTHORITIES = {"ca", "front-proxy-ca"}
# Those that kubeadm would run in pods, by the name of their kubeconfig.
USERS = {"kube-proxy": "system:kube-proxy", POLICY_AGENT: "taskflow:network-policies"}


def ensure(configuration: Configuration, kubeconfig: Path) -> None:
    """Make what is missing, and anew what would end within two months."""
    state = configuration.state
    _remove_old(state)
    kubeadm = str(configuration.programs / "kubeadm")
    config = ["--config", str(configuration.folder / "kubeadm.yaml")]
    folder = state / "kubeconfigs"
    # kubeadm keeps what is there and refuses what does not match.
    run([kubeadm, "init", "phase", "certs", "all", *config])
    run([kubeadm, "init", "phase", "kubeconfig", "all", *config, "--kubeconfig-dir", str(folder)])
    for name, user in USERS.items():
        file = folder / f"{name}.conf"
        if not file.exists():
            command = [kubeadm, "kubeconfig", "user", *config, "--client-name", user]
            write_private(file, run(command).stdout)
    write_private(kubeconfig, _for_people(configuration, folder / "super-admin.conf"))


def authority(configuration: Configuration) -> str:
    """Return the certificate that signs those of the API, in PEM; empty where there is none."""
    file = configuration.state / "pki" / "ca.crt"
    return file.read_text(encoding="ascii") if file.exists() else ""


def _for_people(configuration: Configuration, source: Path) -> str:
    """Return the administrator's kubeconfig with one context that is plainly ours."""
    kubectl = [str(configuration.programs / "kubectl"), "--kubeconfig", str(source)]
    view = json.loads(run([*kubectl, "config", "view", "--raw", "-o", "json"]).stdout)
    view["clusters"][0]["name"] = CONTEXT
    view["users"][0]["name"] = CONTEXT
    view["contexts"] = [
        {
            "name": CONTEXT,
            "context": {"cluster": CONTEXT, "user": CONTEXT, "namespace": "taskflow"},
        }
    ]
    view["current-context"] = CONTEXT
    return json.dumps(view, indent=2) + "\n"


def _remove_old(state: Path) -> None:
    """Remove what kubeadm signed long ago; its authorities and keys live ten times as long."""
    for path in (*(state / "pki").rglob("*.crt"), *(state / "kubeconfigs").glob("*.conf")):
        age = time.time() - path.stat().st_mtime
        if age > _RENEW_AFTER_SECONDS and path.stem not in _AUTHORITIES:
            path.unlink()
            path.with_suffix(".key").unlink(missing_ok=True)
