"""Ports and settings are the same wherever they are named; where not, exactly that is told."""

from pathlib import Path

import pytest

from tests.unit.static_copy import Edit, Said, breaks, copy_to, replaced

_TEMPLATES, _VALUES = "helm/taskflow/templates", "helm/taskflow/values.yaml"
_CONFIG, _PAGE = "backend/src/config.py", "docs/operations/settings.md"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what is read of the repository."""
    copy_to(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("docker/backend.Dockerfile", '"8000"', '"8001"', ("backend", "8000", "8001")),
        ("docker/frontend.Dockerfile", "PORT=3000", "PORT=3001", ("frontend", "3000", "3001")),
        ("backend/src/server/__main__.py", "default=8000", "default=80", ("backend", "8000", "80")),
        ("frontend/serve.mjs", "?? 3000", "?? 80", ("frontend", "3000", "80")),
        ("frontend/src/lib/upstream/forward.ts", ":8000", ":80", ("backend", "8000", "80")),
        (_VALUES, "    port: 8000", "    port: 80", ("backend", "8000", "80")),
        (_VALUES, "    port: 3000", "    port: 80", ("frontend", "3000", "80")),
        (
            f"{_TEMPLATES}/backend-deployment.yaml", "containerPort: 8000", "containerPort: 80",
            ("backend", "8000", "80"),
        ),
        (
            f"{_TEMPLATES}/backend-service.yaml", "targetPort: http", "targetPort: web",
            ("backend", "8000", "no port called web"),
        ),
        (
            f"{_TEMPLATES}/frontend-deployment.yaml", 'value: "3000"', 'value: "80"',
            ("frontend", "3000", "80"),
        ),
        (
            f"{_TEMPLATES}/backend-networkpolicy.yaml", "port: 8000", "port: 80",
            ("backend", "8000", "80"),
        ),
        (
            f"{_TEMPLATES}/frontend-networkpolicy.yaml", "port: 3000", "port: 80",
            ("frontend", "3000", "80"),
        ),
        (
            f"{_TEMPLATES}/frontend-networkpolicy.yaml", "port: 8000", "port: 80",
            ("backend", "8000", "80"),
        ),
        (
            "helm/taskflow/values-local.yaml", "frontend:\n",
            "frontend:\n  service:\n    nodePort: 30301\n", ("node", "30300", "30301"),
        ),
        (_VALUES, "localhost:30300", "localhost:30301", ("node", "30300", "30301")),
        (
            "deploy/src/taskflow_deploy/settings.py", "DEFAULT_NODE_PORT = 30300",
            "DEFAULT_NODE_PORT = 30301", ("node", "30300", "30301"),
        ),
        (_VALUES, "metricsPort: 9464", "metricsPort: 9465", ("metrics", "9465", "9464")),
        ("docs/operations/metrics.md", "9464:9464", "9464:9465", ("metrics", "9464", "9465")),
    ],
)  # fmt: skip
def test_ports(copy: Path, file: str, old: str, new: str, said: Said) -> None:
    breaks(copy, file, replaced(old, new), [(f"port of the {said[0]}", *said[1:])])


def test_a_port_that_an_image_exposes_is_compared_with_all_others(copy: Path) -> None:
    edit = replaced("EXPOSE 8000", "EXPOSE 80")
    file = "docker/backend.Dockerfile"
    breaks(copy, file, edit, [("port of the backend", "80", "8000")] * 7)


@pytest.mark.parametrize(
    ("file", "edit", "expected"),
    [
        (
            _CONFIG,
            replaced("    pool_size: int", "    new_one: int\n    pool_size: int"),
            [
                ("setting NEW_ONE", "required", "nothing"),
                ("default of NEW_ONE", "none", "nothing"),
                ("setting NEW_ONE", "nothing", "told"),
            ],
        ),
        (
            _CONFIG,
            replaced("session_days: int = Field(default=30", "session_days: int = Field(31"),
            [("default of SESSION_DAYS", "31", "30")],
        ),
        (
            _CONFIG,
            replaced("login_account: Limit = Rate(30, 3_600)",
                     "login_account: Limit = Rate(30, 60)"),
            [("default of RATE_LIMIT_LOGIN_ACCOUNT", "30/minute", "30/hour")],
        ),
        (
            _PAGE,
            replaced("| `SESSION_DAYS` | `30` |", "| `SESSION_DAYS` | none |"),
            [
                ("setting SESSION_DAYS", "optional", "required"),
                ("default of SESSION_DAYS", "30", "none"),
            ],
        ),
        (
            _PAGE,
            replaced("| `DEBUG` | `false` |", "| `DEBUGGING` | `false` |"),
            [
                ("setting DEBUG", "optional", "nothing"),
                ("setting DEBUGGING", "nothing", "optional"),
                ("default of DEBUG", "false", "nothing"),
                ("default of DEBUGGING", "nothing", "false"),
            ],
        ),
        (
            f"{_TEMPLATES}/backend-configmap.yaml",
            replaced("  LOG_LEVEL:", "  LOGLEVEL:"),
            [("setting LOGLEVEL", "nothing", "told")],
        ),
        (
            _VALUES,
            replaced("loginAddress:", "loginPerson:"),
            [("setting RATE_LIMIT_LOGIN_PERSON", "nothing", "told")],
        ),
        (
            f"{_TEMPLATES}/backend-secrets.yaml",
            replaced("  DATABASE_URL:", "  DATABASE:"),
            [
                ("setting DATABASE", "nothing", "told"),
                ("setting DATABASE_URL", "nothing", "told"),
                ("setting DATABASE", "told", "nothing"),
                ("setting DATABASE_URL", "nothing", "told"),
            ],
        ),
        (
            "deploy/src/taskflow_deploy/pod_secrets.py",
            replaced('"ANTHROPIC_API_KEY"', '"CLAUDE_API_KEY"'),
            [
                ("setting ANTHROPIC_API_KEY", "told", "nothing"),
                ("setting CLAUDE_API_KEY", "nothing", "told"),
            ],
        ),
    ],
)  # fmt: skip
def test_settings(copy: Path, file: str, edit: Edit, expected: list[Said]) -> None:
    breaks(copy, file, edit, expected)
