"""What a drill is."""

from dataclasses import dataclass

from tests.drills.faults import Fault

CHECKPOINTS = ("prerequisites", "built", "loaded", "chart", "pods", "contract")
_CHANGES_THE_RELEASE = {"pods", "contract"}


@dataclass(frozen=True)
class Drill:
    """One fault, and what the deployer must do about it.

    Attributes
    ----------
    checkpoint
        Which one it is about.
    broken
        What is broken, for people.
    fault
        Breaks it.
    code
        The command's exit code.
    cause
        A pattern of the headline: the first cause, with the file, pod or endpoint.
    words
        The command.
    kind
        Of the first cause in the evidence; ``error`` where no pod has one.
    prints_environment
        Whether what is deployed prints every variable that it has.
    quick
        Whether it is one of the short form.
    """

    checkpoint: str
    broken: str
    fault: Fault
    code: int
    cause: str
    words: tuple[str, ...] = ("up", "--yes")
    kind: str = "error"
    prints_environment: bool = False
    quick: bool = False

    @property
    def id(self) -> str:
        """A name for the test."""
        return f"{self.checkpoint}: {self.broken}"

    @property
    def undone(self) -> bool:
        """Whether the release is changed, so that evidence is taken and the change undone."""
        return self.checkpoint in _CHANGES_THE_RELEASE
