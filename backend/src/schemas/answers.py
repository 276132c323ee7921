"""What all answers have in common."""

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """An answer: read from an object's attributes, all keys always there and no others."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={"additionalProperties": False},
        json_schema_serialization_defaults_required=True,
    )
