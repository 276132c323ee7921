"""The journey of `helm test`, run by the locked Node.js against a server that can be wrong."""

import re
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from tests.chart.helm import Rendered
from tests.chart.node import environment, free_port, start
from tests.chart.web import Answer, Request, serving

_API = "/api/v1"
_NOW = "2026-01-20T10:30:00Z"
_TOKEN = "token-of-the-tests"
_STEPS = [
    "the frontend answers within 2 s: GET /livez",
    "the start page is served: GET /",
    f"an account is made: POST {_API}/auth/signup",
    f"a task is made: POST {_API}/tasks",
    f"it is the only one in the list: GET {_API}/tasks",
    f"it is completed: PUT {_API}/tasks/{{id}}",
    f"it is deleted: DELETE {_API}/tasks/{{id}}",
    f"the account is logged out: POST {_API}/auth/logout",
]
Wrong = Callable[[Answer], Answer]


class TaskFlow:
    """As much of the app as the journey sees, with one route that answers wrongly."""

    def __init__(self, route: str = "", wrong: Wrong = lambda answer: answer) -> None:
        self.route = route
        self.wrong = wrong
        self.asked: list[str] = []
        self.emails: list[str] = []
        self.tasks: dict[str, dict[str, Any]] = {}
        self.is_logged_in = False

    def __call__(self, request: Request) -> Answer:
        self.asked.append(request.what)
        answer = self.answer(request)
        return self.wrong(answer) if re.fullmatch(self.route, request.what) else answer

    def answer(self, request: Request) -> Answer:
        """Answer as the app does."""
        method, path = request.what.split()
        if method == "GET" and not path.startswith("/api/"):
            pages = {"/livez": {"status": "alive"}, "/": "<title>TaskFlow</title>"}
            return Answer(200, pages[path])
        if path == f"{_API}/auth/signup":
            return self.sign_up(request.body)
        if request.token != _TOKEN or not self.is_logged_in:
            return Answer(401, {"error": "no", "code": "INVALID_TOKEN", "message": "no"})
        if path == f"{_API}/auth/logout":
            self.is_logged_in = False
            return Answer(200, {"status": "pending", "message": "so"})
        return self.about_tasks(method, path.rpartition("/")[2], request.body)

    def sign_up(self, body: Any) -> Answer:
        """Make an account."""
        assert body.keys() == {"email", "password"}
        assert len(body["password"]) >= 8
        self.emails.append(body["email"])
        self.is_logged_in = True
        user = {"id": "the-user", "email": body["email"], "created_at": _NOW}
        return Answer(201, {"user": user, "token": _TOKEN, "message": "done"})

    def about_tasks(self, method: str, name: str, body: Any) -> Answer:
        """List, make, change or delete tasks."""
        if method == "GET":
            return Answer(200, list(self.tasks.values()))
        if method == "POST":
            text = {"title": body["title"], "description": body.get("description")}
            own = {"id": "the-task", "user_id": "the-user", **text, "completed": False}
            self.tasks["the-task"] = {**own, "created_at": _NOW, "updated_at": _NOW}
            return Answer(201, self.tasks["the-task"])
        if method == "DELETE":
            del self.tasks[name]
            return Answer(204)
        self.tasks[name] |= body
        return Answer(200, self.tasks[name])


def journey(rendered: Rendered, url: str) -> tuple[int, str, str]:
    """Run the very command of the test pod."""
    (container,) = rendered.get("Pod", "taskflow-test-journey")["spec"]["containers"]
    process = start(container, FRONTEND_URL=url, WAIT_SECONDS="2")
    out, err = process.communicate(timeout=60)
    assert _TOKEN not in out + err
    return process.returncode, out, err


def test_it_is_given_the_frontends_service(rendered: Rendered) -> None:
    (container,) = rendered.get("Pod", "taskflow-test-journey")["spec"]["containers"]
    assert environment(container) == {
        "FRONTEND_URL": "http://taskflow-frontend-service:3000",
        "WAIT_SECONDS": "60",
        "API_PREFIX": _API,
    }


def test_it_uses_the_app_and_says_every_step(rendered: Rendered) -> None:
    app = TaskFlow()
    with serving(app) as url:
        code, out, err = journey(rendered, url)
        assert (code, err) == (0, "")
        assert out.splitlines() == [*(f"ok      {step}" for step in _STEPS), "TaskFlow works."]
        assert journey(rendered, url)[0] == 0
    assert app.tasks == {}
    assert len(set(app.emails)) == 2, "every account is another"
    assert all(re.fullmatch(r"helm-test-[0-9a-f-]{36}@example\.com", each) for each in app.emails)


