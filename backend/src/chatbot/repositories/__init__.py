"""The assistant's own tables in the database."""
