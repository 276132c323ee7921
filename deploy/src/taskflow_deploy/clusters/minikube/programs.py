"""Runs Minikube and Docker, never with the user's own kubeconfig."""

from collections.abc import Sequence
from pathlib import Path

from taskflow_deploy.clusters.minikube.commands import PROFILE
from taskflow_deploy.errors import ClusterError, CommandError
from taskflow_deploy.runner import Completed, run


class Programs:
    """Runs programs for one kubeconfig.

    Parameters
    ----------
    kubeconfig
        Minikube writes its context where KUBECONFIG points, so ``~/.kube/config``
        stays untouched.
    """

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig

    def run(
        self, command: Sequence[str], *, check: bool = True, seconds: float | None = None
    ) -> Completed:
        """Run a program to its end.

        Raises
        ------
        ToolMissingError, CommandError
            As :func:`taskflow_deploy.runner.run` does.
        """
        return run(command, env={"KUBECONFIG": str(self.kubeconfig)}, check=check, timeout=seconds)

    def ask(self, what: str, command: Sequence[str]) -> str:
        """Return the one line that a program prints.

        Raises
        ------
        ClusterError
            It failed, or printed nothing: ``what`` of the node is not to be had.
        """
        try:
            answer, details = self.run(command).stdout.strip(), []
        except CommandError as error:
            answer, details = "", error.details
        if not answer:
            raise ClusterError(
                f"The {what} of Minikube's node is not to be had.",
                f"See minikube status -p {PROFILE}, then run ./taskflow cluster start.",
                details,
            )
        return answer
