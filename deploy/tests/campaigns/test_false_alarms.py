"""``make false-alarms``: the same build is never reported as another.

RUNS is how many verifications, FALSE_ALARM_SEED decides when clocks jump, and FALSE_ALARM_REPORT
is the page to write.
"""

import os
import sys
from pathlib import Path

import pytest

from taskflow_deploy.verifier.http import Http
from taskflow_deploy.verifier.recording import Recording
from taskflow_deploy.verifier.scenario import Scenario
from taskflow_deploy.verifier.verify import Subject, calibrate
from tests.campaigns import alarms_page
from tests.campaigns.alarms import Campaign
from tests.campaigns.clocks import OwnClock, SystemClock
from tests.campaigns.load import load
from tests.mutants import sharing
from tests.unit import services

RUNS = int(os.environ.get("RUNS", "1000"))
SEED = int(os.environ.get("FALSE_ALARM_SEED", "1"))
REPORT = os.environ.get("FALSE_ALARM_REPORT", "")
_WORKERS = 4
_USERS = 3


@pytest.mark.timeout(600 + 15 * RUNS)
def test_the_same_build_is_never_reported_as_another(tmp_path: Path) -> None:
    scenario, _ = sharing.contract()
    recording = _recorded(scenario)
    clock = SystemClock(tmp_path / "offset")
    with (
        services.postgres() as database_url, clock.backend(database_url) as port,
        OwnClock().used() as own_clock, load(port, _USERS) as others,
    ):  # fmt: skip
        campaign = Campaign(scenario, recording, port, own_clock, clock, SEED)
        found = campaign.run(RUNS, _WORKERS, _say)
    clock.close()
    if REPORT:
        alarms_page.write(Path(REPORT), found, others, _WORKERS, SEED)
    assert found.alarms == []
    assert not others.errors
    assert found.own_jumps
    assert found.system_jumps
    assert found.again
    assert others.statuses[200] > others.requests / 2


def _recorded(scenario: Scenario) -> Recording:
    """Record another backend of the same build, on a PostgreSQL of its own."""
    with (
        services.postgres() as database_url,
        services.backend(database_url, quick=True, **services.UNLIMITED) as port,
    ):
        url = f"http://127.0.0.1:{port}"
        subject = Subject(lambda: Http(url), url, {"origin": url}, services.SECRET)
        recording, report = calibrate(scenario, subject)
    assert report.passed, report.explanation
    return recording


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