def but(**fields: object) -> Wrong:
    """Answer with some fields that differ."""
    return lambda answer: Answer(answer.status, {**answer.body, **fields})


def as_status(status: int) -> Wrong:
    """Answer with another status."""
    return lambda answer: Answer(status, answer.body)


def backwards(answer: Answer) -> Answer:
    """Answer with the keys in another order."""
    return Answer(answer.status, dict(reversed(answer.body.items())))


@pytest.mark.parametrize(
    ("route", "wrong", "step", "said"),
    [
        ("GET /livez", as_status(503), 0, 'the answer must be "200", not "503"'),
        ("GET /livez", but(status="so-so"), 0, "its state must be"),
        ("GET /", as_status(404), 1, 'the answer must be "200", not "404"'),
        ("GET /", lambda _: Answer(200, "<title>nginx</title>"), 1, "that it names TaskFlow"),
        ("GET /", lambda _: Answer(200, {"it": "TaskFlow"}), 1, "its kind must be"),
        ("POST .*signup", as_status(200), 2, 'the answer must be "201", not "200"'),
        (
            "POST .*signup",
            lambda _: Answer(503, {"error": "x", "code": "SERVICE_UNAVAILABLE", "message": "x"}),
            2,
            'the answer must be "201", not "503 SERVICE_UNAVAILABLE"',
        ),
        ("POST .*signup", backwards, 2, "its keys must be"),
        ("POST .*signup", but(user={"id": "1", "email": "2"}), 2, "the user's keys must be"),
        ("POST .*tasks", backwards, 3, "its keys must be"),
        ("POST .*tasks", but(user_id="another"), 3, "the task must be"),
        ("POST .*tasks", but(completed=True), 3, "the task must be {"),
        ("POST .*tasks", but(updated_at="2026-01-20T10:30:00.123Z"), 3, "UTC in whole seconds"),
        ("GET .*tasks", lambda _: Answer(200, []), 4, "their number must be 1, not 0"),
        ("GET .*tasks", lambda found: Answer(200, found.body * 2), 4, "their number must be 1"),
        ("PUT .*", but(completed=False), 5, "the task must be"),
        ("DELETE .*", lambda _: Answer(200, {}), 6, 'the answer must be "204", not "200"'),
        ("POST .*logout", but(status="success"), 7, "its state must be"),
        ("GET .*me", lambda _: Answer(200, {}), 7, "the answer to its old token must be"),
    ],
)
def test_it_fails_at_the_step_that_is_wrong(
    rendered: Rendered, route: str, wrong: Wrong, step: int, said: str
) -> None:
    with serving(TaskFlow(route, wrong)) as url:
        code, out, err = journey(rendered, url)
    assert code == 1
    assert out.splitlines() == [f"ok      {each}" for each in _STEPS[:step]]
    (line,) = err.splitlines()
    assert line.startswith(f"FAILED  {_STEPS[step]}: ")
    assert said in line


def test_it_sees_that_a_deleted_task_is_still_there(rendered: Rendered) -> None:
    app = TaskFlow()
    app.about_tasks = (  # type: ignore[method-assign]
        lambda method, name, body: (
            Answer(204) if method == "DELETE" else TaskFlow.about_tasks(app, method, name, body)
        )
    )
    with serving(app) as url:
        code, _, err = journey(rendered, url)
    assert code == 1
    assert err.startswith(f"FAILED  {_STEPS[6]}: the list must be []")


def test_it_waits_for_a_frontend_that_is_not_there_yet(rendered: Rendered) -> None:
    looks = count()
    app = TaskFlow("GET /livez", lambda answer: Answer(503) if next(looks) == 0 else answer)
    with serving(app) as url:
        assert journey(rendered, url)[0] == 0
    assert app.asked[:2] == ["GET /livez"] * 2


def test_it_gives_up_where_nothing_answers(rendered: Rendered) -> None:
    code, out, err = journey(rendered, f"http://127.0.0.1:{free_port()}")
    assert (code, out) == (1, "")
    assert err == f"FAILED  {_STEPS[0]}: ECONNREFUSED\n"
