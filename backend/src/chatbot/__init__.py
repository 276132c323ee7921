"""The assistant: a conversation, a model and the tools it may use.

:mod:`.protocol` says what a model is; all the rest is layered like the
application itself. Tasks are worked on through :mod:`src.services` alone.
"""
