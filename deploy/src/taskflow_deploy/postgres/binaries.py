"""PostgreSQL's programs, and the user that runs them."""

import os
import pwd
import shutil
from pathlib import Path

from taskflow_deploy.errors import CommandError
from taskflow_deploy.output import Output
from taskflow_deploy.paths import SYSTEM_STATE, Paths
from taskflow_deploy.runner import run
from taskflow_deploy.toolchains import pinned_version, toolchain

SYSTEM_USER = "taskflow-pg"
_USER_AT_WORK = 8  # userdel's exit code where a process of the user runs


def programs(paths: Paths, output: Output) -> Path:
    """Return the folder of PostgreSQL's programs, in a place its user can read.

    PostgreSQL refuses to run as root, and its own user cannot look into root's
    home, where the Python environment may be: then a copy is made beside the state.
    """
    folder = toolchain("postgres", output)
    if os.geteuid() != 0 or _open_to_all(folder):
        return folder
    copy = paths.state.parent / f".postgresql-{pinned_version('postgres')}"
    installed, package = folder.parent, folder.parents[1]
    if not copy.exists():
        partial = copy.with_suffix(".part")
        shutil.rmtree(partial, ignore_errors=True)
        # The programs look for the wheel's libraries beside their package.
        libraries = package.with_name(f"{package.name}.libs")
        shutil.copytree(libraries, partial / libraries.name)
        shutil.copytree(installed, partial / package.name / installed.name, symlinks=True)
        partial.rename(copy)
    return copy / package.name / installed.name / folder.name


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
    # Databases may be kept elsewhere for a while, as tests do; their user is the same.
    if root == SYSTEM_STATE and _user_exists():
        done = run(["userdel", SYSTEM_USER], check=False)
        if done.code not in {0, _USER_AT_WORK}:
            raise CommandError(f"The user {SYSTEM_USER} could not be removed.", details=done.tail)
    for copy in root.glob(".postgresql-*"):
        shutil.rmtree(copy)


def _user_exists() -> bool:
    return any(entry.pw_name == SYSTEM_USER for entry in pwd.getpwall())


def _open_to_all(folder: Path) -> bool:
    return all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents))
