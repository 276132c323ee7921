"""The six checkpoints, each a module with one job: ``run(deployment) -> str``.

What it returns is the fact that people want to see; a failure raises.
"""
