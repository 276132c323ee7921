"""A strict stand-in for Anthropic's Messages API, reached over a real socket.

:mod:`.server` serves what a test wrote down with :mod:`.replies`; before that it
holds every request against the API's rules: :mod:`.request` for its head and
parameters, :mod:`.conversation` for its messages, with :mod:`.rules` below both.
The rules are those of API version 2026-10-21; where the API knows more than the
assistant uses, such as images, the stand-in refuses it.
"""
