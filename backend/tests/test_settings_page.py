"""The page of settings names every setting with its default, and no other."""

import re

import pytest
from pydantic import SecretStr

from src.config import Rate, Settings
from tests.conftest import BACKEND

PAGE = BACKEND.parent / "docs" / "operations" / "settings.md"
_SECONDS = {1: "second", 60: "minute", 3_600: "hour", 86_400: "day"}


def _written(value: object) -> str:
    match value:
        case bool():
            return f"`{str(value).lower()}`"
        case Rate():
            return f"`{value.times}/{_SECONDS[value.seconds]}`"
        case SecretStr():
            value = value.get_secret_value()
        case tuple():
            value = ",".join(value)
    return f"`{value}`" if str(value) else "empty"


def _rows() -> dict[str, tuple[str, str]]:
    found = re.findall(r"^\| `([A-Z0-9_]+)` \| (.+?) \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    assert len(found) == len({name for name, *_ in found})
    return {name: (default, meaning) for name, default, meaning in found}


def test_the_page_has_every_setting_and_no_other() -> None:
    assert set(_rows()) == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_page_says_the_default_and_what_is_secret(name: str) -> None:
    field = Settings.model_fields[name]
    default, meaning = _rows()[name.upper()]
    assert default == ("none" if field.is_required() else _written(field.default))
    assert meaning.endswith("a secret") is (field.annotation is SecretStr)
