"""PostgreSQL's programs, and the user that runs them."""

import os
import pwd
import shutil
from pathlib import Path

from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.runner import run
from taskflow_deploy.toolchains import pinned_version, toolchain

SYSTEM_USER = "taskflow-pg"


def programs(paths: Paths, output: Output) -> Path:
    """Return the folder of PostgreSQL's programs, in a place its user can read.

    PostgreSQL refuses to run as root, and its own user cannot look into root's
    home, where the Python environment may be: then a copy is made beside the state.
    """
    folder = toolchain("postgres", output)
    if os.geteuid() != 0 or _open_to_all(folder):
        return folder
    copy = paths.state.parent / f".postgresql-{pinned_version('postgres')}"
    if not copy.exists():
        partial = copy.with_suffix(".part")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(folder.parent, partial, symlinks=True)
        partial.rename(copy)
    return copy / "bin"


def as_server_user(command: list[str]) -> list[str]:
    """Return a command that runs as PostgreSQL's user, or unchanged where we are not root."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", f"--reuid={SYSTEM_USER}", f"--regid={SYSTEM_USER}", "--clear-groups",
            *command]  # fmt: skip


def give_to_server_user(path: Path) -> None:
    """Let PostgreSQL's user own a path, making that user when it is missing."""
    if os.geteuid() != 0:
        return
    if not _user_exists():
        home = ["--no-create-home", "--home-dir", "/nonexistent"]
        shell = ["--shell", "/usr/sbin/nologin"]
        run(["useradd", "--system", "--user-group", *home, *shell, SYSTEM_USER])
    shutil.chown(path, SYSTEM_USER, SYSTEM_USER)


def remove_leftovers(paths: Paths) -> None:
    """Remove the user and the copied programs once no instance keeps a database."""
    root = paths.state.parent
    if os.geteuid() != 0 or any(root.glob("*/postgres")):
        return
    if _user_exists():
        run(["userdel", SYSTEM_USER])
    for copy in root.glob(".postgresql-*"):
        shutil.rmtree(copy)


def _user_exists() -> bool:
    return any(entry.pw_name == SYSTEM_USER for entry in pwd.getpwall())


def _open_to_all(folder: Path) -> bool:
    return all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents))
