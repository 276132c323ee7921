"""Upgrades, rollbacks and evictions under load, and how long a pod takes to be ready.

========== ==========================================================================
`load`     Requests through the frontend's port, by the generator of ``backend/bench``.
`pods`     When each pod came, was ready, was told to stop and was gone.
`steps`    What is done to the release while the load goes on.
`page`     What came of it, as Markdown.
========== ==========================================================================
"""
