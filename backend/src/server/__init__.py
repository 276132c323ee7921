"""The server process: what it refuses, and how it starts and ends."""
