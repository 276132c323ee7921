"""The cluster itself: build, start, stop, status, delete."""

import typer

from taskflow_deploy.cli.common import ClusterOption, JsonOption, YesOption, open_context

app = typer.Typer(no_args_is_help=True, help="Start, stop, look at or delete the local Kubernetes.")


@app.command()
def build() -> None:
    """Compile the embedded cluster's components, without starting anything."""
    from taskflow_deploy.clusters.embedded.components import PROGRAMS
    from taskflow_deploy.output import Output
    from taskflow_deploy.paths import current_paths
    from taskflow_deploy.programs.compiler import ensure_programs

    output = Output()
    for programs in PROGRAMS:
        output.text(str(ensure_programs(current_paths().cache, programs, output)))


@app.command()
def start(cluster: ClusterOption = "auto", yes: YesOption = False) -> None:
    """Start the cluster and wait until it is ready."""
    from taskflow_deploy import lock
    from taskflow_deploy.clusters import select

    context = open_context(cluster, assume_yes=yes)
    with lock.exclusive(context.paths):
        select.remember(context.paths, context.cluster)
        context.cluster.start()


@app.command()
def stop(cluster: ClusterOption = "auto") -> None:
    """Stop the cluster; what it holds is kept."""
    from taskflow_deploy import lock

    context = open_context(cluster)
    with lock.exclusive(context.paths):
        context.cluster.stop()
    context.output.good("The cluster is stopped.")


@app.command()
def delete(cluster: ClusterOption = "auto") -> None:
    """Delete the cluster and everything it left on the machine; compiled programs stay cached."""
    from taskflow_deploy import built_images, lock, records
    from taskflow_deploy.clusters import select

    context = open_context(cluster)
    with lock.exclusive(context.paths):
        context.cluster.delete()
        records.forget(context.paths)
        built_images.forget(context.paths)
        select.forget(context.paths)
    context.output.good("The cluster is deleted.")


@app.command()
def status(cluster: ClusterOption = "auto", as_json: JsonOption = False) -> None:
    """Show how each part of the cluster is."""
    context = open_context(cluster, as_json=as_json)
    found = context.cluster.status()
    if as_json:
        parts = [vars(part) for part in found.parts]
        context.output.data({"exists": found.exists, "running": found.running, "parts": parts})
        return
    state = "running" if found.running else "stopped" if found.exists else "not created"
    rows = [[part.name, "well" if part.well else "ill", part.detail] for part in found.parts]
    context.output.table(f"{context.cluster.kind}: {state}", ["part", "state", "detail"], rows)
