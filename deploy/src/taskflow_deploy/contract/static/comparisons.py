"""Which places have to say the same of what."""

from collections.abc import Callable
from dataclasses import dataclass

from taskflow_deploy.contract.static.places import Places
from taskflow_deploy.contract.static.sides import Side


@dataclass(frozen=True)
class Comparison:
    """Two sides that have to say the same; see :func:`.sides.compare`."""

    what: str
    one: Callable[[Places], Side]
    other: Callable[[Places], Side]
    mend: str = "Correct the one that is wrong."
    part: bool = False


_GENERATED = "Run make fmt: it writes the description anew from the code."
_ALL = "Name it in both, or in neither."
_RECORD = "Correct the one that is wrong, or record anew: make record."
_C = Comparison

# fmt: off
COMPARISONS = (
    _C("success status of", lambda p: p.code.statuses, lambda p: p.openapi.statuses, _GENERATED),
    _C("success status of", lambda p: p.code.statuses, lambda p: p.document.statuses, _ALL),
    _C("success status of", lambda p: p.code.statuses, lambda p: p.asked.statuses, _RECORD, True),
    _C("endpoint number", lambda p: p.document.numbers, lambda p: p.document.headings),
    _C("asking of", lambda p: p.asked.endpoints, lambda p: p.document.endpoints, _ALL, True),
    _C("asking of", lambda p: p.document.named, lambda p: p.asked.endpoints, _ALL, True),
    _C("answer of", lambda p: p.code.answers, lambda p: p.openapi.answers, _GENERATED),
    _C("answer of", lambda p: p.code.answers, lambda p: p.document.answers, part=True),
    _C("answer of", lambda p: p.code.answers, lambda p: p.asked.answers, _RECORD, True),
    _C("recorded step", lambda p: p.asked.steps, lambda p: p.asked.recorded, "make record"),
    _C("error code", lambda p: p.code.errors, lambda p: p.openapi.errors, _GENERATED),
    _C("error code", lambda p: p.code.codes, lambda p: p.document.codes, _ALL),
    _C("error code", lambda p: p.document.codes, lambda p: p.asked.codes, _RECORD, True),
    _C("path before the routes", lambda p: p.code.prefix, lambda p: p.environment.prefix),
    _C("port of the", lambda p: p.ports.exposed, lambda p: p.ports.started),
    _C("port of the", lambda p: p.ports.exposed, lambda p: p.ports.defaults),
    _C("port of the", lambda p: p.ports.exposed, lambda p: p.ports.upstream, part=True),
    _C("port of the", lambda p: p.ports.exposed, lambda p: p.ports.services),
    _C("port of the", lambda p: p.ports.exposed, lambda p: p.ports.containers),
    _C("port of the", lambda p: p.ports.exposed, lambda p: p.ports.told, part=True),
    _C("port of the", lambda p: p.ports.exposed, lambda p: p.ports.let_in),
    _C("port of the", lambda p: p.ports.exposed, lambda p: p.ports.let_out, part=True),
    _C("port of the", lambda p: p.ports.node, lambda p: p.ports.node_locally, part=True),
    _C("port of the", lambda p: p.ports.node, lambda p: p.ports.node_of_pages),
    _C("port of the", lambda p: p.ports.node, lambda p: p.ports.node_by_deployer),
    _C("port of the", lambda p: p.ports.metrics, lambda p: p.ports.metrics_documented),
    _C("setting", lambda p: p.environment.code, lambda p: p.environment.page, _ALL),
    _C("default of", lambda p: p.defaults.code, lambda p: p.defaults.page),
    _C("setting", lambda p: p.environment.read, lambda p: p.environment.chart, part=True),
    _C("setting", lambda p: p.environment.chart, lambda p: p.environment.required, part=True),
    _C("setting", lambda p: p.environment.secret, lambda p: p.environment.own_secret, _ALL),
)
# fmt: on
