"""The assistant that needs no model: a small grammar over the same tools.

:mod:`.grammar` reads a sentence into intents, :mod:`.transcript` reads what was
said before, :mod:`.references` finds the tasks that are meant, :mod:`.replies`
puts the outcome into words, and :mod:`.model` takes one step after the other.
Its answers are the same for the same conversation, always.
"""
