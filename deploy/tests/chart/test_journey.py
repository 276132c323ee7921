"""The journey of `helm test`, run by the locked Node.js against the real backend."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count

import httpx2
import pytest

from tests.chart import journey
from tests.chart.helm import Rendered
from tests.chart.node import environment, free_port, start
from tests.unit import services
from tests.unit.proxy import Answer, damaging

_STEPS = [
    "the frontend answers within 2 s: GET /livez",
    "the start page is served: GET /",
    "health: GET /health",
    "sign up Ann: POST /api/v1/auth/signup",
    "log in: POST /api/v1/auth/login",
    "no tasks yet: GET /api/v1/tasks",
    "add milk: POST /api/v1/tasks",
    "add a call: POST /api/v1/tasks",
    "add a task of other letters: POST /api/v1/tasks",
    "add under a key: POST /api/v1/tasks",
    "complete: PUT /api/v1/tasks/{milk}",
    "undo: PUT /api/v1/tasks/{call}",
    "delete: DELETE /api/v1/tasks/{milk}",
    "list after the deletion: GET /api/v1/tasks",
    "refresh by cookie: POST /api/v1/auth/refresh",
    "refresh by body: POST /api/v1/auth/refresh",
    "log out: POST /api/v1/auth/logout",
    "the token after logging out: GET /api/v1/auth/me",
    "nowhere: GET /api/v1/nowhere",
]
_LAST = "remove Ann: DELETE /api/v1/auth/me"
_PAGES = {
    "/livez": ("application/json", b'{"status":"alive"}'),
    "/": ("text/html; charset=utf-8", b"<title>TaskFlow</title>"),
}
_TOKEN = re.compile(r"eyJ[\w-]+\.eyJ")
Damage = Callable[[Answer], None]


class Frontend:
    """The frontend: two pages of its own, the backend behind it, and one fault at most.

    Attributes
    ----------
    asked
        Method and path of each request.
    emails
        Those of the accounts that were made.
    """

    def __init__(self, route: str = "", damage: Damage = lambda _: None) -> None:
        self.route, self.damage = route, damage
        self.asked: list[str] = []
        self.emails: list[str] = []

    def __call__(self, method: str, path: str, answer: Answer) -> None:
        what = f"{method} {path}"
        self.asked.append(what)
        if path in _PAGES:
            kind, answer.body = _PAGES[path]
            answer.status, answer.headers = 200, [("Content-Type", kind)]
        if path.endswith("/signup"):
            self.emails.append(json.loads(answer.body)["user"]["email"])
        if self.route and re.fullmatch(self.route, what):
            self.damage(answer)


@pytest.fixture(scope="module")
def backend() -> Iterator[int]:
    """The port of the real backend, in an environment of another name than the recording's."""
    settings = {**services.UNLIMITED, "ENVIRONMENT": 'a "b"'}
    with (
        services.postgres() as url,
        services.backend(url, quick=True, **settings) as port,
    ):
        yield port


@contextmanager
def served(backend: int, frontend: Frontend) -> Iterator[str]:
    """Serve a frontend before the backend."""
    with damaging(backend, frontend) as port:
        yield f"http://127.0.0.1:{port}"


def play(rendered: Rendered, url: str) -> tuple[int, str, str]:
    """Run the very command of the test pod."""
    (container,) = rendered.get("Pod", "taskflow-test-journey")["spec"]["containers"]
    process = start(container, FRONTEND_URL=url, WAIT_SECONDS="2")
    out, err = process.communicate(timeout=60)
    assert not _TOKEN.search(out + err)
    return process.returncode, out, err


def is_gone(backend: int, email: str) -> bool:
    """Tell whether there is no account with an email."""
    given = {"email": email, "password": "correct horse battery"}
    url = f"http://127.0.0.1:{backend}/api/v1/auth/login"
    return httpx2.post(url, json=given).status_code == 401


