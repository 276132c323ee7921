"""Chooses the model: Claude where there is a key, the offline assistant where there is none."""

from src.chatbot.services.claude import ClaudeModel
from src.chatbot.services.offline.model import OfflineModel
from src.chatbot.services.protocol import ChatModel
from src.config import Settings


def build_chat_model(settings: Settings) -> ChatModel:
    """Return the model that the settings ask for."""
    if settings.anthropic_api_key.get_secret_value():
        return ClaudeModel(settings)
    return OfflineModel()
