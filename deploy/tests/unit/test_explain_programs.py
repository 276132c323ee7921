"""kubectl-ai and Gordon: asked where they can do nothing, by stand-ins that know their options."""

import json
import os
import shutil
from pathlib import Path

import pytest

from taskflow_deploy.explain import gordon, helpers, kubectl_ai, room
from taskflow_deploy.explain.advice import AdviceError
from tests.unit.tools import Tools

_GOOD = json.dumps({"summary": "It crashed.", "suggestions": []})
_SECRETS = ("DATABASE_URL", "BETTER_AUTH_SECRET", "BETTER_AUTH_SECRET_PREVIOUS")
_DOCKER = """#!/bin/sh
case "$1 $2 $3" in
"ai version ") [ -z "$NO_GORDON" ] || { echo "docker: unknown command: docker ai" >&2; exit 1; } ;;
"ai --working-dir "*)
    [ "$#" = 4 ] || { echo "accepts at most 1 arg(s)" >&2; exit 1; }
    [ -z "$HANGS" ] || exec /bin/sleep 60
    printf '%s\\n' "$4" >"$SEEN.question"
    for file in "$3"/* "$3"/.[!.]*; do [ ! -f "$file" ] || /bin/cp -p "$file" "$SEEN"; done
    [ -z "$FAILS" ] || { echo "You are not signed in." >&2; exit 1; }
    printf '%s\\n' "$ANSWER" ;;
*) echo "docker: unknown command: docker $*" >&2; exit 1 ;;
esac
"""


@pytest.fixture
def machine(tools: Tools, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Tools:
    """A machine with kubectl-ai and a model's key."""
    env = shutil.which("env", path="/usr/bin:/bin")
    tools.put("env", f'#!/bin/sh\nexec {env} "$@"\n')
    tools.install("kubectl-ai", "unshare")
    tools.change(answer=_GOOD)
    monkeypatch.setenv("GEMINI_API_KEY", "a-key-of-the-models")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in _SECRETS:
        monkeypatch.setenv(name, "not-for-others")
    return tools


def test_kubectl_ai_is_asked_in_a_room_with_nothing_to_run(machine: Tools, tmp_path: Path) -> None:
    settings = tmp_path / "config" / "kubectl-ai" / "config.yaml"
    settings.parent.mkdir(parents=True)
    settings.write_text("skipPermissions: true\nmodel: gemini-2.5-flash\n", encoding="utf-8")
    (settings.parent / "tools.yaml").write_text("- name: rm\n", encoding="utf-8")
    advice = kubectl_ai.ask("===== pods =====\nall crash", 20.0)
    assert (advice.helper, advice.summary) == ("kubectl-ai", "It crashed.")
    inside = machine.state("room")
    assert [name for name, runs in inside.items() if runs] == ["/program"]
    assert {"/kubeconfig", "/home/.config/kubectl-ai/config.yaml"} < inside.keys()
    assert {name.split("/")[1] for name in inside} <= {"program", "kubeconfig", "home", "etc"}
    assert not any("tools.yaml" in name for name in inside)


def test_kubectl_ai_is_told_to_ask_before_it_acts_and_knows_no_cluster(machine: Tools) -> None:
    kubectl_ai.ask("===== pods =====\nall crash", 20.0)
    asked = machine.state("asked")
    assert asked["flags"] == {
        "--quiet": "true", "--skip-permissions": "false", "--mcp-client": "false",
        "--max-iterations": "4", "--kubeconfig": "/kubeconfig",
    }  # fmt: skip
    assert asked["question"].endswith("===== pods =====\nall crash")
    assert "Use no tool." in asked["question"]
    environment = asked["environment"]
    assert environment["KUBECONFIG"] == "/kubeconfig"
    assert environment["PATH"] == "/nothing"
    assert environment["GEMINI_API_KEY"] == "a-key-of-the-models"
    assert not set(_SECRETS) & environment.keys()
    # Neither the question nor a key is in an argument list.
    assert not any("crash" in word or "a-key" in word for word in machine.words())


def test_the_room_is_gone_afterwards(machine: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(machine.folder.parent))
    monkeypatch.setattr("tempfile.tempdir", None)
    kubectl_ai.ask("text", 20.0)
    assert not list(machine.folder.parent.glob("taskflow-room-*"))


def test_the_rooms_kubeconfig_points_nowhere(machine: Tools) -> None:
    program = shutil.which("kubectl-ai") or ""
    with room.room(program, Path("/no/settings")) as root:
        text = (root / room.KUBECONFIG).read_text(encoding="ascii")
        assert "clusters: []" in text
        assert "server" not in text
        assert (root / "tmp").is_dir()
        assert not (root / "home").exists()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"no_namespaces": True}, "it failed: unshare: unshare failed: Operation not permitted"),
        ({"answer": "The backend crashes."}, "its answer was not in the form that was asked for"),
        ({"hangs": True}, "it did not answer in time"),
    ],
)
def test_what_goes_wrong_with_kubectl_ai_is_told(
    machine: Tools, change: dict[str, object], told: str
) -> None:
    machine.change(**change)
    seconds = 1.5 if "hangs" in change else 20.0
    found = helpers.ask(helpers.KUBECTL_AI, "", "text", seconds)
    assert (found.advice, found.trouble) == (None, told)


def test_kubectl_ai_without_a_key_of_its_model_says_so(
    machine: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GEMINI_API_KEY")
    with pytest.raises(AdviceError, match="GEMINI_API_KEY environment variable not set"):
        kubectl_ai.ask("text", 20.0)


def test_kubectl_ai_is_not_asked_where_it_could_run_something(
    machine: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    (machine.folder / "unshare").unlink()
    with pytest.raises(AdviceError, match="it can run commands, and only on Linux"):
        kubectl_ai.ask("text", 20.0)
    (machine.folder / "kubectl-ai").unlink()
    with pytest.raises(AdviceError, match="it is not installed"):
        kubectl_ai.ask("text", 20.0)


@pytest.fixture
def seen(tools: Tools, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """What Gordon saw; a machine with Docker Desktop."""
    tools.put("docker", _DOCKER)
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    monkeypatch.setenv("ANSWER", f"\x1b[1mGordon:\x1b[0m {_GOOD}")
    return tmp_path / "seen"


def test_gordon_is_given_a_file_and_no_evidence_in_its_arguments(seen: Path) -> None:
    advice = gordon.ask("===== pods =====\nall crash", 20.0)
    assert (advice.helper, advice.summary) == ("gordon", "It crashed.")
    assert seen.read_text(encoding="utf-8") == "===== pods =====\nall crash"
    assert seen.stat().st_mode & 0o077 == 0
    question = Path(f"{seen}.question").read_text(encoding="utf-8")
    assert question.startswith("Read the file failure.txt in this folder. Run nothing, change noth")
    assert "all crash" not in question


@pytest.mark.parametrize(
    ("variable", "told"),
    [
        ("NO_GORDON", "Docker has no Gordon here"),
        ("FAILS", "it failed: You are not signed in."),
        ("HANGS", "it did not answer in time"),
    ],
)
def test_what_goes_wrong_with_gordon_is_told(
    seen: Path, monkeypatch: pytest.MonkeyPatch, variable: str, told: str
) -> None:
    monkeypatch.setenv(variable, "1")
    found = helpers.ask(helpers.GORDON, "", "text", 1.5 if variable == "HANGS" else 20.0)
    assert found.advice is None
    assert found.trouble.startswith(told)


def test_without_docker_there_is_no_gordon(tools: Tools) -> None:
    assert not gordon.is_there()
    assert os.environ["PATH"] == str(tools.folder)
