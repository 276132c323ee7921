"""A real PostgreSQL on this machine, for those who bring none."""
