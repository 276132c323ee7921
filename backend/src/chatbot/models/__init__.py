"""Tables of the assistant."""

from src.chatbot.models.conversation import Conversation
from src.chatbot.models.message import Message

__all__ = ["Conversation", "Message"]
