"""Containers that run a script with Node.js, run here by the locked one."""

import os
import socket
import subprocess

from taskflow_deploy.output import Output
from taskflow_deploy.toolchains import toolchain
from tests.chart.helm import Object


def command(container: Object) -> list[str]:
    """Return the container's command, with the locked Node.js for the image's."""
    program, *words = container["command"]
    assert program == "node"
    return [str(toolchain("node", Output()) / "node"), *words]


def environment(container: Object) -> dict[str, str]:
    """Return the variables that a container sets itself."""
    return {each["name"]: each["value"] for each in container["env"]}


def start(container: Object, **asked: str) -> subprocess.Popen[str]:
    """Start the container's command; variables that it sets may be set otherwise."""
    own = environment(container)
    assert asked.keys() <= own.keys()
    return subprocess.Popen(
        command(container),
        env={**os.environ, **own, **asked},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def free_port() -> int:
    """Return a port at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port
