"""Plain ASGI layers around the application."""
