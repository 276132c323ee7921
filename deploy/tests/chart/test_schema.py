"""What values the chart takes and what it refuses: Helm judges."""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import yaml

from tests.chart.helm import CHART, GIVEN, Helm, Object, Values, default_values, nested
from tests.chart.refused_values import REFUSED, Refused

_PORT = "frontend.service.nodePort"
_CORS = "backend.config.corsOrigins"
_SCHEMA: Object = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
# Where a rule's own parts stand: its subschemas, not its arguments.
_GROUPS, _PARTS = (
    ("properties", "patternProperties", "definitions"),
    ("items", "additionalProperties", "then"),
)
_RULES = {
    "additionalProperties", "const", "enum", "maxLength", "maximum", "minLength", "minProperties",
    "minimum", "not", "pattern", "required", "type",
}  # fmt: skip
_SILENT = {"$schema", "$ref", "title", "description", "if"}
# Values are always a mapping, and what Helm adds to those of a subchart is not ours.
_UNREACHABLE = {("type",), ("properties", "global", "type")}


def test_an_unknown_name_is_refused_at_every_level(helm: Helm) -> None:
    mappings, _ = default_values()
    refusal = helm.refusal({**GIVEN, **unknown_names()})
    refused = re.findall(r"at '(.*)': additional properties 'surprise' not allowed", refusal)
    assert {place.strip("/").replace("/", ".") for place in refused} == {"", *mappings}


def test_the_wrong_kind_is_refused_for_every_value(helm: Helm) -> None:
    _, leaves = default_values()
    refusal = helm.refusal(wrong_kinds())
    refused = re.findall(r"at '(.*)': (?:got (?:array|string)|value must be)", refusal)
    assert {place.strip("/").replace("/", ".") for place in refused} == set(leaves)


def test_no_value_may_be_taken_away_but_the_node_port(helm: Helm) -> None:
    _, leaves = default_values()
    refusal = helm.refusal(dict.fromkeys(leaves, None))
    named = set(re.findall(r"'([A-Za-z-]+)'(?:,|$)", refusal, re.MULTILINE))
    assert named == {name.rsplit(".", 1)[-1] for name in leaves} - {"nodePort"}


def test_no_group_of_values_may_be_taken_away(helm: Helm) -> None:
    mappings, _ = default_values()
    for batch in apart([Refused(name, None) for name in sorted(mappings)]):
        refusal = helm.refusal(batch)
        missing = " ".join(re.findall(r"missing propert(?:y|ies) (.*)", refusal))
        assert [name for name in batch if f"'{name.rsplit('.', 1)[-1]}'" not in missing] == []


def test_a_bad_value_is_refused_by_name(helm: Helm) -> None:
    for batch in apart(REFUSED):
        refusal = helm.refusal({**GIVEN, **batch})
        places = {place.replace("/", ".")[1:] for place in re.findall(r"at '(/.*?)':", refusal)}
        asked = [row for row in REFUSED if batch.get(row.name) is row.value]
        assert [row for row in asked if row.place not in places] == [], refusal


def test_there_is_a_bad_value_for_every_rule() -> None:
    mappings, leaves = default_values()
    cases: list[Values] = [{row.name: row.value} for row in REFUSED]
    cases += [{name: "a text"} for name in mappings]
    cases += [{name: None} for name in (*mappings, *leaves)]
    cases += [unknown_names(), wrong_kinds()]
    validator = jsonschema_rs.Draft7Validator(_SCHEMA)
    broken = {
        tuple(error.schema_path) for case in cases for error in validator.iter_errors(merged(case))
    }
    assert set(rules(_SCHEMA)) - _UNREACHABLE == broken


def test_the_schema_is_strict_and_needs_no_network() -> None:
    for place, schema in subschemas(_SCHEMA):
        if "properties" in schema:
            assert schema["additionalProperties"] is False, place
        assert schema.get("$ref", "#/definitions/").startswith("#/definitions/")
        # Draft 7 does not heed what stands beside a reference.
        assert "$ref" not in schema or schema.keys() == {"$ref"}, place


