"""Writes a run's own values as symbols, for people; no token is ever shown."""

from collections.abc import Iterable

from taskflow_deploy.verifier.answers import Answer
from taskflow_deploy.verifier.binding import Binder, pieces
from taskflow_deploy.verifier.recording import Recorded


def show(text: str, binder: Binder) -> str:
    """Return a text with known values as symbols, and no token in it."""
    written = []
    for piece in pieces(text, binder.words, binder.constants):
        if isinstance(piece, str):
            written.append(piece)
        elif piece.kind in binder.words or piece.kind == "token":
            written.append(binder.symbol(piece.text) or f"⟨{piece.kind}⟩")
        else:
            written.append(binder.symbol(piece.text) or piece.text)
    return "".join(written)


def recorded_text(recorded: Recorded) -> str:
    """Return a recorded answer as one text."""
    return _text(recorded.status, recorded.headers.items(), recorded.body)


def answer_text(answer: Answer, binder: Binder) -> str:
    """Return an answer as one text, with symbols."""
    headers = [(name, show(value, binder)) for name, value in sorted(answer.fields.items())]
    return _text(answer.status, headers, show(answer.text, binder))


def _text(status: int, headers: Iterable[tuple[str, str]], body: str) -> str:
    return "\n".join([str(status), *(f"{name}: {value}" for name, value in headers), "", body])
