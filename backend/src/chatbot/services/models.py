"""Chooses the model: Claude where there is a key, the offline assistant where there is none."""

from src.chatbot.protocol import ChatModel
from src.config import Settings


def build_chat_model(settings: Settings) -> ChatModel:
    """Return the model that the settings ask for; no connection is made yet.

    Only that one is loaded: Claude's SDK is a good third of a start.
    """
    key = settings.anthropic_api_key.get_secret_value().strip()
    if key:
        from src.chatbot.services.claude import ClaudeModel

        return ClaudeModel(key, settings.taskflow_model, settings.anthropic_base_url)
    from src.chatbot.services.offline.model import OfflineModel

    return OfflineModel()
