"""The assistant's endpoint."""

from fastapi import APIRouter

from src.api.deps import CallerDep, SessionDep, StateDep, TaskServiceDep
from src.api.responses import errors
from src.chatbot.api.schemas import ChatIn, ChatOut
from src.chatbot.services.conversations import ConversationService
from src.chatbot.services.turn import run_turn
from src.errors import codes

router = APIRouter(tags=["chat"])


@router.post("/chat", responses=errors(400, 401, 404, 413))
@codes(invalid="INVALID_MESSAGE", failed="CHAT_ERROR")
async def chat(
    body: ChatIn, caller: CallerDep, tasks: TaskServiceDep, session: SessionDep, state: StateDep
) -> ChatOut:
    """Say something to the assistant, which may work on the caller's tasks."""
    # The check of the token opened a transaction; the turn begins with one of its own.
    await session.commit()
    conversations = ConversationService(session, caller.id)
    turn = await run_turn(conversations, tasks, body.message, body.conversation_id, state.model)
    await session.commit()
    return ChatOut(
        conversation_id=turn.conversation_id, response=turn.response, tool_calls=turn.tool_calls
    )
