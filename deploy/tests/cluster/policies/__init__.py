"""Pods that try to reach each other, and what they find."""
