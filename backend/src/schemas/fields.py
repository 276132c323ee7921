"""Kinds of values that requests and answers are made of."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

TITLE_LENGTH = 255
DESCRIPTION_LENGTH = 5_000
MESSAGE_LENGTH = 10_000
EMAIL_LENGTH = 255
PASSWORD_LENGTH = 8
CREDENTIAL_LENGTH = 1_024
# What a JSON Schema has to say in a pattern: no U+0000, and more than blanks. The blanks are
# written out, since engines do not agree on what \s is.
WITHOUT_NUL = r"^[^\x00]*$"
_BLANKS = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_TITLE_PATTERN = (
    rf"^[{_BLANKS}]*[^\x00{_BLANKS}]([^\x00]{{0,{TITLE_LENGTH - 2}}}[^\x00{_BLANKS}])?[{_BLANKS}]*$"
)
# What is no address to us, although its form is one: quoted names, bare IP addresses, labels that
# no registry gives out, and the names that RFC 6761 and others set aside.
_RESERVED = "|".join(
    "".join(f"[{letter}{letter.upper()}]" for letter in name)
    for name in ("arpa", "invalid", "local", "localhost", "onion", "test")
)
_NO_EMAIL_PATTERN = rf'["\[]|[@.][^.]{{2}}--|[@.]({_RESERVED})$'
_MESSAGE_PATTERN = rf"^[^\x00]*[^\x00\x1c-\x1f{_BLANKS}][^\x00]*$"


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

AsSentTitle = WithJsonSchema(
    {
        "type": "string",
        "pattern": _TITLE_PATTERN,
        "description": f"1 to {TITLE_LENGTH} characters after blanks at both ends are removed.",
    }
)
"""How a request's title is described: its length counts without the blanks around it."""
AsSentEmail = WithJsonSchema(
    {
        "type": "string",
        "format": "email",
        # One that is valid is never longer: RFC 5321.
        "maxLength": EMAIL_LENGTH - 1,
        "not": {"pattern": _NO_EMAIL_PATTERN},
        "description": "An address alone; kept in lower case.",
    }
)
"""How a request's email is described."""
AsSentMessage = Field(json_schema_extra={"pattern": _MESSAGE_PATTERN})
"""How a request's message is described: not only blanks."""
AsSentText = Field(json_schema_extra={"pattern": WITHOUT_NUL})
"""How any other text of a request is described."""

Timestamp = Annotated[
    datetime,
    PlainSerializer(_seconds, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$",
        },
        mode="serialization",
    ),
]
"""UTC, whole seconds, ending in ``Z``."""
