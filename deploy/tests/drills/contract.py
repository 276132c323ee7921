"""Drills of checkpoint six: a system that runs, and answers wrongly or late."""

from tests.drills.drill import Drill
from tests.drills.faults import replaced

_AT = "contract"
_API = "/api/v1"
_SIGNED_UP = "    return SignedUp("

DRILLS = (
    Drill(
        _AT, "a text that is another one",
        replaced("backend/src/schemas/auth.py", '= "Login successful"', '= "Logged in"'), 60,
        rf'POST {_API}/auth/login: body\.message is "Logged in", not "Login', quick=True,
    ),
    Drill(
        _AT, "a status that is another one",
        replaced("backend/src/api/auth.py", _SIGNED_UP,
                 f"    response.status_code = 200\n{_SIGNED_UP}"), 60,
        rf"POST {_API}/auth/signup: status is 200, not 201 \(sign up Ann\)",
    ),
    Drill(
        _AT, "keys in another order",
        replaced("backend/src/api/task_json.py", "tuple(TaskOut.model_fields)",
                 "('user_id', 'id', *list(TaskOut.model_fields)[2:])"), 60,
        rf"POST {_API}/tasks: body\.id is out of order: body\.user_id is there, not in its place",
    ),
    Drill(
        _AT, "a type of content that is another one",
        replaced("backend/src/api/task_json.py", '"application/json"', '"text/plain"'), 60,
        rf"GET {_API}/tasks: header content-type is .*text/plain.*, not application/json",
    ),
    Drill(
        _AT, "a cookie that scripts may read",
        replaced("backend/src/api/cookies.py", "httponly=True", "httponly=False"), 60,
        rf"POST {_API}/auth/signup: header set-cookie is ",
    ),
    Drill(
        _AT, "a forged token is let in",
        replaced("backend/src/security/tokens.py", '{"require": ["sub", "iat", "exp"]}',
                 '{"require": ["sub", "iat", "exp"], "verify_signature": False}'), 60,
        rf"GET {_API}/auth/me: status is \d+, not 401 \(refused me, another's key\)",
    ),
    Drill(
        _AT, "pages of every origin are let in",
        replaced("backend/src/application.py", "allow_origins=list(settings.cors_origins)",
                 'allow_origins=["*"]'), 60,
        r"CORS: status is 200, not 400 \(preflight of a foreign page\)",
    ),
    Drill(
        _AT, "a health that takes 200 ms",
        replaced("backend/src/api/health.py",
                 "    well = await state.database.is_available()\n",
                 "    import asyncio\n\n    await asyncio.sleep(0.2)\n"
                 "    well = await state.database.is_available()\n"), 61,
        r"GET /health is slow: 2\d\d ms",
    ),
)  # fmt: skip
