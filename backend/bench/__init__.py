"""What a request costs, beside the same endpoints written the plain way.

``make bench`` runs it and writes the figures into ``docs/performance.md``, which also says
how they are measured and what is and is not fair about it. A short look::

    cd backend && ../.venv/bin/python -m bench --rounds 1 --seconds 1 --output /tmp/figures.md

============= ==========================================================================
`plain`       The comparison: signup, login, list and create as tutorials teach them.
`load`        The load generator, a process of its own: closed loop and open loop.
`database`    One real PostgreSQL with its data, its CPU time and its statements.
`servers`     Each application as a real server process, its CPU time and its memory.
`answers`     Whether both answer the same; nothing is measured where they do not.
`measure`     The rounds, alternating between the two.
`figures`     What the rounds come to, and the targets.
`report`      The figures as Markdown.
============= ==========================================================================

The image does not hold it.
"""
