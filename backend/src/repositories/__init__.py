"""Queries: the only place with SQL, each filtered by its owner."""
