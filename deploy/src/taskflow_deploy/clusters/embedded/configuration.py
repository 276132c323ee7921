"""Fills in the configuration files of ``cluster/config`` and says how each part is started."""

import json
from pathlib import Path
from string import Template
from typing import Any

from taskflow_deploy.clusters.embedded import cgroups
from taskflow_deploy.clusters.embedded.components import MODULE, kubernetes_version, version
from taskflow_deploy.clusters.embedded.network import (
    DNS_ADDRESS,
    POD_NETWORK,
    SERVICE_NETWORK,
    NodeNetwork,
)
from taskflow_deploy.paths import Paths

API_PORT = 6443
PAUSE_IMAGE = "taskflow.local/pause:1"
POLICY_AGENT = "kube-network-policies"
_RESOLVERS = (Path("/etc/resolv.conf"), Path("/run/systemd/resolve/resolv.conf"))


def coredns_image() -> str:
    """Return the reference of the DNS server's image in the node."""
    return f"taskflow.local/coredns:{version('github.com/coredns/coredns')}"


class Configuration:
    """Everything that is particular to one instance's node.

    Parameters
    ----------
    paths
        The instance's folders.
    network
        Its addresses.
    programs
        The folder of the compiled programs.
    policies
        The folder of the compiled agent that enforces network policies.
    """

    def __init__(self, paths: Paths, network: NodeNetwork, programs: Path, policies: Path) -> None:
        self.paths = paths
        self.network = network
        self.programs = programs
        self.policies = policies
        self.state = paths.state / "cluster"
        self.run = paths.run
        self.node_name = paths.instance

    @property
    def folder(self) -> Path:
        """Where the filled-in files are."""
        return self.state / "config"

    @property
    def containerd_socket(self) -> Path:
        """Where the node's container runtime answers."""
        return self.run / "containerd.sock"

    @property
    def buildkit_socket(self) -> Path:
        """Where the node's image builder answers."""
        return self.run / "buildkitd.sock"

    @property
    def logs(self) -> Path:
        """Where the components' logs are."""
        return self.paths.logs / "cluster"

    def fill(self, template: Path) -> str:
        """Return a template's text with this node's values."""
        values = {
            "state": str(self.state),
            "run": str(self.run),
            "pause_image": PAUSE_IMAGE,
            "coredns_image": coredns_image(),
            "pod_network": POD_NETWORK,
            "service_network": SERVICE_NETWORK,
            "dns_address": DNS_ADDRESS,
            "node_address": self.network.node_address,
            "node_name": self.node_name,
            "kubernetes_version": kubernetes_version(),
            "cgroup": cgroups.name(self.paths.instance),
        }
        return Template(template.read_text(encoding="utf-8")).substitute(values)

    def write(self) -> None:
        """Write the filled-in files and the node's specification."""
        for folder in (self.folder / "cni", self.logs, self.run):
            folder.mkdir(parents=True, exist_ok=True)
        for template in sorted((MODULE / "config").iterdir()):
            target = self.folder / template.name
            if template.suffix == ".conflist":
                target = self.folder / "cni" / f"10-{template.name}"
            target.write_text(self.fill(template), encoding="utf-8")
        (self.folder / "resolv.conf").write_text(_upstream_servers(), encoding="utf-8")
        specification = json.dumps(self._specification(), indent=2)
        (self.folder / "node.json").write_text(specification, encoding="utf-8")

    def _specification(self) -> dict[str, Any]:
        keep = [self.paths.state, self.run, self.paths.repository, self.paths.cache]
        return {
            "status": str(self.run / "status.json"),
            "parts": [
                self._part("containerd", [], str(self.containerd_socket), self._containerd()),
                self._part("etcd", [], "127.0.0.1:2379", self._etcd()),
                self._part("kube-apiserver", ["etcd"], self._api, self._api_server()),
                self._part(
                    "kube-controller-manager", ["kube-apiserver"], "127.0.0.1:10257", self._kcm()
                ),
                self._part(
                    "kube-scheduler", ["kube-apiserver"], "127.0.0.1:10259", self._scheduler()
                ),
                self._part("kube-proxy", ["kube-apiserver"], "127.0.0.1:10249", self._proxy()),
                self._part(POLICY_AGENT, ["kube-apiserver"], "127.0.0.1:9080", self._agent()),
                # After the agent: no pod of an earlier run starts before policies hold.
                self._part(
                    "kubelet", ["containerd", POLICY_AGENT], "127.0.0.1:10248", self._kubelet()
                ),
                self._part(
                    "buildkitd", ["containerd"], str(self.buildkit_socket), self._buildkitd()
                ),
            ],
            "hidden": ["/run", "/var/lib", "/var/log"],
            "kept": [str(path) for path in keep],
            "replaced": {"/etc/resolv.conf": str(self.folder / "resolv.conf")},
        }

    def _part(self, name: str, after: list[str], ready: str, argv: list[str]) -> dict[str, Any]:
        path = f"{self.programs}:/usr/sbin:/usr/bin:/sbin:/bin"
        return {
            "name": name,
            "argv": argv,
            "env": {"PATH": path},
            "after": after,
            "ready": ready,
            "log": str(self.logs / f"{name}.log"),
        }

    @property
    def _api(self) -> str:
        return f"https://{self.network.node_address}:{API_PORT}/readyz"

    def _program(self, name: str, **flags: str) -> list[str]:
        return [str(self.programs / name), *_written(flags)]

    def _pki(self, name: str) -> str:
        return str(self.state / "pki" / name)

    def _kubeconfig(self, name: str) -> str:
        return str(self.state / "kubeconfigs" / f"{name}.conf")

    def _containerd(self) -> list[str]:
        return ["containerd", "--config", str(self.folder / "containerd.toml")]

    def _buildkitd(self) -> list[str]:
        return [
            str(self.programs / "buildkitd"),
            "--config",
            str(self.folder / "buildkitd.toml"),
        ]

    def _etcd(self) -> list[str]:
        return self._program(
            "etcd",
            data_dir=str(self.state / "etcd"),
            listen_client_urls="https://127.0.0.1:2379",
            advertise_client_urls="https://127.0.0.1:2379",
            listen_peer_urls="https://127.0.0.1:2380",
            initial_advertise_peer_urls="https://127.0.0.1:2380",
            initial_cluster="default=https://127.0.0.1:2380",
            cert_file=self._pki("etcd/server.crt"),
            key_file=self._pki("etcd/server.key"),
            trusted_ca_file=self._pki("etcd/ca.crt"),
            client_cert_auth="true",
            peer_cert_file=self._pki("etcd/peer.crt"),
            peer_key_file=self._pki("etcd/peer.key"),
            peer_trusted_ca_file=self._pki("etcd/ca.crt"),
            peer_client_cert_auth="true",
        )

    def _api_server(self) -> list[str]:
        return self._program(
            "kube-apiserver",
            advertise_address=self.network.node_address,
            bind_address=self.network.node_address,
            secure_port=str(API_PORT),
            allow_privileged="true",
            authorization_mode="Node,RBAC",
            enable_admission_plugins="NodeRestriction",
            client_ca_file=self._pki("ca.crt"),
            etcd_servers="https://127.0.0.1:2379",
            etcd_cafile=self._pki("etcd/ca.crt"),
            etcd_certfile=self._pki("apiserver-etcd-client.crt"),
            etcd_keyfile=self._pki("apiserver-etcd-client.key"),
            kubelet_client_certificate=self._pki("apiserver-kubelet-client.crt"),
            kubelet_client_key=self._pki("apiserver-kubelet-client.key"),
            kubelet_preferred_address_types="InternalIP",
            proxy_client_cert_file=self._pki("front-proxy-client.crt"),
            proxy_client_key_file=self._pki("front-proxy-client.key"),
            requestheader_client_ca_file=self._pki("front-proxy-ca.crt"),
            requestheader_allowed_names="front-proxy-client",
            requestheader_username_headers="X-Remote-User",
            requestheader_group_headers="X-Remote-Group",
            requestheader_extra_headers_prefix="X-Remote-Extra-",
            service_account_issuer="https://kubernetes.default.svc.cluster.local",
            service_account_key_file=self._pki("sa.pub"),
            service_account_signing_key_file=self._pki("sa.key"),
            service_cluster_ip_range=SERVICE_NETWORK,
            tls_cert_file=self._pki("apiserver.crt"),
            tls_private_key_file=self._pki("apiserver.key"),
            profiling="false",
        )

    def _kcm(self) -> list[str]:
        kubeconfig = self._kubeconfig("controller-manager")
        return self._program(
            "kube-controller-manager",
            kubeconfig=kubeconfig,
            authentication_kubeconfig=kubeconfig,
            authorization_kubeconfig=kubeconfig,
            bind_address="127.0.0.1",
            client_ca_file=self._pki("ca.crt"),
            cluster_signing_cert_file=self._pki("ca.crt"),
            cluster_signing_key_file=self._pki("ca.key"),
            root_ca_file=self._pki("ca.crt"),
            service_account_private_key_file=self._pki("sa.key"),
            use_service_account_credentials="true",
            # Its controllers ask for their credentials at start; the default makes them queue.
            kube_api_qps="300",
            kube_api_burst="600",
            leader_elect="false",
            profiling="false",
        )

    def _scheduler(self) -> list[str]:
        kubeconfig = self._kubeconfig("scheduler")
        return self._program(
            "kube-scheduler",
            kubeconfig=kubeconfig,
            authentication_kubeconfig=kubeconfig,
            authorization_kubeconfig=kubeconfig,
            bind_address="127.0.0.1",
            leader_elect="false",
            profiling="false",
        )

    def _proxy(self) -> list[str]:
        return self._program("kube-proxy", config=str(self.folder / "kube-proxy.yaml"))

    def _agent(self) -> list[str]:
        flags = {
            "kubeconfig": self._kubeconfig(POLICY_AGENT),
            "hostname_override": self.node_name,
            # It listens there only once its rules are in the kernel and packets reach it.
            "metrics_bind_address": "127.0.0.1:9080",
        }
        return [str(self.policies / POLICY_AGENT), *_written(flags)]

    def _kubelet(self) -> list[str]:
        return self._program(
            "kubelet",
            config=str(self.folder / "kubelet.yaml"),
            kubeconfig=self._kubeconfig("kubelet"),
            root_dir=str(self.state / "kubelet"),
            hostname_override=self.node_name,
            node_ip=self.network.node_address,
        )


def _written(flags: dict[str, str]) -> list[str]:
    return [f"--{flag.replace('_', '-')}={value}" for flag, value in flags.items()]


def _upstream_servers() -> str:
    """Return a resolv.conf whose servers can be reached from another network namespace."""
    for source in _RESOLVERS:
        text = source.read_text(encoding="utf-8") if source.exists() else ""
        lines = [line.split() for line in text.splitlines()]
        servers = [words[1] for words in lines if words[:1] == ["nameserver"] and words[1:]]
        reachable = [server for server in servers if not server.startswith(("127.", "::1"))]
        if reachable:
            return "".join(f"nameserver {server}\n" for server in reachable)
    return ""
