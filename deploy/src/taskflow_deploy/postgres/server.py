"""Starts, stops and removes the host's PostgreSQL."""

import asyncio
import json
import os
import secrets
import shutil
import signal
import socket
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from taskflow_deploy.clusters.base import PartStatus
from taskflow_deploy.errors import CommandError, DatabaseUnreachableError, PortInUseError
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.postgres.binaries import (
    as_server_user,
    give_to_server_user,
    programs,
    remove_leftovers,
)
from taskflow_deploy.postgres.settings import DATABASE, ROLE, access_rules, server_settings
from taskflow_deploy.redaction import hide
from taskflow_deploy.runner import run

_FIRST_PORT = 54320
_PORTS = 100
_START_SECONDS = 30
_STOP_SECONDS = 20.0
_LOG_BYTES = 5 * 1024 * 1024
_SUPERUSER = "postgres"


@dataclass(frozen=True)
class HostDatabase:
    """A database on this machine.

    Attributes
    ----------
    port
        Its TCP port.
    password
        Of the role ``taskflow``, which owns the database ``taskflow``.
    superuser_password
        Of the role ``postgres``.
    """

    port: int
    password: str
    superuser_password: str

    def url(self, host: str) -> str:
        """Return the database's URL for a client that reaches this machine as ``host``."""
        return f"postgresql://{ROLE}:{self.password}@{host}:{self.port}/{DATABASE}"


def ensure(
    paths: Paths, output: Output, *, listen: Sequence[str], allow: Sequence[str]
) -> HostDatabase:
    """Have PostgreSQL run; quick where it does already.

    Parameters
    ----------
    listen
        Addresses of this machine to listen on.
    allow
        Networks, in CIDR form, from which the role ``taskflow`` may connect,
        beside this machine itself.

    Raises
    ------
    DatabaseUnreachableError
        It does not start; the details hold the end of its log.
    PortInUseError
        The port it always had is taken by another program.
    """
    folder = _folder(paths)
    bin_folder = programs(paths, output)
    database = _load(paths)
    if database is None:
        database = _create(paths, bin_folder, output)
    running = _pid(paths) is not None
    if running and _listens(database.port, listen):
        _write_access_rules(folder, allow)
        return database
    if running:
        stop(paths)
    _refuse_foreign(database.port)
    _write(folder / "postgresql.conf", server_settings(database.port, listen))
    _write_access_rules(folder, allow)
    _start(paths, bin_folder)
    asyncio.run(_make_role_and_database(database))
    output.good(f"PostgreSQL runs on this machine, port {database.port}.")
    return database


def stop(paths: Paths) -> None:
    """Stop PostgreSQL and keep its data; quiet where it does not run."""
    pid = _pid(paths)
    if pid is None:
        return
    os.kill(pid, signal.SIGINT)  # fast shutdown: clients are cut off, nothing is lost
    deadline = time.monotonic() + _STOP_SECONDS
    while _pid(paths) is not None:
        if time.monotonic() > deadline:
            raise DatabaseUnreachableError(
                f"PostgreSQL (process {pid}) does not stop.",
                f"See {_log(paths)}, then stop it by hand: kill -QUIT {pid}",
            )
        time.sleep(0.05)


def purge(paths: Paths) -> None:
    """Stop PostgreSQL and remove its data, its passwords and its user."""
    stop(paths)
    if _folder(paths).parent.exists():
        shutil.rmtree(_folder(paths).parent)
    for file in (_record(paths), _log(paths), _log(paths).with_suffix(".log.1")):
        file.unlink(missing_ok=True)
    remove_leftovers(paths)


def status(paths: Paths) -> PartStatus:
    """Look at PostgreSQL without changing it."""
    database = _load(paths)
    if database is None:
        return PartStatus("postgresql", well=False, detail="not created")
    if _pid(paths) is None:
        return PartStatus("postgresql", well=False, detail="stopped, data kept")
    return PartStatus("postgresql", well=True, detail=f"running on port {database.port}")


def _folder(paths: Paths) -> Path:
    return paths.state / "postgres" / "data"


def _record(paths: Paths) -> Path:
    return paths.state / "postgres.json"


