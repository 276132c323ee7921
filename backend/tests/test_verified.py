"""The whole contract, with Claude in the place of the offline assistant: byte for byte the same."""

import json
import re
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest

from taskflow_deploy.contract.verify import Knowledge, asked, recorded, subject
from taskflow_deploy.verifier.report import Report
from taskflow_deploy.verifier.verify import calibrate, verify
from tests.conftest import SECRET
from tests.faults.backend import Backend, backend
from tests.standin.replies import Reply, call, say, use
from tests.standin.rules import JsonObject
from tests.standin.server import KEY, StandIn

_PLANTS = re.compile(r'"id\\?":\s*\\?"([0-9a-f-]{36})\\?"[^{}]*water')
_TURNS = ("add water the plants", "show my tasks", "complete water the plants",
          "rename water the plants to water the roses", "delete water the roses",
          "add feed the cat")  # fmt: skip


def _speak(request: JsonObject) -> Reply:
    """Do what was said last with a tool, and then say so."""
    last = request["messages"][-1]["content"]
    blocks = last if isinstance(last, list) else [{"type": "text", "text": last}]
    if blocks[-1]["type"] == "tool_result":
        return say("It is done, as you asked.")
    said = blocks[-1]["text"]
    told = json.dumps(request["messages"], ensure_ascii=False).replace("\\\\", "\\")
    ids = _PLANTS.findall(told)
    turns: dict[str, tuple[str, dict[str, Any]]] = {
        _TURNS[0]: ("add_task", {"title": "water the plants"}),
        _TURNS[1]: ("list_tasks", {}),
        _TURNS[2]: ("complete_task", {"task_id": ids[-1] if ids else ""}),
        _TURNS[3]: ("update_task", {"task_id": ids[-1] if ids else "", "title": "water the roses"}),
        _TURNS[4]: ("delete_task", {"task_id": ids[-1] if ids else ""}),
        _TURNS[5]: ("add_task", {"title": "feed the cat"}),
    }
    name, arguments = turns[said]
    return use(call(name, **arguments))


def _served(database_url: str, api: StandIn) -> AbstractContextManager[Backend]:
    return backend(database_url, anthropic_api_key=KEY, anthropic_base_url=api.url,
                   environment="local")  # fmt: skip


@pytest.mark.timeout(240)
def test_claude_is_compared_by_its_stand_in_and_loosely_where_it_is_real(
    database_url: str,
) -> None:
    with StandIn() as api, _served(database_url, api) as served:
        url = f"http://127.0.0.1:{served.port}"
        strict = subject(url, Knowledge(key=SECRET))
        api.script(*[_speak] * 14 * 4)
        recording, itself = calibrate(asked(), strict)
        assert itself.passed, itself.explanation
        assert "It is done" in recording.answers["talk, rename"].body

        again = verify(asked(), recording, strict, "the stand-in")
        assert again.passed, again.explanation

        def compared(*, live: bool) -> Report:
            return verify(asked(), recorded(), replace(strict, model_is_live=live), "offline")

        loose = compared(live=True)
        assert loose.passed, loose.explanation
        assert (api.refused, api.left) == ([], 0)

        api.script(*[_speak] * 14)
        first = compared(live=False).first
    assert (first.endpoint, first.place) == ("POST /api/v1/chat", "body.response")
    assert "It is done" in first.found
