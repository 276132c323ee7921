"""A chat turn: what the model is told, what it may do and what is kept of it."""
