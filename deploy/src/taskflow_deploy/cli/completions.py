"""What may stand in the place of a word that is being completed.

A shell asks at every press of a key, so nothing here asks a program or reads much; and a shell
shows whatever goes wrong in the middle of what is typed, so whatever goes wrong gives no word.
"""

from collections.abc import Iterable

from taskflow_deploy.errors import DeployError

SHELLS = ("bash", "zsh", "fish")
CHECKPOINTS = ("prerequisites", "built", "loaded", "chart", "pods", "contract")
"""Their ids; the pipeline itself takes too long to import."""

HELPERS = ("claude", "kubectl-ai", "gordon")
"""Of ``explain --ai``."""
_CLUSTERS = ("auto", "embedded", "minikube")
Words = list[tuple[str, str]]
"""Each word with a few words about it; empty where it says enough itself."""


def shells(incomplete: str) -> Words:
    """Return the shells that are known."""
    return _beginning(incomplete, ((name, "") for name in SHELLS))


def clusters(incomplete: str) -> Words:
    """Return the kinds of cluster."""
    return _beginning(incomplete, ((name, "") for name in _CLUSTERS))


def checkpoints(incomplete: str) -> Words:
    """Return the ids of the checkpoints, in their order."""
    return _beginning(incomplete, ((name, "") for name in CHECKPOINTS))


def revisions(incomplete: str) -> Words:
    """Return the revisions that were verified, the newest first, and when that was."""
    from taskflow_deploy import records
    from taskflow_deploy.paths import current_paths

    try:
        found = records.all_verified(current_paths())
    except (DeployError, OSError, ValueError, TypeError):
        return []
    told = ((str(one.revision), f"verified {one.at}".rstrip()) for one in reversed(found))
    return _beginning(incomplete, told)


def evidence(incomplete: str) -> Words:
    """Return the names of kept evidence, the newest first."""
    from taskflow_deploy.paths import current_paths

    try:
        folder = current_paths().state / "evidence"
        names = sorted((entry.name for entry in folder.iterdir() if entry.is_dir()), reverse=True)
    except (DeployError, OSError):
        return []
    return _beginning(incomplete, ((name, "") for name in names))


def explained(incomplete: str) -> Words:
    """Return what can be explained: kept evidence, the newest first, and what there is now."""
    names = (("latest", "the newest evidence"), ("now", "what is ill now"))
    return [*evidence(incomplete), *_beginning(incomplete, names)]


def helpers(incomplete: str) -> Words:
    """Return the AI helpers."""
    return _beginning(incomplete, ((name, "") for name in HELPERS))


def log_parts(incomplete: str) -> Words:
    """Return what there are logs of."""
    from taskflow_deploy.logs.files import log_files
    from taskflow_deploy.paths import current_paths

    pods = (("backend", "pods"), ("frontend", "pods"), ("migrations", "pods"))
    try:
        files = sorted(log_files(current_paths()))
    except (DeployError, OSError):
        files = []
    return _beginning(incomplete, (*pods, *((name, "on this machine") for name in files)))


def _beginning(incomplete: str, words: Iterable[tuple[str, str]]) -> Words:
    return [word for word in words if word[0].startswith(incomplete)]
