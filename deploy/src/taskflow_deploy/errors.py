"""Every way the deployer can end, each with an exit code of its own.

Codes are part of the interface: scripts rely on them, so none is ever re-used.
0 success, 1 a fault of ours, 2 wrong usage, 10 to 29 the machine and its input,
30 to 69 a checkpoint (the tens digit is the checkpoint), 70 to 79 the cluster,
130 interrupted.
"""

from collections.abc import Sequence


class DeployError(Exception):
    """An expected failure: what happened and what to do about it.

    Parameters
    ----------
    message
        What happened, one line.
    resolution
        What the reader can do, one line, with the command where there is one.
    details
        Further lines, such as the tail of a log.
    mend
        The command that mends it, ready to be typed, where there is one.
    """

    exit_code = 1

    def __init__(
        self,
        message: str,
        resolution: str = "",
        details: Sequence[str] = (),
        *,
        mend: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.resolution = resolution
        self.details = list(details)
        self.mend = mend


class UsageError(DeployError):
    """The command line or a setting is wrong."""

    exit_code = 2


class NotRootError(DeployError):
    """The embedded cluster needs root."""

    exit_code = 10


class UnsupportedSystemError(DeployError):
    """The operating system is not one that the embedded cluster runs on."""

    exit_code = 11


class DiskSpaceError(DeployError):
    """Too little free disk space."""

    exit_code = 12


class RegistryError(DeployError):
    """A package registry cannot be reached."""

    exit_code = 13


class PortInUseError(DeployError):
    """A port or address that we need belongs to another program."""

    exit_code = 14


class ContextRefusedError(DeployError):
    """The Kubernetes context is not one of ours, so nothing is written to it."""

    exit_code = 15


class DatabaseUrlError(DeployError):
    """DATABASE_URL cannot be understood."""

    exit_code = 16


class DatabaseUnreachableError(DeployError):
    """The database does not answer, or refuses us."""

    exit_code = 17


class SecretError(DeployError):
    """A secret is missing, too short or a placeholder."""

    exit_code = 18


class BusyError(DeployError):
    """Another command is at work on the same instance."""

    exit_code = 19


class ToolMissingError(DeployError):
    """A program that we need is not installed."""

    exit_code = 20


class CommandError(DeployError):
    """A program that we ran failed, and no more precise error applies."""

    exit_code = 21


class PackagesError(DeployError):
    """The distribution's packages could not be installed."""

    exit_code = 22


class ComponentBuildError(DeployError):
    """A component of the embedded cluster could not be compiled."""

    exit_code = 23


class ResourcesError(DeployError):
    """The machine or the node has too few processors, too little memory, or a wrong clock."""

    exit_code = 24


class ForbiddenError(DeployError):
    """The cluster does not let us make what the chart holds."""

    exit_code = 25


class SourcesError(DeployError):
    """The app's sources are not what was asked for, or changed while they were deployed."""

    exit_code = 26


class ImageBuildError(DeployError):
    """Checkpoint two: an image could not be built."""

    exit_code = 30


class ImageLoadError(DeployError):
    """Checkpoint three: an image is not in the cluster, or is another one."""

    exit_code = 35


class ChartError(DeployError):
    """Checkpoint four: the chart does not lint or render."""

    exit_code = 40


class PodsError(DeployError):
    """Checkpoint five: pods did not become ready."""

    exit_code = 50


class InstallError(DeployError):
    """Checkpoint five: Helm could not install the chart."""

    exit_code = 51


class ContractError(DeployError):
    """Checkpoint six: the running system does not keep its contract."""

    exit_code = 60


class LimitError(DeployError):
    """Checkpoint six: the running system is slower or larger than it may be."""

    exit_code = 61


class CalibrationError(DeployError):
    """`verify`: the reference differs from itself, or cannot be recorded."""

    exit_code = 62


class DisagreementError(DeployError):
    """`verify --static`: code, documents, chart and settings do not agree."""

    exit_code = 63


class UndoError(DeployError):
    """A checkpoint failed and the undo failed as well."""

    exit_code = 69


class ClusterError(DeployError):
    """The local Kubernetes does not start, stop or answer."""

    exit_code = 70


class ClusterNotRunningError(DeployError):
    """The command needs a running cluster and there is none."""

    exit_code = 71


class InterruptedByUserError(DeployError):
    """Ctrl-C."""

    exit_code = 130
