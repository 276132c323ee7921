"""Kinds of values that requests and answers are made of."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, PlainSerializer, StringConstraints

TITLE_LENGTH = 255
DESCRIPTION_LENGTH = 5_000
MESSAGE_LENGTH = 10_000
EMAIL_LENGTH = 255
PASSWORD_LENGTH = 8
CREDENTIAL_LENGTH = 1_024


def _storable(value: str) -> str:
    # PostgreSQL keeps neither; JSON can carry both.
    if "\x00" in value:
        raise ValueError("must not contain the character U+0000")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("must be valid Unicode")
    return value


def _seconds(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_Storable = AfterValidator(_storable)
# The check comes last: constraints behind it would count before they strip.
Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_LENGTH), _Storable
]
Description = Annotated[str, StringConstraints(max_length=DESCRIPTION_LENGTH), _Storable]
ChatText = Annotated[str, StringConstraints(min_length=1, max_length=MESSAGE_LENGTH), _Storable]
Password = Annotated[
    str, StringConstraints(min_length=PASSWORD_LENGTH, max_length=CREDENTIAL_LENGTH), _Storable
]
Credential = Annotated[str, StringConstraints(max_length=CREDENTIAL_LENGTH), _Storable]
"""Any text may be tried, since a wrong one is a failed login."""
Timestamp = Annotated[datetime, PlainSerializer(_seconds, return_type=str)]
"""UTC, whole seconds, ending in ``Z``."""
