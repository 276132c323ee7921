"""What the offline assistant remembers of its last answer, kept in a block of its own."""

from dataclasses import dataclass, replace
from typing import Any, Literal, Self

from src.chatbot.protocol import OWN_BLOCK, Block

MEMORY = f"{OWN_BLOCK}memory"

Verb = Literal["complete", "reopen", "delete", "title", "description"]


@dataclass(frozen=True)
class Question:
    """What it asked and waits for: which of the tasks, or whether all of them.

    Attributes
    ----------
    kind
        ``which`` waits for a choice, ``sure`` for a yes.
    verb
        What to do with the tasks then; ``title`` and ``description`` change it
        to ``value``.
    ids
        The tasks in question.
    """

    kind: Literal["which", "sure"]
    verb: Verb
    ids: tuple[str, ...]
    value: str = ""


@dataclass(frozen=True)
class Memory:
    """What words such as "it" and numbers refer to.

    Attributes
    ----------
    shown
        The tasks of the last numbered list, in its order.
    focus
        The tasks named last.
    question
        What it asked, if its last answer was a question.
    """

    shown: tuple[str, ...] = ()
    focus: tuple[str, ...] = ()
    question: Question | None = None

    def with_list(self, ids: tuple[str, ...]) -> Self:
        """Return the memory after a numbered list was shown."""
        focus = ids if len(ids) == 1 else self.focus
        return replace(self, shown=ids, focus=focus)

    def to_block(self) -> Block:
        """Return the block that is kept with the answer."""
        question = self.question
        return {
            "type": MEMORY,
            "shown": list(self.shown),
            "focus": list(self.focus),
            "question": None if question is None else {**vars(question), "ids": [*question.ids]},
        }

    @classmethod
    def from_block(cls, block: Block) -> Self:
        """Return the memory that a block keeps."""
        question: dict[str, Any] | None = block["question"]
        return cls(
            shown=tuple(block["shown"]),
            focus=tuple(block["focus"]),
            question=Question(**{**question, "ids": tuple(question["ids"])}) if question else None,
        )
