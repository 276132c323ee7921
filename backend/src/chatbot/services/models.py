"""Chooses the model: Claude where there is a key, the offline assistant where there is none."""

from src.chatbot.protocol import ChatModel
from src.chatbot.services.offline.model import OfflineModel
from src.config import Settings


def build_chat_model(settings: Settings) -> ChatModel:
    """Return the model that the settings ask for; no connection is made yet."""
    key = settings.anthropic_api_key.get_secret_value().strip()
    if not key:
        return OfflineModel()
    # The SDK is a good third of the whole start; without a key there is no need of it.
    from src.chatbot.services.claude import ClaudeModel

    return ClaudeModel(key, settings.taskflow_model, settings.anthropic_base_url)
