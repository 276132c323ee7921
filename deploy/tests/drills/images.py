"""Drills of checkpoints two and three: images that cannot be built, or are others in the node."""

from tests.drills import node_faults
from tests.drills.drill import Drill
from tests.drills.faults import replaced, without

_BUILT, _LOADED = "built", "loaded"
_DOCKERFILE = "docker/backend.Dockerfile"
_NO_BACKEND = r"The image taskflow-backend could not be built: .*"
_STALE = r"The node has sha256:\w{64} as taskflow-backend:\w{12}, but sha256:\w{64} was built\."

DRILLS = (
    Drill(
        _BUILT, "a Dockerfile that does not parse",
        replaced(_DOCKERFILE, "WORKDIR /app\n", "WORKDIRECTORY /app\n"), 30,
        _NO_BACKEND + r"unknown instruction: WORKDIRECTORY", quick=True,
    ),
    Drill(
        _BUILT, "a step of the build fails",
        replaced(_DOCKERFILE, "RUN touch /dev/begin", "RUN echo drilled && exit 7 && touch /x"), 30,
        _NO_BACKEND + r"exit code: 7",
    ),
    Drill(
        _BUILT, "a dependency of a version that there is none of",
        replaced("backend/requirements.txt", "anyio==", "anyio==99.0."), 30,
        _NO_BACKEND + r"(anyio==99\.0|exit code: 1)",
    ),
    Drill(
        _BUILT, "a file that is copied is not there", without("backend/alembic.ini"), 30,
        _NO_BACKEND + r"alembic\.ini.*not found",
    ),
    Drill(
        _BUILT, "a page of the frontend does not compile",
        replaced("frontend/src/app/page.tsx", "export default", "export default default"), 30,
        r"The image taskflow-frontend could not be built: .*exit code: 1",
    ),
    Drill(
        _BUILT, "a file is saved while it is built", node_faults.saved_while_built, 26,
        r"The sources of taskflow-backend were changed while it was built\.",
    ),
    Drill(
        _LOADED, "another image in the node under the right tag", node_faults.stale_image, 35,
        _STALE, quick=True,
    ),
    Drill(
        _LOADED, "the same, seen by a rehearsal", node_faults.stale_image, 35,
        _STALE, words=("up", "--dry-run"),
    ),
    Drill(
        _LOADED, "the same, where the chart is to be deployed only", node_faults.stale_image, 35,
        _STALE, words=("up", "--yes", "--from", "chart"),
    ),
    Drill(
        _LOADED, "the record of builds names another image", node_faults.other_record, 35,
        _STALE,
    ),
    Drill(
        _LOADED, "an image was removed from the node, and nothing is to be built",
        node_faults.removed_image, 30,
        r"These images are not built yet: taskflow-backend:\w{12}",
        words=("up", "--yes", "--from", "loaded"),
    ),
)  # fmt: skip
