"""A real server: who is let in, what is kept, and what heals."""

import asyncio
import os
import pwd
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import asyncpg
import pytest

from taskflow_deploy.errors import DatabaseUnreachableError, PortInUseError
from taskflow_deploy.output import Output
from taskflow_deploy.paths import REPOSITORY, Paths
from taskflow_deploy.postgres import binaries, server
from taskflow_deploy.postgres.server import HostDatabase
from tests.unit.services import answers, folder_open_to_all

_T = TypeVar("_T")
_HERE = "127.0.0.1"
_ASKS_FOR_A_PASSWORD, _REFUSES = b"R", b"E"


@pytest.fixture(scope="module")
def places() -> Iterator[Paths]:
    """Folders of the server that the tests of this module share."""
    with folder_open_to_all() as root:
        made = Paths(REPOSITORY, root / "cache", root / "state" / "t", root / "run", "t")
        yield made
        server.stop(made)


@pytest.fixture
def database(places: Paths, output: Output) -> HostDatabase:
    """The server, running, whatever the test before did to it."""
    return server.ensure(places, output, listen=[_HERE], allow=[])


async def _connect(database: HostDatabase, **changes: str) -> asyncpg.Connection:
    given = {"user": "taskflow", "password": database.password, "database": "taskflow", **changes}
    return await asyncpg.connect(host=_HERE, port=database.port, timeout=5, **given)


def _ask(database: HostDatabase, question: Callable[[asyncpg.Connection], Awaitable[_T]]) -> _T:
    async def run() -> _T:
        connection = await _connect(database)
        try:
            return await question(connection)
        finally:
            await connection.close()

    return asyncio.run(run())


def _knock(port: int, source: str, *, user: str = "taskflow", database: str = "taskflow") -> bytes:
    """Ask to be let in from an address of this machine; return the kind of the first answer."""
    words = b"".join(f"{word}\0".encode() for word in ("user", user, "database", database))
    message = struct.pack(">I", 3 << 16) + words + b"\0"
    with socket.create_connection((_HERE, port), 5, source_address=(source, 0)) as knocking:
        knocking.sendall(struct.pack(">I", len(message) + 4) + message)
        return knocking.recv(1)


@pytest.mark.parametrize(
    "changes", [{"password": "wrong"}, {"password": ""}, {"user": "postgres", "password": ""}]
)
def test_nobody_gets_in_without_the_password(
    database: HostDatabase, changes: dict[str, str]
) -> None:
    with pytest.raises((asyncpg.InvalidPasswordError, asyncpg.InterfaceError)):
        asyncio.run(_connect(database, **changes))


def test_the_role_owns_its_database_and_is_no_superuser(database: HostDatabase) -> None:
    query = """
        SELECT r.rolsuper OR r.rolcreaterole OR r.rolcreatedb, d.datname
        FROM pg_roles r JOIN pg_database d ON d.datdba = r.oid WHERE r.rolname = current_user
    """
    assert tuple(_ask(database, lambda c: c.fetchrow(query))) == (False, "taskflow")


def test_a_network_is_let_in_only_when_it_was_named(
    places: Paths, output: Output, database: HostDatabase
) -> None:
    pod = "127.0.0.2"
    assert _knock(database.port, _HERE) == _ASKS_FOR_A_PASSWORD
    assert _knock(database.port, pod) == _REFUSES

    server.ensure(places, output, listen=[_HERE], allow=["127.0.0.2/31"])
    _eventually(lambda: _knock(database.port, pod) == _ASKS_FOR_A_PASSWORD)
    # Nobody but our role, and nothing but our database.
    assert _knock(database.port, pod, user="postgres") == _REFUSES
    assert _knock(database.port, pod, database="postgres") == _REFUSES

    server.ensure(places, output, listen=[_HERE], allow=[])
    _eventually(lambda: _knock(database.port, pod) == _REFUSES)


def test_data_and_port_are_kept_over_stop_and_start(
    places: Paths, output: Output, database: HostDatabase
) -> None:
    _ask(database, lambda c: c.execute("CREATE TABLE kept AS SELECT 42 AS answer"))
    server.stop(places)
    assert server.status(places).detail == "stopped, data kept"
    server.stop(places)

    again = server.ensure(places, output, listen=[_HERE], allow=[])
    assert again == database
    assert _ask(again, lambda c: c.fetchval("SELECT answer FROM kept")) == 42
    assert server.status(places).detail == f"running on port {database.port}"


def test_a_running_server_is_left_alone(
    places: Paths, output: Output, database: HostDatabase
) -> None:
    before = _process(places)
    server.ensure(places, output, listen=[_HERE], allow=[])
    assert _process(places) == before


