"""HTTP of the assistant."""
