"""Damaged answers: whether the verifier finds each of them, at the right place."""
