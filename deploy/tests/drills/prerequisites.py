"""Drills of checkpoint one: the machine, the cluster and the database."""

from tests.drills import node_faults
from tests.drills.chart import LOCAL_VALUES
from tests.drills.drill import Drill
from tests.drills.faults import replaced, variables

_AT = "prerequisites"
_PORT = 30399
_MISSING = "/nowhere/certificates.pem"
_TAG = "drilled"
_ASKS_FOR_MUCH = (
    "backend:\n  resources: {requests: {cpu: '64', memory: 256Mi},"
    " limits: {cpu: '64', memory: 512Mi}}\n"
)

DRILLS = (
    Drill(
        _AT, "the node port belongs to another service", node_faults.taken_port(_PORT), 14,
        rf"Node port {_PORT} belongs to the service drill\.", quick=True,
    ),
    Drill(
        _AT, "a database that does not let us in", node_faults.own_database(), 17,
        r"The database of DATABASE_URL does not let us in: InvalidAuthorization",
    ),
    Drill(
        _AT, "nothing listens where the database should be", node_faults.own_database(port=9), 17,
        r"The database of DATABASE_URL does not let us in: ConnectionRefusedError\.",
    ),
    Drill(
        _AT, "a kubeconfig of another cluster, at our address", node_faults.foreign_authority, 15,
        r"The context taskflow-embedded is refused: its certificate authority is not the node's",
    ),
    Drill(
        _AT, "a variable names certificates that are not there",
        variables(SSL_CERT_FILE=_MISSING), 2,
        rf"SSL_CERT_FILE names {_MISSING}, which cannot be read\.",
    ),
    Drill(
        _AT, "the sources are not those of the frozen tag",
        node_faults.changed_since_tag(_TAG, "backend/src/drain.py"), 26,
        rf"The app's sources are not those of {_TAG}: backend/src/drain\.py differ\.",
        words=("up", "--yes", "--frozen", _TAG),
    ),
    Drill(
        _AT, "a compiled program cannot be run", node_faults.program_that_cannot_run, 20,
        r"/kubectl cannot be run: Permission denied\.",
    ),
    Drill(
        _AT, "the pods ask for more than the node has",
        replaced(LOCAL_VALUES, "backend:\n", _ASKS_FOR_MUCH), 24,
        r"The pods find no place: the pods ask for 64\.25 cores",
    ),
    Drill(
        _AT, "a signing secret that is too short", variables(BETTER_AUTH_SECRET="too-short-secret"),
        18, r"BETTER_AUTH_SECRET must be at least 32 characters",
    ),
)  # fmt: skip
