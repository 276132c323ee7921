"""What browsers are told about origins: kept by the real backend, and no damage is missed."""

import pytest

from taskflow_deploy.contract.cors import play
from taskflow_deploy.contract.session import EndpointResult, Session
from tests.unit.proxy import Answer, damaging

_ALLOWED = "access-control-allow-origin"


def _ask(port: int, origin: str) -> EndpointResult:
    session = Session(f"http://127.0.0.1:{port}")
    try:
        play(session, origin)
    finally:
        session.close()
    [result] = session.results
    return result


def _set(name: str, value: str | None, *, method: str = "", status: int = 0) -> object:
    """Return damage that sets a header or takes it away."""

    def damage(asked: str, _path: str, answer: Answer) -> None:
        if (method and asked != method) or (status and answer.status != status):
            return
        answer.headers = [(key, old) for key, old in answer.headers if key.lower() != name]
        if value is not None:
            answer.headers.append((name, value))

    return damage


def test_the_real_backend_lets_its_own_origin_in_and_no_other(backend_port: int) -> None:
    result = _ask(backend_port, f"http://127.0.0.1:{backend_port}")
    assert result.passed, result.detail
    assert result.checked == 7


def test_an_origin_that_the_backend_does_not_know_is_told(backend_port: int) -> None:
    result = _ask(backend_port, "http://127.0.0.1:1")
    assert (result.passed, result.detail) == (False, "status 400, not 200")
    assert "curl -i -X OPTIONS" in result.curl


@pytest.mark.parametrize(
    ("damage", "detail"),
    [
        (_set(_ALLOWED, "*", method="OPTIONS"), "access-control-allow-origin is *, not "),
        (_set(_ALLOWED, None, status=401), "access-control-allow-origin is None, not "),
        (_set("access-control-allow-credentials", None), "credentials is not true"),
        (_set("access-control-allow-methods", "GET"), "allow-methods does not name DELETE"),
        (_set("access-control-allow-headers", "authorization"), "does not name content-type"),
        (_set("vary", "Accept", status=401), "vary does not name origin"),
        (_set(_ALLOWED, "http://foreign.invalid", method="GET", status=200), "a foreign page"),
        (_set(_ALLOWED, "*", status=400), "a foreign page is let in"),
    ],
)
def test_damage_is_named(backend_port: int, damage: object, detail: str) -> None:
    with damaging(backend_port, damage) as port:  # type: ignore[arg-type]
        result = _ask(port, f"http://127.0.0.1:{backend_port}")
    assert not result.passed
    assert detail in result.detail