def test_a_further_address_is_listened_on(
    places: Paths, output: Output, database: HostDatabase
) -> None:
    server.ensure(places, output, listen=[_HERE, "127.0.0.3"], allow=[])
    with socket.create_connection(("127.0.0.3", database.port), 5):
        pass


def test_an_address_that_cannot_be_had_is_an_error(
    places: Paths, output: Output, database: HostDatabase
) -> None:
    with pytest.raises(DatabaseUnreachableError, match=r"192\.0\.2\.1") as caught:
        server.ensure(places, output, listen=[_HERE, "192.0.2.1"], allow=[])
    assert any("could not bind" in line for line in caught.value.details)


def test_it_comes_back_after_being_killed(
    places: Paths, output: Output, database: HostDatabase
) -> None:
    killed = _process(places)
    os.kill(killed, signal.SIGKILL)
    _eventually(lambda: server.status(places).detail == "stopped, data kept")
    assert (places.state / "postgres/data/postmaster.pid").exists(), "nothing to heal"
    # With other rules, since they are written before the server runs again.
    server.ensure(places, output, listen=[_HERE], allow=["127.0.0.8/32"])
    assert _ask(database, lambda c: c.fetchval("SELECT 1")) == 1
    assert _process(places) != killed


def test_a_process_that_got_the_number_of_ours_is_not_taken_for_it(
    places: Paths, output: Output, database: HostDatabase
) -> None:
    server.stop(places)
    pid_file = places.state / "postgres/data/postmaster.pid"
    with subprocess.Popen(["sleep", "60"]) as other:
        pid_file.write_text(f"{other.pid}\n", encoding="ascii")
        assert not server.status(places).well
        server.stop(places)
        assert other.poll() is None
        other.kill()
    pid_file.unlink()


def test_a_port_that_another_program_took_is_named(
    places: Paths, output: Output, database: HostDatabase
) -> None:
    server.stop(places)
    with (
        socket.create_server((_HERE, database.port)),
        pytest.raises(PortInUseError, match=str(database.port)) as caught,
    ):
        server.ensure(places, output, listen=[_HERE], allow=[])
    assert str(database.port) in caught.value.resolution
    assert not server.status(places).well


def test_instances_keep_different_ports_even_while_they_are_stopped(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_PORTS", 4)
    ports = range(server._FIRST_PORT, server._FIRST_PORT + 4)
    free = [port for port in ports if not answers(port)]
    for number, port in enumerate(free):
        assert server._free_port(paths) in free[number:]
        record = paths.state.with_name(f"other{number}") / "postgres.json"
        record.parent.mkdir()
        record.write_text(f'{{"port": {port}}}', encoding="utf-8")
    with pytest.raises(PortInUseError, match="No port from"):
        server._free_port(paths)


def test_no_outgoing_connection_can_have_taken_a_port() -> None:
    last = server._FIRST_PORT + server._PORTS - 1
    assert last < 32_768  # where net.ipv4.ip_local_port_range begins, unless somebody changed it


@pytest.fixture
def own_user(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A user of the test's own: the usual one belongs to whoever uses this machine."""
    name = f"tf-test-{os.getpid()}"
    monkeypatch.setattr(binaries, "SYSTEM_USER", name)
    yield name
    if _exists(name):
        subprocess.run(["userdel", name], check=True)


def test_a_half_made_database_is_made_anew_and_purge_leaves_nothing(
    output: Output, own_user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with folder_open_to_all() as root:
        monkeypatch.setattr(binaries, "SYSTEM_STATE", root / "state")
        paths = Paths(REPOSITORY, root / "cache", root / "state" / "t", root / "run", "t")
        (paths.state / "postgres" / "data" / "base").mkdir(parents=True)
        made = server.ensure(paths, output, listen=[_HERE], allow=[])
        assert _ask(made, lambda c: c.fetchval("SELECT 1")) == 1
        assert (paths.state / "postgres.json").stat().st_mode & 0o077 == 0
        assert not (paths.state / "postgres" / "password").exists()
        other = replace(paths, state=root / "state" / "other")
        (other.state / "postgres").mkdir(parents=True)
        assert _exists(own_user) == (os.geteuid() == 0)

        server.purge(paths)
        assert _files(paths.state) == []
        assert _exists(own_user) == (os.geteuid() == 0), "the other instance still needs the user"
        server.purge(other)
        assert _files(root / "state") == []
        assert not _exists(own_user)
        assert server.status(paths).detail == "not created"


def _exists(user: str) -> bool:
    return any(entry.pw_name == user for entry in pwd.getpwall())


def _process(paths: Paths) -> int:
    text = (paths.state / "postgres/data/postmaster.pid").read_text(encoding="ascii")
    return int(text.splitlines()[0])


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if not path.is_dir()]


def _eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
