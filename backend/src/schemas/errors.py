"""The shape of every error, for the API's description."""

from pydantic import Field

from src.schemas.answers import Answer


class ErrorOut(Answer):
    """What went wrong."""

    error: str = Field(min_length=1, description="The phrase of the status.")
    code: str = Field(pattern=r"^[A-Z]+(_[A-Z]+)+$", description="For programs.")
    message: str = Field(min_length=1, description="For people.")
