"""The offline assistant as a model: it calls tools and answers like any other."""

from collections.abc import Sequence
from typing import Any

from src.chatbot.services.offline import grammar, references, replies, transcript
from src.chatbot.services.offline.grammar import Add, Change, Complete, Delete, Intent, Show
from src.chatbot.services.offline.references import Ambiguous, Found
from src.chatbot.services.offline.transcript import Task, Transcript
from src.chatbot.services.protocol import Block, ModelMessage, ModelReply, ToolDefinition

_Call = tuple[str, dict[str, Any]]


class OfflineModel:
    """Understands plain English about tasks, without any network."""

    name = "offline assistant"

    async def reply(
        self,
        system: str,  # noqa: ARG002 - it has no use for instructions
        messages: Sequence[ModelMessage],
        tools: Sequence[ToolDefinition],  # noqa: ARG002 - its grammar knows them
    ) -> ModelReply:
        """Take the next step of the turn; see :class:`ChatModel`.

        First it looks the tasks up, where a sentence refers to one; then it
        does all that was asked; then it says what came of it.
        """
        seen = transcript.read(messages)
        intents = grammar.read(seen.request)
        if _needs_lookup(intents) and seen.listed is None:
            return _calling([("list_tasks", {})], len(messages))
        looked_up = 1 if _needs_lookup(intents) else 0
        if len(seen.outcomes) == looked_up:
            calls = [call for intent in intents for call in _calls(intent, seen)]
            if calls:
                return _calling(calls, len(messages))
        return ModelReply([{"type": "text", "text": _answer(intents, seen, looked_up)}])

    async def aclose(self) -> None:
        """Do nothing: there is no connection."""


def _needs_lookup(intents: Sequence[Intent]) -> bool:
    return any(isinstance(intent, Complete | Change | Delete) for intent in intents)


def _calling(calls: Sequence[_Call], position: int) -> ModelReply:
    blocks: list[Block] = [
        {"type": "tool_use", "id": f"offline_{position}_{number}", "name": name, "input": arguments}
        for number, (name, arguments) in enumerate(calls)
    ]
    return ModelReply(blocks, "tool_use")


def _calls(intent: Intent, seen: Transcript) -> list[_Call]:
    """Return the tool calls that do what one intent asks for."""
    match intent:
        case Add(title, description):
            noted = {"description": description} if description else {}
            return [("add_task", {"title": title, **noted})]
        case Show(which):
            return [("list_tasks", {"filter": which})]
        case Complete() | Change() | Delete():
            found = references.find(intent.reference, seen)
            return [_change(intent, task) for task in found.tasks] if isinstance(found, Found) else []
        case _:
            return []


def _change(intent: Complete | Change | Delete, task: Task) -> _Call:
    match intent:
        case Complete(_, completed):
            return ("complete_task", {"task_id": task["id"], "completed": completed})
        case Delete():
            return ("delete_task", {"task_id": task["id"]})
        case Change(_, title, description):
            given = {"title": title, "description": description}
            named = {name: value for name, value in given.items() if value is not None}
            return ("update_task", {"task_id": task["id"], **named})


def _answer(intents: Sequence[Intent], seen: Transcript, looked_up: int) -> str:
    done = iter(seen.outcomes[looked_up:])
    sentences: list[str] = []
    for intent in intents:
        calls = _calls(intent, seen)
        if isinstance(intent, Show):
            sentences.append(replies.task_list(next(done).value or [], intent.which))
        elif calls:
            sentences += [replies.outcome(next(done)) for _ in calls]
        else:
            sentences.append(_without_calls(intent, seen))
    short = all("\n" not in sentence for sentence in sentences)
    return (" " if short else "\n\n").join(sentences)


def _without_calls(intent: Intent, seen: Transcript) -> str:
    match intent:
        case grammar.Help():
            return replies.HELP
        case grammar.Greet():
            return replies.GREETING
        case grammar.Thank():
            return replies.WELCOME
        case Complete() | Change() | Delete():
            found = references.find(intent.reference, seen)
            tasks = seen.listed or []
            if isinstance(found, Ambiguous):
                return replies.which_one(intent.reference, found.tasks)
            return replies.no_such(intent.reference, tasks)
        case _:
            text = intent.text if isinstance(intent, grammar.Unclear) else ""
            return replies.unclear(text)
