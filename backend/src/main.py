"""The application that :mod:`src.server` runs."""

from src.application import create_app
from src.config import load_settings

app = create_app(load_settings())
