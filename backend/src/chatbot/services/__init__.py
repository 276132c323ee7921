"""A chat turn: what the model is told, what it may do and what is kept of it.

:mod:`.turn` is one turn in one transaction, :mod:`.agent` the loop between model
and tools, :mod:`.protocol` what a model is, :mod:`.claude` and :mod:`.offline`
the two models, :mod:`.models` the choice between them.
"""
