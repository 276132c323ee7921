"""Takes evidence before anything is undone: what the pods said disappears with them.

``capture`` asks the ``sources`` side by side and writes ``files``; ``report`` makes a page of them,
``outcome`` adds how it ended, and ``folder`` finds what is kept.
"""