def _log(paths: Paths) -> Path:
    return paths.logs / "postgresql.log"


def _load(paths: Paths) -> HostDatabase | None:
    try:
        found = json.loads(_record(paths).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    database = HostDatabase(**found)
    hide(database.password)
    hide(database.superuser_password)
    return database


def _create(paths: Paths, bin_folder: Path, output: Output) -> HostDatabase:
    """Make an empty database; the record is written last, so half of one is never used."""
    output.note("Creating the database.")
    folder = _folder(paths)
    shutil.rmtree(folder.parent, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    give_to_server_user(folder.parent)
    give_to_server_user(folder)
    database = HostDatabase(
        _free_port(), hide(secrets.token_urlsafe(24)), hide(secrets.token_urlsafe(24))
    )
    password_file = folder.parent / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(database.superuser_password, encoding="ascii")
    give_to_server_user(password_file)
    options = [
        "-D", str(folder), "-U", _SUPERUSER, "--auth=scram-sha-256", f"--pwfile={password_file}",
        "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--data-checksums",
    ]  # fmt: skip
    try:
        run(as_server_user([str(bin_folder / "initdb"), *options]), cwd=Path("/"))
    except CommandError as error:
        raise DatabaseUnreachableError(
            "The database could not be created.",
            "See the lines above; is the disk full?",
            error.details,
        ) from None
    password_file.unlink()
    record = _record(paths)
    record.touch(mode=0o600)
    record.write_text(json.dumps(asdict(database)), encoding="utf-8")
    return database


def _start(paths: Paths, bin_folder: Path) -> None:
    log = _log(paths)
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    log.touch()
    give_to_server_user(log)
    command = [str(bin_folder / "pg_ctl"), "start", "-D", str(_folder(paths)), "-l", str(log),
               "-w", "-t", str(_START_SECONDS)]  # fmt: skip
    try:
        run(as_server_user(command), cwd=Path("/"))
    except CommandError:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        raise DatabaseUnreachableError(
            "PostgreSQL does not start.", f"See {log}.", lines[-12:]
        ) from None


async def _make_role_and_database(database: HostDatabase) -> None:
    import asyncpg

    connection = await asyncpg.connect(
        host="127.0.0.1",
        port=database.port,
        user=_SUPERUSER,
        password=database.superuser_password,
        database="postgres",
        timeout=10,
    )
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", ROLE):
            # A statement takes no parameter here; the password's letters need no quoting.
            await connection.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{database.password}'")
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")
    finally:
        await connection.close()


def _write_access_rules(folder: Path, allow: Sequence[str]) -> None:
    rules, file = access_rules(allow), folder / "pg_hba.conf"
    if file.read_text(encoding="utf-8") == rules:
        return
    _write(file, rules)
    pid_file = folder / "postmaster.pid"
    if pid_file.exists():
        os.kill(int(pid_file.read_text(encoding="ascii").splitlines()[0]), signal.SIGHUP)


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    give_to_server_user(file)


def _pid(paths: Paths) -> int | None:
    """Return the number of our server's process, or None; a stale pid file is no process."""
    folder = _folder(paths)
    try:
        pid = int((folder / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return None
    return pid if str(folder).encode() in words else None


def _listens(port: int, addresses: Sequence[str]) -> bool:
    return all(_answers(address, port) for address in addresses)


def _answers(address: str, port: int) -> bool:
    with socket.socket() as attempt:
        attempt.settimeout(1.0)
        return attempt.connect_ex((address, port)) == 0


def _free_port() -> int:
    for port in range(_FIRST_PORT, _FIRST_PORT + _PORTS):
        if not _answers("127.0.0.1", port):
            return port
    raise PortInUseError(
        f"No port from {_FIRST_PORT} to {_FIRST_PORT + _PORTS - 1} is free.",
        "Stop what listens there: ss -tlnp",
    )


def _refuse_foreign(port: int) -> None:
    if _answers("127.0.0.1", port):
        raise PortInUseError(
            f"The database's port {port} is used by another program.",
            f"Find it with: ss -tlnp 'sport = :{port}', stop it and run the command again.",
        )
