"""Explains a failure: its first cause, what shows it, where to look further, what mends it.

That much is worked out here, the same at every look. An AI helper may be asked beside it: it gets
text, and gives suggestions that are shown and never run.
"""