@pytest.mark.parametrize("component", ["backend", "frontend"])
def test_the_tag_latest_is_refused(helm: Helm, component: str) -> None:
    refusal = helm.refusal({**GIVEN, f"{component}.image.tag": "latest"})
    assert f"{component}.image.tag is latest: name the version to run, such as 1.0.0" in refusal


@pytest.mark.parametrize(
    "values",
    [
        {_PORT: 30000},
        {_PORT: 32767},
        {_CORS: ""},
        {_CORS: "https://tasks.example, http://192.168.49.2:30300"},
        {"backend.image.repository": "localhost:5000/team/taskflow-backend"},
        {"backend.image.repository": "ghcr.io/team/task_flow.backend"},
        {"backend.image.tag": "latest-but-one"},
        {"backend.image.digest": f"sha256:{'0123456789abcdef' * 4}"},
        {"backend.resources.requests.cpu": "1", "backend.resources.limits.cpu": "1.5"},
        {"backend.resources.limits.memory": "1.5Gi"},
        {"backend.resources.limits.ephemeral-storage": "1Gi"},
        {"commonLabels": {"example.com/team": "tasks", "empty": ""}},
        {"networkPolicy.extraEgress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}, {}]},
        {"networkPolicy.metricsFrom": [{"namespaceSelector": {}, "podSelector": {}}]},
        {"global.anything": "a parent chart's"},
    ],
    ids=str,
)
def test_a_good_value_is_taken(helm: Helm, values: Values) -> None:
    assert helm.render({**GIVEN, **values}).of_kind("Deployment")


def unknown_names() -> Values:
    """Return a value that no schema knows, for every group of values."""
    mappings, _ = default_values()
    return {**{f"{name}.surprise": 1 for name in mappings}, "surprise": 1}


def wrong_kinds() -> Values:
    """Return a value of another kind for every value."""
    _, leaves = default_values()
    return {
        name: "a text" if isinstance(value, list) else ["a list"] for name, value in leaves.items()
    }


def apart(rows: list[Refused]) -> Iterator[dict[str, Any]]:
    """Yield values to try at once: no two of the same name, nor one within another."""
    left = list(rows)
    while left:
        batch: dict[str, Any] = {}
        for row in list(left):
            if not any(
                f"{row.name}.".startswith(f"{name}.") or f"{name}.".startswith(f"{row.name}.")
                for name in batch
            ):
                batch[row.name] = row.value
                left.remove(row)
        yield batch


def merged(values: Values) -> Object:
    """Return the default values with others over them; None takes a value away."""
    root: Object = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))

    def merge(target: Object, source: Object) -> None:
        for key, value in source.items():
            if value is None:
                del target[key]
            elif isinstance(value, dict) and isinstance(target.get(key), dict):
                merge(target[key], value)
            else:
                target[key] = copy.deepcopy(value)

    merge(root, nested(values))
    return root


def subschemas(
    schema: Object, place: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Object]]:
    """Yield each schema within a schema with its place, and itself."""
    yield place, schema
    parts: list[tuple[tuple[str, ...], Any]]
    parts = [((part,), schema[part]) for part in _PARTS if part in schema]
    for group in _GROUPS:
        parts += [((group, name), each) for name, each in schema.get(group, {}).items()]
    for below, each in parts:
        if isinstance(each, dict):
            yield from subschemas(each, (*place, *below))


def rules(schema: Object) -> Iterator[tuple[str, ...]]:
    """Yield the place of everything that a value can be refused for."""
    for place, each in subschemas(schema):
        unknown = each.keys() - _RULES - _SILENT - {*_GROUPS, *_PARTS}
        assert unknown == set(), f"{place} has what this test does not know"
        for rule in each.keys() & _RULES:
            if not isinstance(each[rule], dict) or rule == "not":
                yield (*place, rule)
        for name, allowed in each.get("patternProperties", {}).items():
            assert allowed is False
            yield (*place, "patternProperties", name)
