"""Backend, frontend and PostgreSQL as plain processes with reload."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from taskflow_deploy.errors import CommandError, PortInUseError
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.postgres import server
from taskflow_deploy.runner import run as run_program
from taskflow_deploy.settings import Settings
from taskflow_deploy.toolchains import toolchain

_STOP_SECONDS = 8.0
_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class _Program:
    name: str
    argv: list[str]
    env: dict[str, str]
    cwd: Path
    port: int


@dataclass(frozen=True)
class _Running:
    process: subprocess.Popen[str]
    speaker: threading.Thread


def run(
    paths: Paths, output: Output, settings: Settings, *, backend_port: int, frontend_port: int
) -> None:
    """Run all three until Ctrl-C, or until one of them ends.

    Raises
    ------
    PortInUseError
        A port is taken; nothing was started.
    CommandError
        One of the programs ended by itself.
    """
    for port in (backend_port, frontend_port):
        _require_free(port)
    was_running = server.status(paths).well
    url = settings.database_url
    if url is None:
        url = server.ensure(paths, output, listen=["127.0.0.1"], allow=[]).url("127.0.0.1")
    try:
        programs = _programs(paths, output, settings, url, backend_port, frontend_port)
        _supervise(programs, output)
    finally:
        if settings.database_url is None and not was_running:
            server.stop(paths)


def _programs(
    paths: Paths, output: Output, settings: Settings, url: str, backend: int, frontend: int
) -> list[_Program]:
    scripts = Path(sys.prefix) / "bin"
    origins = f"http://localhost:{frontend},http://127.0.0.1:{frontend}"
    env = {
        "DATABASE_URL": url,
        "BETTER_AUTH_SECRET": settings.better_auth_secret,
        "BETTER_AUTH_SECRET_PREVIOUS": settings.previous_secret,
        "ANTHROPIC_API_KEY": settings.anthropic_api_key,
        "CORS_ORIGINS": origins,
        "ENVIRONMENT": "development",
        "DRAIN_SECONDS": "2",  # a change of the code waits for what runs
    }
    folder = paths.repository / "backend"
    run_program([scripts / "alembic", "upgrade", "head"], env=env, cwd=folder)
    web = paths.repository / "frontend"
    node = toolchain("node", output)
    path = {"PATH": f"{node}:{os.environ['PATH']}", "NEXT_TELEMETRY_DISABLED": "1"}
    _install_packages(web, node, path, output)
    serve = [sys.executable, "-m", "src.server", "--reload",
             "--host", "127.0.0.1", "--port", str(backend)]  # fmt: skip
    show = [str(node / "node"), "node_modules/next/dist/bin/next", "dev",
            "--hostname", "127.0.0.1", "--port", str(frontend)]  # fmt: skip
    proxied = {**path, "NEXT_PUBLIC_API_URL": f"http://127.0.0.1:{backend}"}
    return [
        _Program("backend", serve, env, folder, backend),
        _Program("frontend", show, proxied, web, frontend),
    ]


def _install_packages(web: Path, node: Path, env: dict[str, str], output: Output) -> None:
    lock, mark = web / "package-lock.json", web / "node_modules" / ".taskflow-lock"
    if mark.exists() and mark.read_bytes() == lock.read_bytes():
        return
    output.note("Installing the frontend's packages.")
    npm = node.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    run_program([node / "node", npm, "install", "--no-save", "--ignore-scripts"], env=env, cwd=web)
    shutil.copyfile(lock, mark)


def _supervise(programs: list[_Program], output: Output) -> None:
    running = {program.name: _start(program, output) for program in programs}
    announced = False
    try:
        while all(one.process.poll() is None for one in running.values()):
            if not announced and all(_listens(program.port) for program in programs):
                output.good(f"Ready: http://127.0.0.1:{programs[-1].port} (Ctrl-C stops)")
                announced = True
            time.sleep(_POLL_SECONDS)
        ended = next(name for name, one in running.items() if one.process.poll() is not None)
        raise CommandError(
            f"The {ended} ended with exit code {running[ended].process.returncode}.",
            "Its last lines are above; mend it and run ./taskflow dev again.",
        )
    except KeyboardInterrupt:
        output.note("Stopping.")
    finally:
        for one in running.values():
            _stop(one)


def _start(program: _Program, output: Output) -> _Running:
    process = subprocess.Popen(
        program.argv,
        env={**os.environ, **program.env},
        cwd=program.cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )

    def pass_on() -> None:
        with process.stdout or contextlib.nullcontext(()) as lines:
            for line in lines:
                output.note(f"{program.name:<9}| {line.rstrip()}")

    speaker = threading.Thread(target=pass_on, daemon=True)
    speaker.start()
    return _Running(process, speaker)


def _stop(running: _Running) -> None:
    """Stop a program with its children, and let it say its last lines."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(running.process.pid, number)
            running.process.wait(timeout=_STOP_SECONDS)
    running.speaker.join(timeout=_STOP_SECONDS)


def _require_free(port: int) -> None:
    if _listens(port):
        raise PortInUseError(
            f"Port {port} is used by another program.",
            "Stop it, or choose others: ./taskflow dev --backend-port 8001 --frontend-port 3001",
        )


def _listens(port: int) -> bool:
    with socket.socket() as attempt:
        attempt.settimeout(0.5)
        return attempt.connect_ex(("127.0.0.1", port)) == 0
