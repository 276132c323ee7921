"""Counts the bytes of answers, and which of them were held against the reference."""

from dataclasses import dataclass

from taskflow_deploy.verifier.answers import Answer


@dataclass
class Counts:
    """Bytes of bodies, of headers' values, and of what tokens claim.

    Attributes
    ----------
    given
        All that were answered.
    compared
        Those that had to be the reference's.
    bound
        Those of values that had to come back wherever the reference's did.
    """

    given: int = 0
    compared: int = 0
    bound: int = 0

    @property
    def ignored(self) -> int:
        """Those that nobody looked at: a difference hides what comes after it in its text."""
        return self.given - self.compared - self.bound

    @property
    def figures(self) -> str:
        """All of them, in one line."""
        return f"{self.compared:,} bytes compared, {self.bound:,} bound, {self.ignored:,} ignored"

    @property
    def data(self) -> dict[str, int]:
        """What a report as data says of them."""
        return {"compared": self.compared, "bound": self.bound, "ignored": self.ignored}

    def receive(self, answer: Answer) -> None:
        """Count an answer, whatever is done with it then."""
        self.given += len(answer.body) + sum(size(value) for value in answer.fields.values())


def size(text: str) -> int:
    """Return how many bytes a text had; what was no UTF-8 is kept in it."""
    return len(text.encode("utf-8", "surrogateescape"))
