"""What the drills rely on finds what it looks for: a search that finds nothing proves nothing."""

import base64
import json
import subprocess
import time
from dataclasses import replace
from urllib.parse import quote

import pytest

from tests.drills import release
from tests.drills.canaries import SIGNING_SECRET, Canaries
from tests.drills.kills import ROLLBACK, UP, plans
from tests.drills.release import Release
from tests.drills.running import Sampler

_CANARIES = Canaries({"it": SIGNING_SECRET})
_RELEASE = Release(3, "deployed", True, frozenset({"a-1", "b-1"}), {"a": "sha256:1"}, True)


@pytest.mark.parametrize(
    "written",
    [
        SIGNING_SECRET,
        SIGNING_SECRET[:15],
        SIGNING_SECRET[-15:],
        json.dumps(SIGNING_SECRET),
        quote(SIGNING_SECRET, safe=""),
        *(base64.b64encode(b"x" * n + SIGNING_SECRET.encode() + b"yz").decode() for n in range(3)),
    ],
    ids=["plain", "its beginning", "its end", "JSON", "a URL", "base64", "after 1", "after 2"],
)
def test_a_planted_secret_is_found_in_each_form(written: str) -> None:
    assert _CANARIES.found({"here": f"before {written} after".encode(), "there": b""}) == [
        "it in here"
    ]


def test_nothing_is_found_where_nothing_is() -> None:
    told = b"BETTER_AUTH_SECRET=[redacted] canary of the signing secret"
    assert _CANARIES.found({"here": told}) == []


def test_the_arguments_of_a_process_are_seen() -> None:
    with Sampler() as sampler, subprocess.Popen(["sleep", "60.0625"]) as process:
        deadline = time.monotonic() + 10
        while b"sleep\x0060.0625\0" not in sampler.seen and time.monotonic() < deadline:
            time.sleep(0.01)
        process.kill()
    assert b"sleep\x0060.0625\0" in sampler.seen


@pytest.mark.parametrize(
    ("after", "complaint"),
    [
        (replace(_RELEASE, revision=5, verified=False), "revision 5 is not verified"),
        (replace(_RELEASE, revision=5, status="failed"), "revision 5 is failed"),
        (replace(_RELEASE, revision=5, images={"a": "sha256:2"}), "it runs {'a': 'sha256:2'}"),
        (replace(_RELEASE, revision=5, well=False), "not all pods are well"),
        (replace(_RELEASE, revision=5, pods=frozenset({"a-1"})), "other pods are left"),
        (_RELEASE, "no revision was made"),
    ],
)
def test_a_release_that_is_not_as_before_is_told(after: Release, complaint: str) -> None:
    found = release.complaints(_RELEASE, after, undone=True)
    assert [line for line in found if not line.startswith(complaint)] == []
    assert found
    assert release.complaints(_RELEASE, replace(_RELEASE, revision=5), undone=True) == []


def test_what_was_to_be_left_alone_and_was_not_is_told() -> None:
    after = replace(_RELEASE, revision=4, pods=frozenset({"a-2", "b-1"}))
    assert release.complaints(_RELEASE, after, undone=False) == [
        "revision 4 was made",
        "pods were replaced",
    ]
    assert release.complaints(_RELEASE, _RELEASE, undone=False) == []


@pytest.mark.parametrize(("count", "rollbacks"), [(2, 1), (20, 4)])
def test_kills_are_spread_over_whole_commands(count: int, rollbacks: int) -> None:
    made = plans(count, seed=7)
    assert made == plans(count, seed=7) != plans(count, seed=8)
    for command, many in ((UP, count - rollbacks), (ROLLBACK, rollbacks)):
        shares = sorted(plan.share for plan in made if plan.command == command)
        assert [int(share * many) for share in shares] == list(range(many))
