"""./taskflow evidence: what is kept, shown, opened and packed."""

import json
import tarfile
from pathlib import Path

import pytest

from taskflow_deploy.errors import DeployError, PodsError
from taskflow_deploy.evidence.capture import capture
from taskflow_deploy.evidence.outcome import conclude
from taskflow_deploy.paths import current_paths
from tests.unit import evidence_samples as samples
from tests.unit.command import CommandLine
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools

_OLD = "2025-03-01T08-09-10Z"
_ENDED = "The deployment was rolled back to revision 3."


@pytest.fixture
def names(command: CommandLine, cluster: RecordingCluster) -> list[str]:
    """Evidence of old, and of two failures; returns their names."""
    root = command.state / "evidence"
    (root / _OLD).mkdir(parents=True)
    (root / _OLD / "failure.txt").write_text("It broke long ago.\nLook.\n", encoding="utf-8")
    cluster.start()
    errors: list[DeployError] = [PodsError("First."), PodsError("Second [red].", "Look.")]
    made = [capture(current_paths(), cluster, error) for error in errors]
    conclude(made[0], _ENDED)
    return [_OLD, *(folder.name for folder in made)]


def _names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_all_are_listed_the_newest_last(command: CommandLine, names: list[str]) -> None:
    lines = command.run("evidence").out.splitlines()
    assert lines[0] == "Evidence, the newest last"
    assert lines[1].split() == ["name", "exit", "code", "size", "error", "how", "it", "ended"]
    assert [line.split()[:2] for line in lines[2:]] == [
        [names[0], "?"], [names[1], "50"], [names[2], "50"],
    ]  # fmt: skip
    assert "It broke long ago." in lines[2]
    assert lines[3].rstrip().endswith(_ENDED)
    assert "Second [red]." in lines[4]
    listed = command.run("evidence", "--json").json
    assert listed["schema_version"] == 1
    old, first, second = listed["evidence"]
    assert old == {
        "name": _OLD, "at": "2025-03-01T08:09:10Z", "error": "It broke long ago.",
        "exit_code": None, "outcome": None, "bytes": 25,
        "folder": str(command.state / "evidence" / _OLD),
    }  # fmt: skip
    assert (first["outcome"], second["outcome"], second["exit_code"]) == (_ENDED, None, 50)
    assert second["bytes"] == sum(file.stat().st_size for file in Path(second["folder"]).iterdir())


def test_to_look_leaves_nothing_behind(command: CommandLine) -> None:
    ended = command.run("evidence")
    assert (ended.code, ended.out) == (0, "There is no evidence: nothing has failed.\n")
    assert command.run("evidence", "--json").json == {"schema_version": 1, "evidence": []}
    assert not command.state.exists()


def test_one_is_shown_with_its_headline_and_files(command: CommandLine, names: list[str]) -> None:
    lines = command.run("evidence", names[1]).out.splitlines()
    assert lines[:3] == [
        str(command.state / "evidence" / names[1]), "First.", f"How it ended: {_ENDED}",
    ]  # fmt: skip
    assert lines[3].startswith("Taken 20")
    files = [line.split()[0] for line in lines[5:]]
    assert files == _names(command.state / "evidence" / names[1])
    contract = next(line for line in lines if line.startswith("contract.txt"))
    assert contract.rstrip().endswith("says why it is not to be had")
    shown = command.run("evidence", "latest", "--json").json
    assert (shown["name"], shown["record"]["error"]["message"]) == (names[2], "Second [red].")
    old = command.run("evidence", _OLD).out.splitlines()
    assert old[1:3] == ["It broke long ago.", "How it ended: not known"]


@pytest.mark.parametrize("words", [["2024"], ["../.."], ["2024", "--open"]])
def test_a_name_that_is_none_is_answered_by_what_there_is(
    command: CommandLine, names: list[str], words: list[str]
) -> None:
    ended = command.run("evidence", *words)
    assert (ended.code, ended.out) == (2, "")
    error, cure = ended.err.splitlines()
    assert error == f"error: There is no evidence named {words[0]!r}."
    assert cure == "what to do: Choose from: " + ", ".join(["latest", *reversed(names)])


