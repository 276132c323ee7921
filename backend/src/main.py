"""What the server runs: ``fastapi run src/main.py``."""

from src.application import create_app
from src.config import load_settings

app = create_app(load_settings())
