"""The templates use nothing that makes a render differ by time, chance or machine."""

import re
from pathlib import Path

import pytest

from tests.chart.helm import CHART

_ACTION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_NOT_A_CALL = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\])*"|`[^`]*`|[.$][\w.]+', re.DOTALL)
# Of Helm's and Sprig's functions: those that ask the cluster, the clock, chance or the machine.
FORBIDDEN = re.compile(
    r"\b(lookup|now|ago|date|dateInZone|date_in_zone|htmlDate|htmlDateInZone|unixEpoch|env|expandenv"
    r"|getHostByName|uuidv4|shuffle|rand\w+|gen[A-Z]\w+|bcrypt|htpasswd|encryptAES|derivePassword"
    r"|buildCustomCert)\b"
)
_TEMPLATES = sorted((CHART / "templates").iterdir())


@pytest.mark.parametrize("file", _TEMPLATES, ids=lambda file: file.name)
def test_a_template_calls_nothing_forbidden(file: Path) -> None:
    assert forbidden_calls(file.read_text(encoding="utf-8")) == []


def test_there_are_templates_to_look_at() -> None:
    assert len(_TEMPLATES) > 20
    assert not [file for file in _TEMPLATES if file.is_dir()]


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ('{{ (lookup "v1" "Secret" .Release.Namespace "a").data }}', ["lookup"]),
        ("{{- randAlphaNum 32 | quote -}}", ["randAlphaNum"]),
        ("{{ if\n  now }}{{ end }}", ["now"]),
        ('{{ date "2006" now }} {{ env "HOME" }}', ["date", "now", "env"]),
        ("{{ $x := genSelfSignedCert }} {{ getHostByName .host }}",
         ["genSelfSignedCert", "getHostByName"]),
        ("{{/* lookup now */}} now {{ .Values.now }} {{ $date }} {{ \"env\" }} {{ `now` }}", []),
        ('{{ include "taskflow.env" . | nindent 4 }} {{ .a.date.now }}', []),
    ],
)  # fmt: skip
def test_a_call_is_told_from_a_name(text: str, calls: list[str]) -> None:
    assert forbidden_calls(text) == calls


def forbidden_calls(text: str) -> list[str]:
    """Return the forbidden functions that a template calls, in order."""
    actions = (_NOT_A_CALL.sub(" ", action) for action in _ACTION.findall(text))
    return [call for action in actions for call in FORBIDDEN.findall(action)]
