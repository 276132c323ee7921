"""The assistant's endpoint."""

from fastapi import APIRouter, Response

from src.api import idempotency
from src.api.deps import CallerDep, StateDep
from src.api.idempotency import KeyDep
from src.api.limits import LimitsDep
from src.api.responses import CALLER, errors, gives
from src.chatbot.api.schemas import EXAMPLE, ChatIn, ChatOut
from src.chatbot.services.conversations import ConversationService
from src.chatbot.services.turn import TURN_SECONDS, run_turn
from src.errors import codes
from src.services.idempotency import KeyedRequest, Transaction
from src.services.tasks import TaskService

router = APIRouter(tags=["chat"])

# A turn, and what it takes to keep it.
_SECONDS = TURN_SECONDS + 5


@router.post(
    "/chat",
    response_model=ChatOut,
    responses={
        **gives(200, EXAMPLE, "What the assistant answered.", "Idempotency-Replayed"),
        **errors(
            "INVALID_MESSAGE",
            *CALLER,
            "CONVERSATION_NOT_FOUND",
            "USER_NOT_FOUND",
            "RATE_LIMITED",
            failed="CHAT_ERROR",
        ),
    },
)
@codes(invalid="INVALID_MESSAGE", failed="CHAT_ERROR")
async def chat(
    body: ChatIn, caller: CallerDep, state: StateDep, limits: LimitsDep, key: KeyDep = None
) -> Response:
    """Say something to the assistant, which may work on the caller's tasks."""
    await limits.take("chat", str(caller.user_id))

    async def work(session: Transaction) -> bytes:
        turn = await run_turn(
            ConversationService(session, caller.user_id),
            TaskService(session, caller.user_id),
            body.message,
            body.conversation_id,
            state.model,
            state.drain,
        )
        answer = ChatOut(
            conversation_id=turn.conversation_id, response=turn.response, tool_calls=turn.tool_calls
        )
        return answer.model_dump_json().encode()

    content = body.model_dump_json().encode()
    request = KeyedRequest(caller.user_id, "POST /chat", key, content, _SECONDS) if key else None
    return await idempotency.answer(state, request, 200, work)