def test_without_any_the_newest_is_asked_for_in_vain(command: CommandLine) -> None:
    ended = command.run("evidence", "latest")
    assert ended.code == 2
    assert ended.err.startswith("error: There is no evidence.")


@pytest.mark.parametrize("there_is_a_browser", [True, False])
def test_a_page_is_opened_or_its_place_is_told(
    command: CommandLine, names: list[str], monkeypatch: pytest.MonkeyPatch,
    there_is_a_browser: bool,
) -> None:  # fmt: skip
    opened: list[str] = []

    def browser(address: str) -> bool:
        opened.append(address)
        return there_is_a_browser

    monkeypatch.setattr("webbrowser.open", browser)
    page = command.state / "evidence" / names[2] / "report.html"
    ended = command.run("evidence", "--open")
    assert (ended.code, ended.out) == (0, f"{page}\n")
    assert ("There is no browser here." in ended.err) is not there_is_a_browser
    assert opened == [page.as_uri()]
    told = command.run("evidence", names[1], "--open", "--json").json
    assert (told["name"], told["opened"]) == (names[1], there_is_a_browser)
    ended = command.run("evidence", _OLD, "--open")
    assert ended.code == 2
    assert f"{_OLD} has no page" in ended.err


def test_one_is_packed_into_one_file(
    command: CommandLine, names: list[str], tmp_path: Path
) -> None:
    archive = tmp_path / "shared.tar.gz"
    ended = command.run("evidence", "--pack", str(archive))
    assert (ended.code, ended.out) == (0, f"{archive}\n")
    with tarfile.open(archive) as packed:
        members = {member.name: member for member in packed.getmembers()}
        record = packed.extractfile(f"{names[2]}/evidence.json")
        assert record is not None
        assert json.load(record)["error"]["message"] == "Second [red]."
    files = _names(command.state / "evidence" / names[2])
    assert members.keys() == {names[2], *(f"{names[2]}/{file}" for file in files)}
    assert {(member.uid, member.uname) for member in members.values()} == {(0, "")}
    again = command.run("evidence", "--pack", str(archive))
    assert again.code == 2
    assert f"{archive} is there already." in again.err
    other = tmp_path / "other.tar.gz"
    told = command.run("evidence", "--pack", str(other), names[1], "--json").json
    assert told == {"schema_version": 1, "name": names[1], "archive": str(other),
                    "bytes": other.stat().st_size}  # fmt: skip


def test_an_archive_that_cannot_be_written_leaves_nothing(
    command: CommandLine, names: list[str], tmp_path: Path
) -> None:
    ended = command.run("evidence", "--pack", str(tmp_path / "no" / "a.tar.gz"))
    assert ended.code == 2
    assert "cannot be written: No such file or directory." in ended.err
    (tmp_path / "file").touch()
    assert command.run("evidence", "--pack", str(tmp_path / "file" / "a.tar.gz")).code == 2
    ended = command.run("evidence", "--open", "--pack", str(tmp_path / "a.tar.gz"))
    assert (ended.code, (tmp_path / "a.tar.gz").exists()) == (2, False)


def test_evidence_that_was_cut_short_is_listed_too(command: CommandLine, names: list[str]) -> None:
    for folder, text in (("2027-01-01T00-00-00Z", None), ("2027-01-02T00-00-00Z", "{")):
        (command.state / "evidence" / folder).mkdir()
        if text is not None:
            file = command.state / "evidence" / folder / "evidence.json"
            file.write_text(text, encoding="utf-8")
    lines = command.run("evidence").out.splitlines()[-2:]
    assert all("it was cut short before anything was written" in line for line in lines)
    shown = command.run("evidence", "latest")
    assert (shown.code, shown.out.splitlines()[1][:16]) == (0, "it was cut short")


def test_a_cause_that_is_not_the_error_is_told_beside_it(
    command: CommandLine, cluster: RecordingCluster, tools: Tools
) -> None:
    command.state.mkdir(parents=True)
    samples.taken(tools, current_paths(), cluster, PodsError("Not ready after 120 s."))
    lines = command.run("evidence", "latest").out.splitlines()
    assert lines[1:3] == ["Not ready after 120 s.", f"First cause: {samples.SENTENCE}"]
