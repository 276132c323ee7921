"""The shape of every error, for the API's description."""

from pydantic import BaseModel


class ErrorOut(BaseModel):
    """What went wrong: a short phrase, a code for programs and a sentence for people."""

    error: str
    code: str
    message: str
