"""The offline assistant as a chat model."""

from src.chatbot.protocol import Block, ModelReply, ModelRequest
from src.chatbot.services.offline import grammar, transcript
from src.chatbot.services.offline.transcript import Transcript
from src.chatbot.services.offline.worker import Call, Worker


class OfflineModel:
    """Understands plain English about tasks, without a network. It keeps nothing itself."""

    @property
    def name(self) -> str:
        """What it is called."""
        return "offline assistant"

    async def reply(self, request: ModelRequest) -> ModelReply:
        """Take the next step of the turn; see :class:`ChatModel`.

        The steps that were taken are gone through again with what the tools gave
        then: the same words lead to the same steps.
        """
        turn = transcript.read(request.messages)
        worker = Worker(turn.memory)
        steps = worker.work(grammar.read(turn.request))
        try:
            calls = next(steps)
            for outcomes in turn.rounds:
                calls = steps.send(outcomes)
        except StopIteration as stop:
            said: Block = {"type": "text", "text": stop.value}
            return ModelReply([said, worker.memory.to_block()], "end_turn")
        return ModelReply(_tool_uses(calls, turn), "tool_use")

    async def aclose(self) -> None:
        """Do nothing: there is no connection."""


def _tool_uses(calls: list[Call], turn: Transcript) -> list[Block]:
    return [
        {
            "type": "tool_use",
            "id": transcript.call_id(number),
            "name": call.name,
            "input": call.arguments,
        }
        for number, call in enumerate(calls, start=turn.next_id)
    ]
