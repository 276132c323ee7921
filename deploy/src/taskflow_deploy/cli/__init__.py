"""The command line: parses, delegates, and turns errors into exit codes."""
