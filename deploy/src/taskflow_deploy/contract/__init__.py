"""Proves that a running TaskFlow answers as its contract says."""