def test_it_is_given_the_frontends_service_and_the_journey(rendered: Rendered) -> None:
    (container,) = rendered.get("Pod", "taskflow-test-journey")["spec"]["containers"]
    given = environment(container)
    assert given.keys() == {"FRONTEND_URL", "WAIT_SECONDS", "JOURNEY"}
    assert given["FRONTEND_URL"] == "http://taskflow-frontend-service:3000"
    assert given["WAIT_SECONDS"] == "60"
    assert json.loads(given["JOURNEY"]) == json.loads(journey.FILE.read_text(encoding="utf-8"))
    assert "$(" not in given["JOURNEY"], "Kubernetes would put another variable there"


def test_it_uses_the_app_and_says_every_step(rendered: Rendered, backend: int) -> None:
    frontend = Frontend()
    with served(backend, frontend) as url:
        for _ in range(2):
            code, out, err = play(rendered, url)
            assert (code, err) == (0, "")
            assert out.splitlines() == [
                *(f"ok      {step}" for step in [*_STEPS, _LAST]), "TaskFlow works.",
            ]  # fmt: skip
    assert len(set(frontend.emails)) == 2, "every account is another"
    assert all(is_gone(backend, email) for email in frontend.emails)


def as_status(status: int) -> Damage:
    """Answer with another status."""

    def damage(answer: Answer) -> None:
        answer.status = status

    return damage


def away(answer: Answer) -> None:
    """Answer as without a database."""
    answer.status, answer.headers = 503, []
    answer.body = b'{"error":"x","code":"SERVICE_UNAVAILABLE","message":"x"}'


def replacing(old: str, new: str) -> Damage:
    """Answer with other bytes."""

    def damage(answer: Answer) -> None:
        changed = re.sub(old.encode(), new.encode(), answer.body, count=1)
        assert changed != answer.body
        answer.body = changed

    return damage


def with_kind(kind: str) -> Damage:
    """Answer with another kind of content."""
    return lambda answer: answer.headers.__setitem__(slice(None), [("Content-Type", kind)])


def later(answer: Answer) -> None:
    """Answer with a task that was changed a minute after it was made."""
    task = json.loads(answer.body)
    changed = datetime.fromisoformat(task["created_at"]) + timedelta(minutes=1)
    task["updated_at"] = changed.strftime("%Y-%m-%dT%H:%M:%SZ")
    answer.body = json.dumps(task, separators=(",", ":")).encode()


def not_utf8(answer: Answer) -> None:
    """Answer with bytes that are no text."""
    answer.body += b"\xff"


@pytest.mark.parametrize(
    ("route", "damage", "step", "said"),
    [
        ("GET /livez", as_status(503), 0, 'the answer must be "200", not "503"'),
        ("GET /livez", replacing("alive", "so-so"), 0, "its body must be"),
        ("GET /", as_status(404), 1, 'the answer must be "200", not "404"'),
        ("GET /", replacing("TaskFlow", "nginx"), 1, "that it names TaskFlow"),
        ("GET /", with_kind("text/plain"), 1, 'its kind must be "text/html"'),
        ("GET /health", replacing('"0.1.0"', '"0.1.1"'), 2, "must go on with"),
        ("GET /health", replacing("}$", "} "), 2, "must go on with nothing"),
        ("GET /health", replacing("}$", ""), 2, 'must go on with ","chat_registered":true}'),
        ("POST .*signup", away, 3, 'must be "201", not "503 SERVICE_UNAVAILABLE"'),
    ],
)  # fmt: skip
def test_it_fails_before_there_is_an_account(
    rendered: Rendered, backend: int, route: str, damage: Damage, step: int, said: str
) -> None:
    frontend = Frontend(route, damage)
    with served(backend, frontend) as url:
        code, out, err = play(rendered, url)
    assert (code, out.splitlines()) == (1, [f"ok      {each}" for each in _STEPS[:step]])
    (line,) = err.splitlines()
    assert line.startswith(f"FAILED  {_STEPS[step]}: ")
    assert said in line
    assert not any("DELETE" in what for what in frontend.asked)


