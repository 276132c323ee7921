"""The rules of tasks and accounts, used by the routes and by the assistant alike."""
