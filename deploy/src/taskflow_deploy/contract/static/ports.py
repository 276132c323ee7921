"""The ports: of images, servers and chart."""

import ast
import re
from typing import Any

from taskflow_deploy.contract.static import python
from taskflow_deploy.contract.static.reading import Files, understanding
from taskflow_deploy.contract.static.sides import Side

CHART = "helm/taskflow"
VALUES = f"{CHART}/values.yaml"
LOCAL = f"{CHART}/values-local.yaml"
BACKEND_IMAGE, FRONTEND_IMAGE = "docker/backend.Dockerfile", "docker/frontend.Dockerfile"
BACKEND_SERVER, FRONTEND_SERVER = "backend/src/server/__main__.py", "frontend/serve.mjs"
UPSTREAM = "frontend/src/lib/upstream/forward.ts"
SETTINGS = "deploy/src/taskflow_deploy/settings.py"
METRICS = "docs/operations/metrics.md"
_COMPONENTS = ("backend", "frontend")
_IMAGES = {"backend": BACKEND_IMAGE, "frontend": FRONTEND_IMAGE}


class Ports:
    """What each place says of the ports of ``backend``, ``frontend``, ``node`` and ``metrics``.

    Parameters
    ----------
    files
        The repository's files.
    """

    def __init__(self, files: Files) -> None:
        self._files = files

    @property
    def exposed(self) -> Side:
        """What the images say that they listen on."""
        return self._found(_IMAGES, dict.fromkeys(_COMPONENTS, r"^EXPOSE (\d+)$"))

    @property
    def started(self) -> Side:
        """What the images start their servers with."""
        return self._found(_IMAGES, {"backend": r'"--port", "(\d+)"', "frontend": r"\bPORT=(\d+)"})

    @property
    def defaults(self) -> Side:
        """What the servers listen on without being told."""
        return self._found(
            {"backend": BACKEND_SERVER, "frontend": FRONTEND_SERVER},
            {"backend": r'"--port".*default=(\d+)', "frontend": r"env\.PORT \?\? (\d+)"},
        )

    @property
    def upstream(self) -> Side:
        """Where the frontend looks for the backend without being told."""
        return self._found({"backend": UPSTREAM}, {"backend": r'_UPSTREAM = "http://[^"]+:(\d+)"'})

    @property
    def services(self) -> Side:
        """The services' ports."""
        values = self._values(VALUES)
        with understanding(VALUES):
            return Side(VALUES, {one: str(values[one]["service"]["port"]) for one in _COMPONENTS})

    @property
    def containers(self) -> Side:
        """The ports of the pods that the services lead to, by the names that both give them."""
        found, places = {}, {}
        for one in _COMPONENTS:
            service, pods = (f"{CHART}/templates/{one}-{what}.yaml"
                             for what in ("service", "deployment"))  # fmt: skip
            name = self._search(service, r"targetPort: (\S+)")
            port = re.search(rf"- name: {name}\n\s+containerPort: (\d+)", self._files.text(pods))
            found[one] = port[1] if port else f"no port called {name}"
            places[one] = f"{service} and {pods}"
        return Side(CHART, found, places)

    @property
    def told(self) -> Side:
        """The port that the chart tells the frontend's server."""
        file = f"{CHART}/templates/frontend-deployment.yaml"
        return Side(file, {"frontend": self._search(file, r'name: PORT\n\s+value: "(\d+)"')})

    @property
    def let_in(self) -> Side:
        """The ports at which policies let anybody into the pods."""
        policies = {one: f"{CHART}/templates/{one}-networkpolicy.yaml" for one in _COMPONENTS}
        return self._found(policies, dict.fromkeys(_COMPONENTS, r"ingress:[\s\S]*?port: (\d+)"))

    @property
    def let_out(self) -> Side:
        """The port at which a policy lets the frontend reach the backend."""
        file = f"{CHART}/templates/frontend-networkpolicy.yaml"
        return Side(
            file, {"backend": self._search(file, r'"component" "backend"[\s\S]*?port: (\d+)')}
        )

    @property
    def node(self) -> Side:
        """The node port of the chart's values."""
        values = self._values(VALUES)
        with understanding(VALUES):
            return Side(VALUES, {"node": str(values["frontend"]["service"]["nodePort"])})

    @property
    def node_locally(self) -> Side:
        """The node port of the values for a laptop, where these have one."""
        values = self._values(LOCAL)
        with understanding(LOCAL):
            port = (values or {}).get("frontend", {}).get("service", {}).get("nodePort")
        return Side(LOCAL, {} if port is None else {"node": str(port)})

    @property
    def node_of_pages(self) -> Side:
        """The node port of the origin whose pages may call the backend."""
        values = self._values(VALUES)
        with understanding(VALUES):
            origins = values["backend"]["config"]["corsOrigins"]
            return Side(VALUES, {"node": origins.rpartition(":")[2]})

    @property
    def node_by_deployer(self) -> Side:
        """The node port that the deployer takes where none is given."""
        tree = self._files.python(SETTINGS)
        with understanding(SETTINGS):
            port: Any = ast.literal_eval(python.assigned(tree)["DEFAULT_NODE_PORT"])
        return Side(SETTINGS, {"node": str(port)})

    @property
    def metrics(self) -> Side:
        """The port of the metrics by the chart's values."""
        values = self._values(VALUES)
        with understanding(VALUES):
            return Side(VALUES, {"metrics": str(values["backend"]["config"]["metricsPort"])})

    @property
    def metrics_documented(self) -> Side:
        """The port of the metrics by the page about them."""
        pattern = r"port-forward deploy/taskflow-backend \d+:(\d+)"
        return Side(METRICS, {"metrics": self._search(METRICS, pattern)})

    def _values(self, file: str) -> Any:
        return self._files.yaml(file)

    def _found(self, files: dict[str, str], patterns: dict[str, str]) -> Side:
        found = {one: self._search(files[one], pattern) for one, pattern in patterns.items()}
        return Side(", ".join(files.values()), found, files)

    def _search(self, file: str, pattern: str) -> str:
        text = self._files.text(file)
        with understanding(file):
            match = re.search(pattern, text, re.MULTILINE)
            if match is None:
                raise LookupError(f"nothing in it is like {pattern}")
            return match[1]
