"""./taskflow: from a bare machine to a running deployer, in plain shell."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from taskflow_deploy.errors import RegistryError, ToolMissingError
from taskflow_deploy.paths import REPOSITORY
from tests.unit.index import Index, serve

_MADE_OF = ("uv.lock", "pyproject.toml", "deploy/pyproject.toml", "backend/pyproject.toml")
_VERSION = "0.13.9"
# What a stand-in environment's Python does: tell how it was started.
_PYTHON = '#!/bin/sh\necho "$TASKFLOW_UV:$*"\n'
_UV = f"""#!/bin/sh
case "$*" in
"sync --quiet --frozen --inexact --project "*" --all-packages --python "*\
" --no-python-downloads") how=as-it-is ;;
"sync --quiet --frozen --inexact --project "*" --all-packages --python "*\
" --no-python-downloads --compile-bytecode") how=compiled ;;
*) echo "uv does not know: $*" >&2; exit 2 ;;
esac
[ ! -e "$BREAK_UV" ] || exit 1
echo "$how" >>"$UV_CALLS"
mkdir -p "$UV_PROJECT_ENVIRONMENT/bin"
printf '%s' '{_PYTHON}' >"$UV_PROJECT_ENVIRONMENT/bin/python"
chmod +x "$UV_PROJECT_ENVIRONMENT/bin/python"
"""


class Checkout:
    """A fresh checkout on a machine that has only what the test gives it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "my checkout"
        self.programs = folder / "bin"
        self.cache = folder / "cache"
        self.calls = folder / "calls"
        self.broken_uv = folder / "uv-is-broken"
        self.environment = {
            "PATH": str(self.programs),
            "HOME": str(folder),
            "XDG_CACHE_HOME": str(self.cache),
            "UV_CALLS": str(self.calls),
            "BREAK_UV": str(self.broken_uv),
        }
        for name in _MADE_OF:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(name, encoding="utf-8")
        shutil.copy(REPOSITORY / "taskflow", self.root)
        shutil.copytree(REPOSITORY / "deploy/bootstrap", self.root / "deploy/bootstrap")
        self.programs.mkdir()
        for name in ("cat", "chmod", "cksum", "dirname", "mkdir", "readlink", "sh"):
            (self.programs / name).symlink_to(shutil.which(name) or "missing")

    def put(self, name: str, text: str) -> None:
        """Install a program."""
        (self.programs / name).write_text(text, encoding="utf-8")
        (self.programs / name).chmod(0o755)

    def run(
        self, *words: str, launcher: Path | None = None, cwd: Path | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run the launcher."""
        return subprocess.run(
            [launcher or self.root / "taskflow", *words],
            check=False, capture_output=True, text=True, env=self.environment, cwd=cwd or self.root,
        )  # fmt: skip

    @property
    def made(self) -> list[str]:
        """How the environment was made, each time."""
        return self.calls.read_text(encoding="utf-8").split() if self.calls.exists() else []

    @property
    def syncs(self) -> int:
        """How often the environment was made."""
        return len(self.made)


@pytest.fixture
def checkout(tmp_path: Path, python: str) -> Checkout:
    """A checkout on a machine with a new enough Python and with uv."""
    made = Checkout(tmp_path)
    made.put("python3.11", f'#!/bin/sh\nexec "{python}" "$@"\n')
    made.put("uv", _UV)
    return made


@pytest.fixture
def index() -> Iterator[Index]:
    """A package registry that offers the stand-in as uv."""
    with serve(_VERSION, _UV) as served:
        yield served


def test_the_environment_is_made_once(checkout: Checkout) -> None:
    first = checkout.run("up", "--yes", "two words")
    assert first.returncode == 0, first.stderr
    assert first.stdout == f"{checkout.programs}/uv:-m taskflow_deploy up --yes two words\n"
    assert first.stderr == "Making the Python environment from the lock.\n"
    second = checkout.run("status")
    assert (second.stdout, second.stderr) == (
        f"{checkout.programs}/uv:-m taskflow_deploy status\n",
        "",
    )
    assert checkout.syncs == 1


def test_where_no_bytecode_may_be_written_the_packages_are_compiled_at_once(
    checkout: Checkout,
) -> None:
    checkout.environment["PYTHONDONTWRITEBYTECODE"] = ""
    assert checkout.run("up").returncode == 0
    assert checkout.made == ["as-it-is"]
    (checkout.root / "uv.lock").write_text("another", encoding="utf-8")
    checkout.environment["PYTHONDONTWRITEBYTECODE"] = "1"
    assert checkout.run("up").returncode == 0
    assert checkout.made == ["as-it-is", "compiled"]


@pytest.mark.parametrize("name", _MADE_OF)
def test_it_is_made_anew_when_what_it_is_made_of_changes(checkout: Checkout, name: str) -> None:
    checkout.run("status")
    (checkout.root / name).write_text("changed", encoding="utf-8")
    assert checkout.run("status").returncode == 0
    assert checkout.syncs == 2


def test_it_is_made_anew_when_its_python_is_lost(checkout: Checkout) -> None:
    checkout.run("status")
    (checkout.root / ".venv/bin/python").unlink()
    assert checkout.run("status").returncode == 0
    assert checkout.syncs == 2


def test_it_is_made_anew_when_the_uv_that_made_it_is_lost(checkout: Checkout, index: Index) -> None:
    checkout.run("status")
    (checkout.programs / "uv").unlink()
    checkout.environment |= index.environment
    assert str(checkout.cache) in checkout.run("status").stdout
    assert checkout.syncs == 2


def test_a_word_that_is_being_completed_waits_for_no_environment(checkout: Checkout) -> None:
    checkout.environment["_TASKFLOW_COMPLETE"] = "bash"
    done = checkout.run()
    assert (done.returncode, done.stdout, done.stderr, checkout.syncs) == (0, "", "", 0)
    del checkout.environment["_TASKFLOW_COMPLETE"]
    checkout.run("status")
    checkout.environment["_TASKFLOW_COMPLETE"] = "bash"
    assert checkout.run().stdout.endswith(":-m taskflow_deploy\n")


def test_an_interrupted_environment_is_finished(checkout: Checkout) -> None:
    checkout.broken_uv.touch()
    failed = checkout.run("status")
    assert failed.returncode == RegistryError.exit_code
    assert failed.stderr.splitlines()[-2:] == [
        "error: The Python environment could not be made.",
        "what to do: Check that the Python package registry can be reached, "
        "then run the command again.",
    ]
    checkout.broken_uv.unlink()
    assert checkout.run("status").returncode == 0


def test_it_runs_from_another_folder_and_through_links(checkout: Checkout, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    direct, by_link = elsewhere / "direct", elsewhere / "taskflow"
    direct.symlink_to(checkout.root / "taskflow")
    by_link.symlink_to("direct")
    for launcher in (None, direct, by_link):
        done = checkout.run("status", launcher=launcher, cwd=elsewhere)
        assert done.stdout.endswith(":-m taskflow_deploy status\n"), done.stderr
    assert checkout.syncs == 1


@pytest.mark.parametrize("pythons", [{}, {"python3": "exit 1"}, {"python3.11": "exit 1"}])
def test_without_a_new_enough_python_it_says_so(
    checkout: Checkout, pythons: dict[str, str]
) -> None:
    (checkout.programs / "python3.11").unlink()
    for name, body in pythons.items():
        checkout.put(name, f"#!/bin/sh\n{body}\n")
    done = checkout.run("up")
    assert done.returncode == ToolMissingError.exit_code
    assert done.stdout == ""
    assert done.stderr == (
        "error: Python 3.11 or newer is not installed.\n"
        "what to do: Install it: apt-get install python3\n"
    )


def test_uv_is_fetched_once_when_it_is_missing(checkout: Checkout, index: Index) -> None:
    (checkout.programs / "uv").unlink()
    checkout.environment |= index.environment
    done = checkout.run("up")
    own = checkout.cache / "taskflow" / "uv" / _VERSION / "bin" / "uv"
    assert done.stdout == f"{own}:-m taskflow_deploy up\n", done.stderr
    assert os.access(own, os.X_OK)
    asked = list(index.asked)
    (checkout.root / "uv.lock").write_text("changed", encoding="utf-8")
    assert checkout.run("up").returncode == 0
    assert index.asked == asked
    assert checkout.syncs == 2


def test_a_registry_that_cannot_be_reached_ends_in_two_lines(checkout: Checkout) -> None:
    (checkout.programs / "uv").unlink()
    checkout.environment |= Index.unreachable()
    done = checkout.run("up")
    assert done.returncode == RegistryError.exit_code
    first, second, third = done.stderr.splitlines()
    assert first == f"Fetching uv {_VERSION} from the Python package registry."
    assert second.startswith("error: uv could not be fetched from the Python package registry: ")
    assert third.startswith("what to do: check the network")
    assert not (checkout.root / ".venv").exists()
