"""The app's sources: those of a tag where that is asked for, and the same all the while."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from taskflow_deploy.checkpoints import frozen
from taskflow_deploy.checkpoints.deployment import Deployment, Wishes
from taskflow_deploy.errors import SourcesError, UsageError
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.settings import Settings
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools


@pytest.fixture
def tagged(paths: Paths, output: Output, tmp_path: Path) -> Deployment:
    """A deployment of a repository in which v1 is tagged, with the real git."""
    repository = tmp_path / "repository"
    (repository / "backend").mkdir(parents=True)
    (repository / "docs").mkdir()
    (repository / "backend" / "main.py").write_text("one\n", encoding="utf-8")
    git = ["git", "-C", str(repository), "-c", "user.name=t", "-c", "user.email=t@example.com"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"], ["tag", "v1"]):
        subprocess.run([*git, *words], check=True)
    cluster = RecordingCluster(Tools(tmp_path / "bin", tmp_path / "world"), paths)
    settings = Settings(None, "a-secret-of-the-tests-with-enough-letters", "", 30300)
    there = replace(paths, repository=repository)
    return Deployment(there, output, settings, cluster, Wishes(frozen="v1"))


def test_without_a_tag_any_sources_will_do(deployment: Deployment) -> None:
    assert frozen.is_the_tags(deployment).startswith("as they are")


def test_sources_of_the_tag_are_accepted_and_documents_may_change(tagged: Deployment) -> None:
    (tagged.paths.repository / "docs" / "a.md").write_text("new\n", encoding="utf-8")
    assert frozen.is_the_tags(tagged) == "those of v1"


@pytest.mark.parametrize("name", ["main.py", "new.py"])
def test_a_changed_or_new_file_is_named(tagged: Deployment, name: str) -> None:
    (tagged.paths.repository / "backend" / name).write_text("two\n", encoding="utf-8")
    with pytest.raises(SourcesError) as caught:
        frozen.is_the_tags(tagged)
    assert f"not those of v1: backend/{name} differ" in caught.value.message
    assert caught.value.details == [f"backend/{name}"]


def test_a_tag_that_is_not_there_is_told(tagged: Deployment) -> None:
    tagged.wishes = Wishes(frozen="v2")
    with pytest.raises(UsageError, match="--frozen v2: there is no such tag") as caught:
        frozen.is_the_tags(tagged)
    assert caught.value.mend == "git fetch --tags"


def test_sources_that_change_while_they_are_built_are_refused(deployment: Deployment) -> None:
    with pytest.raises(SourcesError, match="taskflow-backend were changed while") as caught:
        frozen.is_still_the_same(deployment)  # its images are of other sources
    assert caught.value.details[0] == "built as taskflow-backend:abc"
