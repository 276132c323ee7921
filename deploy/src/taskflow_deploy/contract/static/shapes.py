"""The keys of a JSON value as one text, in their order: what two descriptions are compared by."""

from typing import Any

NO_BODY = "no body"
Shape = Any
"""Objects by key, a list of one, or None for what has no keys."""


def of(value: Any) -> Shape:
    """Return the shape of a JSON value."""
    if isinstance(value, dict):
        return {key: of(inner) for key, inner in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [of(value[0])]
    return None


def written(shape: Shape) -> str:
    """Return a shape as a text such as ``user(id, email), token``."""
    if isinstance(shape, list):
        return f"[{written(shape[0])}]"
    if not isinstance(shape, dict):
        return "no keys"
    return ", ".join(f"{key}({written(inner)})" if inner is not None else key
                     for key, inner in shape.items())  # fmt: skip
