"""Helm as these tests use it: values in, objects or a refusal out."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parents[3] / "helm" / "taskflow"
LOCAL = CHART / "values-local.yaml"
COMPONENTS = ("backend", "frontend")
SECRET = "a-secret-of-the-tests-with-enough-characters"
DATABASE_URL = "postgresql://someone:pass-of-the-tests@db.example:5432/taskflow"
API_KEY = "key-of-the-tests"

# Values by their dotted names; the least that the chart needs, in its two ways.
Values = Mapping[str, object]
GIVEN: Values = {"auth.betterAuthSecret": SECRET, "backend.secrets.databaseUrl": DATABASE_URL}
EXISTING: Values = {
    "backend.secrets.existingSecret": "some-backend-secret",
    "frontend.secrets.existingSecret": "some-frontend-secret",
}

Object = dict[str, Any]


@dataclass(frozen=True)
class Rendered:
    """What the chart makes of some values."""

    text: str
    objects: dict[tuple[str, str], Object]

    def get(self, kind: str, name: str) -> Object:
        """Return an object by its kind and name."""
        return self.objects[kind, name]

    def of_kind(self, kind: str) -> list[Object]:
        """Return all objects of a kind."""
        return [found for (its_kind, _), found in self.objects.items() if its_kind == kind]

    def pod(self, component: str) -> Object:
        """Return the pod template of a component: its metadata and its spec."""
        found = [
            deployment["spec"]["template"]
            for deployment in self.of_kind("Deployment")
            if deployment["metadata"]["labels"]["component"] == component
        ]
        assert len(found) == 1
        template: Object = found[0]
        return template

    def pods(self) -> dict[str, Object]:
        """Return every pod, or template of pods, by the name of the object that makes it."""
        found = {made["metadata"]["name"]: made for made in self.of_kind("Pod")}
        for kind in ("Deployment", "Job"):
            for made in self.of_kind(kind):
                found[made["metadata"]["name"]] = made["spec"]["template"]
        return found


@dataclass(frozen=True)
class Helm:
    """The Helm that the project builds; it reaches no cluster."""

    program: Path

    def render(
        self,
        values: Values,
        *,
        release: str = "taskflow",
        chart: Path = CHART,
        more: Sequence[str | Path] = (),
    ) -> Rendered:
        """Render the chart."""
        done = self._run(["template", release, chart, *more], values)
        assert done.returncode == 0, done.stderr
        objects = [found for found in yaml.safe_load_all(done.stdout) if found]
        named = {(found["kind"], found["metadata"]["name"]): found for found in objects}
        assert len(named) == len(objects), "two objects have the same kind and name"
        return Rendered(done.stdout, named)

    def refusal(self, values: Values) -> str:
        """Return the message with which values are refused."""
        done = self._run(["template", "taskflow", CHART], values)
        assert done.returncode != 0, f"not refused: {values}"
        assert done.stdout == ""
        return done.stderr

    def notes(self, values: Values, *, release: str = "taskflow") -> str:
        """Return what is shown after an installation."""
        words = ["install", "--dry-run=client", "--namespace", "somewhere", release]
        done = self._run([*words, CHART], values)
        assert done.returncode == 0, done.stderr
        return done.stdout.split("\nNOTES:\n")[1]

    def lint(self, values: Values, *more: str | Path) -> subprocess.CompletedProcess[str]:
        """Lint the chart; a warning is an error."""
        return self._run(["lint", "--strict", CHART, *more], values)

    def _run(self, words: Sequence[str | Path], values: Values) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.program, *words, "--values", "-"],
            input=json.dumps(nested(values)),
            env={**os.environ, "KUBECONFIG": os.devnull},
            capture_output=True,
            text=True,
            check=False,
        )


def nested(values: Values) -> Object:
    """Return values by dotted name as Helm takes them."""
    root: Object = {}
    for name, value in values.items():
        *folders, last = name.split(".")
        place = root
        for folder in folders:
            place = place.setdefault(folder, {})
        place[last] = value
    return root


def default_values() -> tuple[set[str], dict[str, Any]]:
    """Return what values.yaml has, by dotted names: its groups of values, and its values.

    A mapping that is empty by default is a value: its names are free.
    """
    mappings: set[str] = set()
    leaves: dict[str, Any] = {}

    def walk(prefix: str, mapping: Object) -> None:
        for key, value in mapping.items():
            if isinstance(value, dict) and value:
                mappings.add(f"{prefix}{key}")
                walk(f"{prefix}{key}.", value)
            else:
                leaves[f"{prefix}{key}"] = value

    walk("", yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8")))
    return mappings, leaves
