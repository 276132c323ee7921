"""What asking a program for advice has in common with asking another."""

import json

from taskflow_deploy.explain.advice import SCHEMA
from taskflow_deploy.runner import Completed

ANSWER_FORM = (
    "Use no tool. Answer with one JSON object and nothing else, that fits this JSON Schema: "
    + json.dumps(SCHEMA, separators=(",", ":"))
)
_LETTERS = 200


def said(done: Completed) -> str:
    """Return the last line that a program said, for people."""
    lines = [line.strip() for line in done.tail if line.strip()]
    return (lines or [f"exit code {done.code}"])[-1][:_LETTERS]
