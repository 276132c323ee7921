"""The same build is not reported as another, whatever clocks and other users do.

``make false-alarms`` tries it a thousand times.
"""

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from taskflow_deploy.verifier.answers import Answer, Request
from taskflow_deploy.verifier.http import Http
from tests.campaigns.alarms import Campaign
from tests.campaigns.clocks import OwnClock, SystemClock
from tests.campaigns.load import load
from tests.mutants import sharing

_RUNS, _WORKERS, _USERS, _SEED = 9, 2, 2, 1
_AHEAD = 3_000.0
_CLOSE = 5.0


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SystemClock]:
    """The clock of the system."""
    made = SystemClock(tmp_path_factory.mktemp("clock") / "offset")
    yield made
    made.close()


@pytest.fixture(scope="module")
def port(database_url: str, clock: SystemClock) -> Iterator[int]:
    """Where the system answers."""
    with clock.backend(database_url) as made:
        yield made


@pytest.fixture
def campaign(port: int, clock: SystemClock) -> Iterator[Campaign]:
    """Verifications with the recording in the repository, in which clocks jump."""
    scenario, recording = sharing.contract()
    with OwnClock().used() as own_clock:
        yield Campaign(
            scenario, recording, port, own_clock, clock, _SEED, own_every=3, system_every=3
        )


@pytest.mark.timeout(180)
def test_the_same_build_is_not_reported_as_another(campaign: Campaign) -> None:
    with load(campaign.port, _USERS) as others:
        found = campaign.run(_RUNS, _WORKERS)
    assert found.alarms == []
    assert found.runs == _RUNS
    assert found.own_jumps
    assert found.system_jumps
    assert found.again
    assert not others.errors
    assert others.statuses[200]
    assert others.statuses[201]


@pytest.mark.timeout(120)
def test_another_build_is_reported_whatever_the_clocks_do(campaign: Campaign) -> None:
    answers = dict(campaign.recording.answers)
    answers["nowhere"] = replace(answers["nowhere"], status=410)
    other = replace(campaign.recording, answers=answers)
    found = replace(campaign, recording=other).run(2, _WORKERS)
    assert len(found.alarms) == 2


def test_the_systems_clock_is_set_wherever_it_tells_the_time(port: int, clock: SystemClock) -> None:
    clock.set(_AHEAD)
    way = Http(f"http://127.0.0.1:{port}")
    account = {"email": "clock@example.com", "password": "correct horse battery"}
    body = json.dumps(account).encode()
    time.sleep(1.1)  # a server looks at the clock once a second for the date
    answer = way.send(
        Request("POST", "/api/v1/auth/signup", {"Content-Type": "application/json"}, body)
    )
    way.close()
    clock.set(0.0)
    told = [
        parsedate_to_datetime(answer.header("date")).timestamp(),
        datetime.fromisoformat(_read(answer)["user"]["created_at"]).timestamp(),
        _claims(_read(answer)["token"])["iat"],
    ]
    assert [abs(moment - time.time() - _AHEAD) < _CLOSE for moment in told] == [True] * 3


def _read(answer: Answer) -> Any:
    return json.loads(answer.body)


def _claims(token: str) -> Any:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
