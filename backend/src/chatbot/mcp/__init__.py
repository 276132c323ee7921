"""The assistant's tools, served over MCP inside the process.

:mod:`.tools` are the five tools, :mod:`.server` binds them to one user for one
turn, and :mod:`.toolbox` is the client through which a model's calls go. Who the
user is was settled by the verified token: no tool takes a user.
"""
