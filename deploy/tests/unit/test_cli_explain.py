"""./taskflow explain: what is shown in which order, and that no helper changes how it ends."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from taskflow_deploy.cli import completions
from taskflow_deploy.clusters.base import ClusterStatus
from taskflow_deploy.explain import claude, helpers
from taskflow_deploy.paths import current_paths
from tests.unit import evidence_samples as samples
from tests.unit.command import CommandLine
from tests.unit.messages_api import KEY, Api, served
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools

_ANSWER = json.dumps({
    "summary": "The backend cannot be loaded.",
    "suggestions": [
        {"why": "It shows the traceback.", "command": "kubectl logs deploy/taskflow-backend -p"},
        {"why": "It starts anew.", "command": "kubectl rollout restart deploy/taskflow-backend"},
        {"why": "It lists images.", "command": "docker images"},
    ],
})  # fmt: skip


@pytest.fixture
def failed(command: CommandLine, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Evidence of a backend that crashes; the cluster does not run any more."""
    tools.install("kubectl", "helm")
    tools.play_without_processes(monkeypatch)
    command.state.mkdir(parents=True)
    cluster = RecordingCluster(tools, current_paths())
    cluster.start()
    folder = samples.taken(tools, current_paths(), cluster)
    monkeypatch.setattr(
        "taskflow_deploy.clusters.embedded.cluster.EmbeddedCluster.status",
        lambda _self: ClusterStatus(exists=False, running=False),
    )
    return folder


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """The API, in the place of Anthropic's, and a key for it."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    with served() as found:
        monkeypatch.setattr(claude, "OFFICIAL_API", found.url)
        yield found


def test_the_sentence_comes_first_then_why_then_what_to_do(
    command: CommandLine, failed: Path
) -> None:
    ended = command.run("explain")
    assert (ended.code, ended.err) == (0, "")
    lines = [line.rstrip() for line in ended.out.splitlines()]
    assert lines[0] == samples.SENTENCE
    heads = ["Why we think so", "Look further", "Mend it"]
    places = [lines.index(head) for head in heads]
    assert places == sorted(places)
    assert "  log    RuntimeError: broken on purpose" in lines[places[0] : places[1]]
    assert f"  ./taskflow evidence {failed.name} --open" in lines[places[1] : places[2]]
    assert lines[places[2] + 1 :] == ["  Mend what the log tells.", "  ./taskflow up"]


def test_json_says_the_same(command: CommandLine, failed: Path) -> None:
    told = command.run("explain", failed.name, "--json").json
    assert told["schema_version"] == 1
    assert (told["evidence"], told["sentence"]) == (failed.name, samples.SENTENCE)
    assert (told["kind"], told["pod"], told["container"]) == ("crash", samples.CRASHING, "backend")
    assert {"source": "log", "text": "RuntimeError: broken on purpose"} in told["why"]
    assert told["mend"] == "./taskflow up"
    assert "ai" not in told


def test_nothing_to_explain_is_no_failure(command: CommandLine, tools: Tools) -> None:
    ended = command.run("explain", "--ai")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("There is nothing to explain")
    told = command.run("explain", "--json").json
    assert told == {"schema_version": 1, "evidence": None, "sentence": None}
    assert not command.state.exists(), "to look leaves nothing behind"


def test_suggestions_are_shown_with_commands_that_work_here_and_marked(
    command: CommandLine, failed: Path, api: Api
) -> None:
    api.answers = [_ANSWER]
    ended = command.run("explain", "--ai")
    assert ended.code == 0
    assert f"Asking {claude.NAME}: " in ended.err
    without, _, told = ended.out.partition("\nClaude (claude-sonnet-5-5) suggests")
    assert without == command.run("explain").out
    assert told.splitlines() == [
        "; it may be wrong, and nothing of it was run",
        "  The backend cannot be loaded.",
        "",
        "  It shows the traceback.",
        "    kubectl logs deploy/taskflow-backend -p",
        "    ./taskflow kubectl logs deploy/taskflow-backend -p",
        "",
        "  It starts anew.",
        "    kubectl rollout restart deploy/taskflow-backend   [may change something: think first]",
        "    ./taskflow kubectl rollout restart deploy/taskflow-backend",
        "",
        "  It lists images.",
        "    docker images",
    ]


def test_suggestions_are_data_too_and_none_of_them_is_run(
    command: CommandLine, failed: Path, api: Api, tools: Tools
) -> None:
    api.answers = [_ANSWER]
    before = tools.calls()
    told = command.run("explain", "--ai=claude", "--json").json["ai"]
    assert (told["helper"], told["trouble"]) == (claude.NAME, "")
    assert [one["only_reads"] for one in told["suggestions"]] == [True, False, True]
    assert tools.calls() == before


def test_no_secret_leaves_the_machine(
    command: CommandLine, failed: Path, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:a-password-of-mine@10.0.0.1:5432/d")
    log = failed / "logs-previous.txt"
    line = f"[pod/{samples.CRASHING}/backend] it is a-password-of-mine and {KEY}\n"
    log.write_text(log.read_text(encoding="utf-8") + line, encoding="utf-8")
    api.answers = [_ANSWER]
    command.run("explain", "--ai")
    sent = json.dumps(api.asked)
    assert "it is [redacted] and [redacted]" in sent
    assert "a-password-of-mine" not in sent
    assert KEY not in sent


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"stop_reason": "refusal"}, "it declined to answer"),
        ({"status": 401, "body": "{}"}, "it does not take the ANTHROPIC_API_KEY"),
        ({"text": "no JSON"}, "its answer was not in the form that was asked for"),
        ({"delay": 20.0}, "it did not answer in time"),
    ],
)
def test_whatever_goes_wrong_with_a_helper_the_explanation_stands(
    command: CommandLine, failed: Path, api: Api, monkeypatch: pytest.MonkeyPatch,
    answer: dict[str, object], told: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(helpers.ask, "__defaults__", (3.0,))
    api.answers = [dict(answer), dict(answer)]
    ended, without = command.run("explain", "--ai"), command.run("explain")
    assert (ended.code, ended.out) == (without.code, without.out)
    assert ended.err.splitlines()[-1] == (
        f"! {claude.NAME} gave no advice: {told}. What stands above holds without it."
    )


def test_without_any_helper_the_explanation_stands(command: CommandLine, failed: Path) -> None:
    ended, without = command.run("explain", "--ai"), command.run("explain")
    assert (ended.code, ended.out) == (0, without.out)
    assert ended.err.startswith("! No AI helper was asked: there is none: set ANTHROPIC_API_KEY")
    told = command.run("explain", "--ai", "--json").json["ai"]
    assert (told["helper"], told["suggestions"]) == (None, [])


def test_settings_that_cannot_be_read_keep_everything_here(
    command: CommandLine, failed: Path, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://h/d")
    ended = command.run("explain", "--ai")
    assert ended.code == 0
    assert "without the settings it is not known what is secret" in ended.err
    assert api.asked == []


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (["--ai"], "auto"),
        (["--ai", "latest"], "auto"),
        (["latest", "--ai"], "auto"),
        (["--ai", "kubectl-ai"], "kubectl-ai"),
        (["--ai", "claude", "latest"], "claude"),
        (["--ai=gordon", "latest"], "gordon"),
    ],
)
def test_the_helper_may_be_named_or_not(
    command: CommandLine, failed: Path, monkeypatch: pytest.MonkeyPatch,
    words: list[str], asked: str,
) -> None:  # fmt: skip
    seen: list[str] = []

    def choose(name: str, _key: str) -> str:
        seen.append(name)
        return ""

    monkeypatch.setattr(helpers, "choose", choose)
    assert command.run("explain", *words).code == 0
    assert seen == [asked]


def test_what_there_is_not_is_wrong_usage(command: CommandLine, failed: Path) -> None:
    assert "no AI helper 'hal'" in command.run("explain", "--ai=hal").err
    ended = command.run("explain", "2020-01-01T00-00-00Z")
    assert ended.code == 2
    assert f"Choose from: latest, {failed.name}, now" in ended.err


def test_the_names_that_are_completed_are_those_that_there_are(
    command: CommandLine, failed: Path
) -> None:
    assert completions.HELPERS == helpers.NAMES
    assert [word for word, _ in completions.explained("")] == [failed.name, "latest", "now"]
