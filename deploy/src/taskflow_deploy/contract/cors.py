"""What browsers are told about calls from other origins: ours may, no other."""

import httpx2

from taskflow_deploy.contract.session import BrokenPromiseError, Session

_PATH = "/api/v1/tasks"
# Nobody's: https://www.rfc-editor.org/rfc/rfc6761#section-6.4
_FOREIGN = "http://foreign.invalid"
_METHODS = ("DELETE", "GET", "POST", "PUT")


def play(session: Session, origin: str) -> None:
    """Ask as a browser does on behalf of a page of ``origin``, and of one that is not ours."""
    with session.endpoint("CORS"):
        asked = {"Access-Control-Request-Headers": "authorization,content-type"}
        for method in _METHODS:
            given = {**asked, "Origin": origin, "Access-Control-Request-Method": method}
            answer = session.ask("OPTIONS", _PATH, 200, None, headers=given)
            _require_allowed(answer, origin)
            _require_listed(answer, "access-control-allow-methods", method)
            for name in asked["Access-Control-Request-Headers"].split(","):
                _require_listed(answer, "access-control-allow-headers", name)
        # With credentials: the cookie and the token go along, and a "*" would not do.
        given = {"Origin": origin, "Cookie": "refresh_token=none"}
        _require_allowed(session.ask("GET", _PATH, 401, None, headers=given), origin)
        _refuse_foreign(session)


def _refuse_foreign(session: Session) -> None:
    given = {"Origin": _FOREIGN}
    _require_refused(session.ask("GET", "/health", 200, None, headers=given))
    given["Access-Control-Request-Method"] = "PUT"
    _require_refused(session.ask("OPTIONS", _PATH, 400, None, headers=given))


def _require_allowed(answer: httpx2.Response, origin: str) -> None:
    found = answer.headers.get("access-control-allow-origin")
    if found != origin:
        raise BrokenPromiseError(f"access-control-allow-origin is {found}, not {origin}")
    if answer.headers.get("access-control-allow-credentials") != "true":
        raise BrokenPromiseError("access-control-allow-credentials is not true")
    _require_listed(answer, "vary", "origin")


def _require_listed(answer: httpx2.Response, header: str, wanted: str) -> None:
    listed = {entry.strip().lower() for entry in answer.headers.get(header, "").split(",")}
    if wanted.lower() not in listed:
        raise BrokenPromiseError(f"{header} does not name {wanted}")


def _require_refused(answer: httpx2.Response) -> None:
    found = answer.headers.get("access-control-allow-origin")
    if found is not None:
        raise BrokenPromiseError(
            f"a foreign page is let in: access-control-allow-origin is {found}"
        )
