"""A machine on which the pipeline is run again and again."""

from pathlib import Path
from typing import Any

import pytest

from taskflow_deploy.checkpoints.deployment import Deployment, Wishes
from taskflow_deploy.checkpoints.passing import Passed
from taskflow_deploy.errors import DeployError
from taskflow_deploy.output import Output
from taskflow_deploy.paths import Paths
from taskflow_deploy.pipeline import deploy
from taskflow_deploy.redaction import hide
from taskflow_deploy.settings import Settings
from tests.unit import services
from tests.unit.recording import RecordingCluster
from tests.unit.tools import Tools

SECRET = services.SECRET
IMAGE_ID = "sha256:" + "a" * 64
KEY = "sk-ant-api03-of-the-pipelines-tests"


class Run:
    """One machine, and ``up`` on it as often as a test likes."""

    def __init__(self, tools: Tools, paths: Paths, database_url: str, port: int) -> None:
        self.tools = tools
        self.paths = paths
        self.cluster = RecordingCluster(tools, paths)
        self.settings = Settings(hide(database_url), hide(SECRET), hide(KEY), port)

    def deployment(self, wishes: Wishes | None = None, **changes: Any) -> Deployment:
        """Return a deployment that was not begun."""
        settings = Settings(**{**vars(self.settings), **changes})
        return Deployment(self.paths, Output(), settings, self.cluster, wishes or Wishes())

    def up(self, first: str | None = None, last: str | None = None, **changes: Any) -> list[Passed]:
        """Deploy."""
        return deploy(self.deployment(**changes), first, last)

    def fails(self, kind: type[DeployError], **changes: Any) -> DeployError:
        """Deploy and return the failure."""
        with pytest.raises(kind) as caught:
            self.up(**changes)
        assert type(caught.value) is kind
        return caught.value

    @property
    def evidence(self) -> list[Path]:
        """The folders of evidence."""
        return sorted((self.paths.state / "evidence").glob("*"))

    def place(self, *beginning: str) -> int:
        """Return when a call was made last."""
        calls = self.tools.calls()
        return max(n for n, call in enumerate(calls) if call[: len(beginning)] == list(beginning))
