"""Proves that a running HTTP API answers exactly as a reference does.

It knows HTTP and nothing of the API behind it, so that it serves any: a scenario says what is
asked (:mod:`.scenario`), a recording what the reference answered (:mod:`.recording`), and
:func:`.verify.verify` compares. Values that differ from run to run are not masked: each is bound
to a symbol, and has to come back wherever the reference's did, and nowhere else.
"""
