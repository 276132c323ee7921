"""How the service is."""

from pydantic import BaseModel


class Health(BaseModel):
    """The answer of ``/health``."""

    status: str
    version: str
    environment: str
    chat_registered: bool


class Status(BaseModel):
    """The answer of the probes."""

    status: str
