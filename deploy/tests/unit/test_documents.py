"""What the documents name is there: tests, files, targets, commands, links, codes and variables."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from taskflow_deploy.cli.main import app
from taskflow_deploy.errors import DeployError
from taskflow_deploy.paths import REPOSITORY
from tests.unit.test_errors import kinds

README = REPOSITORY / "README.md"
SPECS = REPOSITORY / "specs" / "001-k8s-deployment"
DOCUMENTS = [
    README,
    REPOSITORY / "CONTRIBUTING.md",
    *sorted((REPOSITORY / "docs").rglob("*.md")),
    *sorted((REPOSITORY / "specs").rglob("*.md")),
]
# Where the deployer reads the environment, and where the backend names the codes of its errors.
_READ_BY = ("settings.py", "paths.py", "cli/common.py")
_CODES_IN = (
    "errors.py",
    "api/*.py",
    "security/*.py",
    "services/*.py",
    "middleware/*.py",
    "chatbot/api/**/*.py",
)

_FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"[\w.\[\]-]+(?:/[\w.\[\]-]+)+/?")
_SUFFIX = re.compile(r"\.(?:py|tsx?|mjs|md|toml|ya?ml|json|sh|mod|sum|go|tpl|conflist|Dockerfile)$")
_ID = r"(N?FR-\d{3})"
_OF = "\u203a"  # stands between a file and the title of a test in it


def test_documents_name_only_what_is_there() -> None:
    found = [
        f"{document.relative_to(REPOSITORY)}: {complaint}"
        for document in DOCUMENTS
        for complaint in complaints(document, document.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("`deploy/tests/unit/test_lock.py::test_gone`", "no test test_gone in deploy/tests/unit/"),
        ("`deploy/tests/unit/test_gone.py::test_x`", "no test test_x in deploy/tests/unit/test_go"),
        (f"`frontend/e2e/journey.spec.ts` {_OF} `gone`", "no test gone in frontend/e2e/journey"),
        ("see `backend/src/gone`", "no file backend/src/gone"),
        ("see `checkpoints/chart.py`", "no file checkpoints/chart.py"),
        ("`make gone`", "no target gone"),
        ("```sh\nmake gone\n```", "no target gone"),
        ("`./taskflow gone`", "no command gone"),
        ("`./taskflow cluster gone`", "no command gone"),
        ("`./taskflow up --gone`", "no option --gone"),
        ("`./taskflow down gone`", "no argument gone"),
        ("```sh\n./taskflow up --cluster minikube gone\n```", "no argument gone"),
        ("[there](gone.md)", "no file behind gone.md"),
        ("[there](README.md#gone)", "no heading behind README.md#gone"),
    ],
)
def test_what_is_not_there_is_noticed(text: str, complaint: str) -> None:
    found = complaints(REPOSITORY / "any.md", text)
    assert len(found) == 1
    assert found[0].startswith(complaint)


def test_every_requirement_has_one_line_of_proof() -> None:
    spec = (SPECS / "spec.md").read_text(encoding="utf-8")
    checklist = (SPECS / "checklists" / "requirements.md").read_text(encoding="utf-8")
    required = re.findall(rf"^- \*\*{_ID}\*\* \S", spec, re.MULTILINE)
    rows = re.findall(rf"^\| {_ID} \| (.+) \|$", checklist, re.MULTILINE)
    assert len(required) == len(set(required)) > 0
    assert [name for name, _ in rows] == required
    proofs = re.compile(rf"::|` {_OF} `|`make |\./taskflow ")
    assert [name for name, proof in rows if not proofs.search(proof)] == []


def test_the_readme_has_every_exit_code() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    named = {
        str(kind.exit_code): (kind.__doc__ or "").splitlines()[0]
        for kind in kinds()
        if kind is not DeployError
    }
    assert dict(rows) == {"0": "Success.", "1": "A fault of TaskFlow's own.", **named}
    assert len(rows) == len(named) + 2


def test_the_readme_has_every_variable() -> None:
    sources = [REPOSITORY / "deploy/src/taskflow_deploy" / name for name in _READ_BY]
    text = "".join(source.read_text(encoding="utf-8") for source in sources)
    read = set(re.findall(r'(?:\.get\(|envvar=)"([A-Z_]+)"', text))
    rows = re.findall(r"^\| `([A-Z_]+)` \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert {"DATABASE_URL", "TASKFLOW_INSTANCE", "TASKFLOW_CLUSTER"} < read
    assert read - set(rows) == set()


def test_the_contract_has_every_code_of_the_backend() -> None:
    backend = REPOSITORY / "backend" / "src"
    sources = [source for pattern in _CODES_IN for source in backend.glob(pattern)]
    text = "".join(source.read_text(encoding="utf-8") for source in sources)
    contract = (SPECS / "contracts" / "api-contracts.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \d{3} \| `([A-Z_]+)` \|", contract, re.MULTILINE)
    assert set(listed) == set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', text))


def complaints(document: Path, text: str) -> list[str]:
    """Return what a document names that is not there."""
    prose = _FENCE.sub("", text)
    code = [*_SPAN.findall(prose), *_FENCE.findall(text)]
    checks: list[tuple[Callable[..., Iterator[str]], tuple[Any, ...]]] = [
        (_tests, (prose,)),
        (_files, (_SPAN.findall(prose),)),
        (_targets, (code,)),
        (_commands, (code,)),
        (_links, (document, prose)),
    ]
    return [complaint for check, given in checks for complaint in check(*given)]


def _tests(prose: str) -> Iterator[str]:
    """Look for tests of pytest, by name, and of vitest and Playwright, by title."""
    names = re.findall(r"`(\S+)::(\w+)`", prose)
    titles = re.findall(rf"`(\S+)` {_OF} `([^`]+)`", prose)
    named = [(path, name, f"def {name}(") for path, name in names]
    named += [(path, title, f'"{title}"') for path, title in titles]
    for path, name, written in named:
        file = REPOSITORY / path
        if not file.is_file() or written not in file.read_text(encoding="utf-8"):
            yield f"no test {name} in {path}"


def _files(spans: list[str]) -> Iterator[str]:
    """Look for each span that is a path: below a folder of the checkout, or with a known ending."""
    folders = {path.name for path in REPOSITORY.iterdir()}
    for span in spans:
        is_ours = span.split("/")[0] in folders or _SUFFIX.search(span)
        if _PATH.fullmatch(span) and is_ours and not (REPOSITORY / span).exists():
            yield f"no file {span}"


def _targets(code: list[str]) -> Iterator[str]:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for target in re.findall(r"\bmake ([a-z-]+)", "\n".join(code)):
        if target not in known:
            yield f"no target {target}"


def _commands(code: list[str]) -> Iterator[str]:
    for words in re.findall(r"\./taskflow((?: +[^\s#|&;()]+)*)", "\n".join(code)):
        yield from _unknown_words(words.split())


def _unknown_words(words: list[str]) -> Iterator[str]:
    """Read a command line as the command line library would, with its own tables."""
    command: Any = typer.main.get_command(app)
    rest = iter(words)
    for word in rest:
        commands = getattr(command, "commands", {})
        if word.startswith("-"):
            name, _, value = word.partition("=")
            option = next((param for param in command.params if name in param.opts), None)
            if option is None and name != "--help":
                yield f"no option {name} in {' '.join(words)}"
            elif option is not None and not option.is_flag and not value:
                next(rest, None)
        elif word in commands:
            command = commands[word]
            if command.context_settings.get("ignore_unknown_options"):
                return  # all further words are another program's
        elif commands:
            yield f"no command {word} in {' '.join(words)}"
            return
        elif all(param.param_type_name != "argument" for param in command.params):
            yield f"no argument {word} in {' '.join(words)}"


def _links(document: Path, prose: str) -> Iterator[str]:
    for link in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, heading = link.partition("#")
        file = document.parent / path if path else document
        if not file.exists():
            yield f"no file behind {link}"
        elif heading and heading not in _headings(file):
            yield f"no heading behind {link}"


def _headings(file: Path) -> set[str]:
    """Return the anchors that a page's headings get where it is shown."""
    lines = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in lines}