@pytest.mark.parametrize(
    ("route", "damage", "step", "said"),
    [
        ("POST .*signup", as_status(200), 3, 'the answer must be "201", not "200"'),
        ("POST .*signup", replacing(r"ann-\w+", "ann-aaaaaaaaaa"), 3, "⟨run⟩"),
        ("POST .*signup", replacing('{"user":(.*),"token":("[^"]+")', r'{"token":\2,"user":\1'),
         3, '"token":"⟨token⟩'),
        ("POST .*login", replacing('"id":"........', '"id":"00000000'), 4,
         "the same ⟨uuid4#1⟩ as before"),
        ("POST .*tasks", replacing('"id":"([^"]+)","user_id":"[^"]+"', r'"id":"\1","user_id":"\1"'),
         6, "the same ⟨uuid4#1⟩"),
        ("POST .*tasks", replacing('"id":"[^"]+","user_id":"([^"]+)"', r'"id":"\1","user_id":"\1"'),
         6, "a new ⟨uuid4#6⟩"),
        ("POST .*tasks", replacing("Z", ".123Z"), 6, "⟨timeT.0Z#3⟩"),
        ("POST .*tasks", replacing(r"20\d\d-", "2020-"), 6, "a time of these minutes"),
        ("POST .*tasks", later, 6, "the same ⟨timeT.0Z#3⟩ as before"),
        ("PUT .*", replacing("true", "false"), 10, "must go on with"),
        ("DELETE .*tasks.*", as_status(200), 12, 'the answer must be "204", not "200"'),
        ("POST .*refresh", replacing("Token refreshed", "Token  refreshed"), 14, "must go on with"),
        ("GET .*me", as_status(200), 17, 'the answer must be "401", not "200 INVALID_TOKEN"'),
        ("GET .*nowhere", replacing("NOT_FOUND", "NOWHERE"), 18, "must go on with"),
        ("GET .*nowhere", not_utf8, 18, "not valid"),
    ],
)  # fmt: skip
def test_it_fails_at_the_step_that_is_wrong_and_removes_the_account(
    rendered: Rendered, backend: int, route: str, damage: Damage, step: int, said: str
) -> None:
    frontend = Frontend(route, damage)
    with served(backend, frontend) as url:
        code, out, err = play(rendered, url)
    assert code == 1
    assert out.splitlines() == [f"ok      {each}" for each in [*_STEPS[:step], _LAST]]
    (line,) = err.splitlines()
    assert line.startswith(f"FAILED  {_STEPS[step]}: ")
    assert said in line
    assert is_gone(backend, frontend.emails[0])


def test_an_account_that_cannot_be_removed_is_told(rendered: Rendered, backend: int) -> None:
    damage = replacing('"token":"[^"]+"', '"token":"x.y.z"')
    with served(backend, Frontend("POST .*signup", damage)) as url:
        code, _, err = play(rendered, url)
    first, second = err.splitlines()
    assert code == 1
    assert "must go on with ⟨token#2⟩" in first
    assert second == f'FAILED  {_LAST}: the answer must be "204", not "401 INVALID_TOKEN"'


def test_it_fails_where_only_the_removal_does(rendered: Rendered, backend: int) -> None:
    with served(backend, Frontend("DELETE .*me", as_status(200))) as url:
        code, out, err = play(rendered, url)
    assert (code, len(out.splitlines())) == (1, len(_STEPS))
    assert err == f'FAILED  {_LAST}: the answer must be "204", not "200"\n'


def test_it_waits_for_a_frontend_that_is_not_there_yet(rendered: Rendered, backend: int) -> None:
    looks = count()

    def late(answer: Answer) -> None:
        answer.status = 503 if next(looks) == 0 else answer.status

    frontend = Frontend("GET /livez", late)
    with served(backend, frontend) as url:
        assert play(rendered, url)[0] == 0
    assert frontend.asked[:2] == ["GET /livez"] * 2


def test_it_gives_up_where_nothing_answers(rendered: Rendered) -> None:
    code, out, err = play(rendered, f"http://127.0.0.1:{free_port()}")
    assert (code, out) == (1, "")
    assert err == f"FAILED  {_STEPS[0]}: ECONNREFUSED\n"
