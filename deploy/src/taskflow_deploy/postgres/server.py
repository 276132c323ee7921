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
from taskflow_deploy.files import write_private
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.postgres.binaries import (
    as_server_user,
    give_to_server_user,
    programs,
    remove_leftovers,
)
from taskflow_deploy.postgres.processes import first_process, remove_stale_pid_file
from taskflow_deploy.postgres.settings import DATABASE, ROLE, access_rules, server_settings
from taskflow_deploy.redaction import hide
from taskflow_deploy.runner import run

# Below the ports that Linux gives to outgoing connections: one of these would be in the way.
_FIRST_PORT = 15_432
_PORTS = 1_000
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
        The port it always had is taken by another program on one of the addresses.
    """
    folder = _folder(paths)
    bin_folder = programs(paths, output)
    database = _load(paths)
    if database is None:
        database = _create(paths, bin_folder, output)
    running = _pid(paths) is not None
    if running and _listens(database.port, listen):
        _write_access_rules(paths, allow)
        return database
    if running:
        stop(paths)
    remove_stale_pid_file(folder)
    _refuse_foreign(database.port, listen)
    _write(folder / "postgresql.conf", server_settings(database.port, listen))
    _write_access_rules(paths, allow)
    _start(paths, bin_folder)
    _require_listening(paths, database.port, listen)
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


def known(paths: Paths) -> HostDatabase | None:
    """Return the database that was created here, whether or not it runs; None for none."""
    return _load(paths)


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
        _free_port(paths), hide(secrets.token_urlsafe(24)), hide(secrets.token_urlsafe(24))
    )
    password_file = folder.parent / "password"
    write_private(password_file, database.superuser_password)
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
    write_private(_record(paths), json.dumps(asdict(database)))
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
        raise DatabaseUnreachableError(
            "PostgreSQL does not start.", f"See {log}.", _log_tail(paths)
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


def _write_access_rules(paths: Paths, allow: Sequence[str]) -> None:
    rules, file = access_rules(allow), _folder(paths) / "pg_hba.conf"
    if file.read_text(encoding="utf-8") == rules:
        return
    _write(file, rules)
    if (pid := _pid(paths)) is not None:
        os.kill(pid, signal.SIGHUP)


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    give_to_server_user(file)


def _pid(paths: Paths) -> int | None:
    return first_process(_folder(paths))


def _listens(port: int, addresses: Sequence[str]) -> bool:
    return all(_answers(address, port) for address in addresses)


def _require_listening(paths: Paths, port: int, addresses: Sequence[str]) -> None:
    # PostgreSQL is content when it gets one of its addresses; pods need theirs.
    silent = [address for address in addresses if not _answers(address, port)]
    if silent:
        raise DatabaseUnreachableError(
            f"PostgreSQL cannot listen on {', '.join(silent)}, port {port}.",
            f"See {_log(paths)}.",
            _log_tail(paths),
        )


def _log_tail(paths: Paths) -> list[str]:
    return _log(paths).read_text(encoding="utf-8", errors="replace").splitlines()[-12:]


def _answers(address: str, port: int) -> bool:
    with socket.socket() as attempt:
        attempt.settimeout(1.0)
        return attempt.connect_ex((address, port)) == 0


def _free_port(paths: Paths) -> int:
    """Choose a port that nobody listens on and no other instance keeps, running or not."""
    others = paths.state.parent.glob(f"*/{_record(paths).name}")
    kept = {json.loads(record.read_text(encoding="utf-8"))["port"] for record in others}
    ports = range(_FIRST_PORT, _FIRST_PORT + _PORTS)
    # In no order, so that two that are made at the same time do not choose the same one.
    for port in secrets.SystemRandom().sample(ports, _PORTS):
        if port not in kept and not _answers("127.0.0.1", port):
            return port
    raise PortInUseError(
        f"No port from {_FIRST_PORT} to {_FIRST_PORT + _PORTS - 1} is free.",
        "Stop what listens there: ss -tlnp",
    )


def _refuse_foreign(port: int, addresses: Sequence[str]) -> None:
    if any(_answers(address, port) for address in addresses):
        raise PortInUseError(
            f"The database's port {port} is used by another program.",
            f"Find it with: ss -tlnp 'sport = :{port}', stop it and run the command again.",
        )
