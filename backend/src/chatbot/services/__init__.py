"""A chat turn: what the model is told, what it may do and what is kept of it.

:mod:`.turn` is one turn, :mod:`.conversations` what is kept of it, :mod:`.agent`
the loop between model and tools, :mod:`.claude` and :mod:`.offline` the two
models, :mod:`.models` the choice between them.
"""
