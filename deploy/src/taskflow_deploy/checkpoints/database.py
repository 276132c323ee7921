"""The database: yours or one on this machine, and reached from where pods are."""

import asyncio
from urllib.parse import urlsplit

from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.checks import Found, skipped
from taskflow_deploy.errors import DatabaseUnreachableError
from taskflow_deploy.postgres import server

_CONNECT_SECONDS = 5
_PORT = 5432
_LOCAL = {"localhost", "127.0.0.1", "::1"}


def given(deployment: Deployment) -> str:
    """Log in to the database of DATABASE_URL, where there is one.

    Raises
    ------
    DatabaseUnreachableError
        It does not let us in, or pods could never reach it.
    """
    url = deployment.settings.database_url
    if url is None:
        return "DATABASE_URL is not set: PostgreSQL runs on this machine"
    if urlsplit(url).hostname in _LOCAL:
        raise DatabaseUnreachableError(
            "DATABASE_URL names this machine as localhost, which is the pod itself in a pod.",
            "Use an address that pods reach, or unset it to have PostgreSQL run on this machine.",
            mend="unset DATABASE_URL",
        )
    asyncio.run(_connect(url))
    return f"logged in at {urlsplit(url).hostname}"


async def _connect(url: str) -> None:
    import asyncpg

    plain = "postgresql://" + url.partition("://")[2]
    try:
        connection = await asyncpg.connect(plain, timeout=_CONNECT_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseUnreachableError(
            f"The database of DATABASE_URL does not let us in: {type(error).__name__}.",
            "Check host, port, user and password, for example with psql, and run it again.",
            [str(error)],
            mend='psql "$DATABASE_URL" -c "select 1"',
        ) from None
    await connection.close()


def have(deployment: Deployment) -> str:
    """Have a database: the given one, or one that is started on this machine."""
    url = deployment.settings.database_url
    if url is not None:
        deployment.database_url = url
        deployment.database = f"your database at {urlsplit(url).hostname}"
        return deployment.database
    addresses = list(deployment.cluster.host_addresses())
    found = server.ensure(
        deployment.paths,
        deployment.output,
        listen=["127.0.0.1", *addresses],
        allow=deployment.cluster.client_networks(),
    )
    return _use(deployment, found, addresses[0])


def would_have(deployment: Deployment) -> str | Found:
    """Tell which database would be used."""
    if deployment.settings.database_url is not None:
        return have(deployment)
    found = server.known(deployment.paths)
    if found is None or not deployment.is_running:
        return skipped("up creates and starts PostgreSQL on this machine", "./taskflow up")
    said = _use(deployment, found, deployment.cluster.host_addresses()[0])
    if not server.status(deployment.paths).well:
        return skipped(f"{said} is stopped; up starts it", "./taskflow up")
    return said


def _use(deployment: Deployment, found: server.HostDatabase, host: str) -> str:
    deployment.database_url = found.url(host)
    deployment.database = f"PostgreSQL on this machine, port {found.port}"
    return deployment.database


def reached(deployment: Deployment) -> str | Found:
    """Connect to the database from inside the node, as pods do.

    Raises
    ------
    DatabaseUnreachableError
        The node does not reach it, although this machine may.
    """
    if not deployment.database_url or not deployment.is_running:
        return skipped("known once the cluster and the database run")
    if deployment.settings.database_url is None and not server.status(deployment.paths).well:
        return skipped("known once PostgreSQL runs")
    address = urlsplit(deployment.database_url)
    host, port = address.hostname or "", address.port or _PORT
    if not deployment.cluster.reaches(host, port):
        raise DatabaseUnreachableError(
            f"Pods do not reach the database: {host}:{port} takes no connection from the node.",
            "Let a firewall on the way accept the node's network, and run it again.",
            mend="./taskflow preflight",
        )
    return f"{host}:{port} answers the node"
