"""The list of waivers says of each why, and names nothing that is not there."""

import pytest

from tests.chart import waivers
from tests.chart.helm import Rendered
from tests.chart.renderings import SETS
from tests.chart.rules.manifests import identity

CHECKERS = ("kube-score", "kube-linter", "polaris")


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_waiver_has_a_reason_and_objects_that_are_made(
    renderings: dict[str, Rendered], checker: str
) -> None:
    given = waivers.waivers(checker)
    assert given
    for waiver in given:
        assert len(waiver.reason.split()) >= 5, waiver
        assert set(waiver.only) <= set(SETS), waiver
        made = {
            identity(found) for name in waiver.only for found in renderings[name].objects.values()
        }
        assert set(waiver.objects) <= made, waiver
    pairs = [(each.check, named, name) for each in given for named in each.objects
             for name in each.only]  # fmt: skip
    assert len(pairs) == len(set(pairs)), "waived twice"


def test_there_are_waivers_for_these_checkers_only() -> None:
    assert waivers.checkers() == set(CHECKERS)


def test_nothing_is_waived_in_the_chart_itself(renderings: dict[str, Rendered]) -> None:
    for made in renderings.values():
        for mark in ("kube-score/ignore", "ignore-check.kube-linter.io", "-exempt"):
            assert mark not in made.text
