"""The backend's settings: in its code, on their page, and as chart and deployer give them."""

import re
from typing import Any

from taskflow_deploy.contract.static import python
from taskflow_deploy.contract.static.ports import CHART, VALUES
from taskflow_deploy.contract.static.reading import Files, understanding
from taskflow_deploy.contract.static.routes import CONFIG
from taskflow_deploy.contract.static.sides import TOLD, Side

PAGE = "docs/operations/settings.md"
MAP = f"{CHART}/templates/backend-configmap.yaml"
SECRET = f"{CHART}/templates/backend-secrets.yaml"
DEPLOYER = "deploy/src/taskflow_deploy/pod_secrets.py"
_REQUIRED, _OPTIONAL = "required", "optional"
_ROW = re.compile(r"\| `([A-Z_0-9]+)` \| ([^|]+) \|")
_KEY = re.compile(r"^  ([A-Z_0-9]+): ", re.MULTILINE)
_NAME = re.compile(r"[A-Z]+(_[A-Z]+)+")
_RATES = "range $name, $rate := $config.rateLimits"


class Environment:
    """The settings, by the names of their variables.

    Parameters
    ----------
    files
        The repository's files.
    """

    def __init__(self, files: Files) -> None:
        self._files = files

    @property
    def code(self) -> Side:
        """Those that the backend reads, and whether they have to be given."""
        tree = self._files.python(CONFIG)
        with understanding(CONFIG):
            fields = {
                name.upper(): field for name, field in python.fields(tree, "Settings").items()
            }
        values = {name: _OPTIONAL if _has_default(field.value) else _REQUIRED
                  for name, field in fields.items()}  # fmt: skip
        places = {name: f"{CONFIG}:{field.lineno}" for name, field in fields.items()}
        return Side(CONFIG, values, places)

    @property
    def required(self) -> Side:
        """Those of them that have to be given."""
        code = self.code
        wanted = [name for name, said in code.values.items() if said == _REQUIRED]
        return Side(CONFIG, dict.fromkeys(wanted, TOLD), code.places)

    @property
    def read(self) -> Side:
        """The names of those that the backend reads."""
        code = self.code
        return Side(CONFIG, dict.fromkeys(code.values, TOLD), code.places)

    @property
    def page(self) -> Side:
        """Those that are documented, and whether they have to be given."""
        found = rows(self._files.text(PAGE))
        values = {row[1]: _REQUIRED if row[2] == "none" else _OPTIONAL for row, _ in found}
        return Side(PAGE, values, {row[1]: f"{PAGE}:{number}" for row, number in found})

    @property
    def chart(self) -> Side:
        """Those that the chart gives, in its ConfigMap and its Secret."""
        places = dict.fromkeys(self._keys(MAP), MAP)
        places |= dict.fromkeys(self.secret.values, SECRET)
        if _RATES in self._files.text(MAP):
            values: Any = self._files.yaml(VALUES)
            with understanding(VALUES):
                rates = values["backend"]["config"]["rateLimits"]
                places |= {f"RATE_LIMIT_{_snake(name)}": VALUES for name in rates}
        return Side(CHART, dict.fromkeys(places, TOLD), places)

    @property
    def secret(self) -> Side:
        """Those that the chart gives in its Secret."""
        return Side(SECRET, dict.fromkeys(self._keys(SECRET), TOLD))

    @property
    def own_secret(self) -> Side:
        """Those that the deployer gives in the Secret that it makes in the place of the chart's."""
        names = [text for text in python.texts(self._files.python(DEPLOYER))
                 if _NAME.fullmatch(text)]  # fmt: skip
        return Side(DEPLOYER, dict.fromkeys(names, TOLD))

    @property
    def prefix(self) -> Side:
        """The path before the routes that the chart gives."""
        values: Any = self._files.yaml(VALUES)
        with understanding(VALUES):
            return Side(VALUES, {"": values["backend"]["config"]["apiPrefix"]})

    def _keys(self, template: str) -> list[str]:
        found = _KEY.findall(self._files.text(template))
        with understanding(template):
            if not found:
                raise LookupError("it gives no settings")
        return found


def rows(page: str) -> list[tuple[re.Match[str], int]]:
    """Return the rows of the page: name, default, and on which line."""
    lines = enumerate(page.splitlines(), 1)
    return [(match, number) for number, line in lines if (match := _ROW.match(line))]


def _has_default(value: Any) -> bool:
    """Tell whether ``= value`` of a setting is, or has, a default."""
    if value is None:
        return False
    is_field = getattr(getattr(value, "func", None), "id", "") == "Field"
    return not is_field or bool(value.args) or "default" in python.keywords(value)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()
