"""TaskFlow's backend."""
