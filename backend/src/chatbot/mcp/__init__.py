"""The tools of the assistant, served by an MCP server in memory."""
