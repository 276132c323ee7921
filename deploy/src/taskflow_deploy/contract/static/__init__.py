"""Whether code, description, contract, scenario, chart and settings agree; nothing is started.

What is read of each place becomes a :class:`.sides.Side`; :mod:`.check` says which are compared.
"""
