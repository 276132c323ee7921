"""Checkpoint one: the cluster runs, is ours, and reaches a database."""

import asyncio
from urllib.parse import urlsplit

from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.clusters import select
from taskflow_deploy.clusters.guard import require_our_cluster
from taskflow_deploy.errors import DatabaseUnreachableError, PortInUseError
from taskflow_deploy.kube import NAMESPACE, read
from taskflow_deploy.postgres import server

_CONNECT_SECONDS = 5
_LOCAL = {"localhost", "127.0.0.1", "::1"}


def run(deployment: Deployment) -> str:
    """Check what was given, start the cluster and have a database."""
    if deployment.settings.database_url is not None:
        _check_given_database(deployment.settings.database_url)
    cluster = deployment.cluster
    if cluster.kubeconfig.exists() and cluster.kubectl.exists():
        require_our_cluster(cluster)
    select.remember(deployment.paths, cluster)
    cluster.start()
    require_our_cluster(cluster)
    _require_free_node_port(deployment)
    _have_database(deployment)
    return f"{deployment.cluster.kind} cluster, {deployment.database}"


def _have_database(deployment: Deployment) -> None:
    given = deployment.settings.database_url
    if given is not None:
        deployment.database_url = given
        deployment.database = f"your database at {urlsplit(given).hostname}"
        return
    addresses = list(deployment.cluster.host_addresses())
    database = server.ensure(
        deployment.paths,
        deployment.output,
        listen=["127.0.0.1", *addresses],
        allow=deployment.cluster.client_networks(),
    )
    deployment.database_url = database.url(addresses[0])
    deployment.database = f"PostgreSQL on this machine, port {database.port}"


def _check_given_database(url: str) -> None:
    if urlsplit(url).hostname in _LOCAL:
        raise DatabaseUnreachableError(
            "DATABASE_URL names this machine as localhost, which is the pod itself in a pod.",
            "Use an address that pods reach, or unset it to have PostgreSQL run on this machine.",
        )
    asyncio.run(_connect(url))


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
        ) from None
    await connection.close()


def _require_free_node_port(deployment: Deployment) -> None:
    port = deployment.settings.node_port
    for service in read(deployment.cluster, "get", "services", "--all-namespaces")["items"]:
        taken = [entry.get("nodePort") for entry in service["spec"].get("ports", ())]
        if port in taken and service["metadata"]["namespace"] != NAMESPACE:
            raise PortInUseError(
                f"Node port {port} belongs to the service {service['metadata']['name']}.",
                "Set TASKFLOW_NODE_PORT to another one, 30000 to 32767.",
            )
