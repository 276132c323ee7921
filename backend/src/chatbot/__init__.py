"""The assistant: a conversation, a model and the tools it may use."""
