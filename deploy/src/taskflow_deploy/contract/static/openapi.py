"""What the API's description for programs says."""

from collections.abc import Mapping
from typing import Any

from taskflow_deploy.contract.static.reading import Files, understanding
from taskflow_deploy.contract.static.shapes import NO_BODY, Shape, written
from taskflow_deploy.contract.static.sides import TOLD, Side

OPENAPI = "specs/001-k8s-deployment/contracts/openapi.json"


class OpenApi:
    """The description.

    Parameters
    ----------
    files
        The repository's files.
    """

    def __init__(self, files: Files) -> None:
        data = files.json(OPENAPI)
        statuses: dict[str, str] = {}
        answers: dict[str, str] = {}
        errors: dict[str, str] = {}
        with understanding(OPENAPI):
            self._schemas = data["components"]["schemas"]
            for path, operations in data["paths"].items():
                for method, operation in operations.items():
                    name = f"{method.upper()} {path}"
                    well = next(one for one in operation["responses"] if one.startswith("2"))
                    statuses[name] = well
                    answers[name] = self._answer(operation["responses"][well])
                    errors |= {f"{error} of {name}": TOLD
                               for error in _errors(operation["responses"])}  # fmt: skip
        self.statuses, self.answers, self.errors = (
            Side(OPENAPI, values) for values in (statuses, answers, errors)
        )

    def _answer(self, response: Mapping[str, Any]) -> str:
        if "content" not in response:
            return NO_BODY
        return written(self._shape(response["content"]["application/json"]["schema"]))

    def _shape(self, schema: Mapping[str, Any]) -> Shape:
        if "$ref" in schema:
            schema = self._schemas[schema["$ref"].rpartition("/")[2]]
        if schema.get("type") == "array":
            inner = self._shape(schema["items"])
            return None if inner is None else [inner]
        properties = schema.get("properties")
        return properties and {name: self._shape(each) for name, each in properties.items()}


def _errors(responses: Mapping[str, Any]) -> list[str]:
    """Return the codes of an operation with their statuses."""
    found = []
    for status, response in responses.items():
        for media in response.get("content", {}).values():
            codes = media.get("schema", {}).get("properties", {}).get("code", {}).get("enum", ())
            found += [f"{status} {code}" for code in codes]
    return found
