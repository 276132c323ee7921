"""One clock has told all moments, or one of them is wrong."""

import pytest

from taskflow_deploy.verifier.clock import Clock


def test_moments_of_one_clock_hold_however_far_it_is_from_ours() -> None:
    for ahead in (-1e6, 0.0, 0.4, 1e9):
        clock = Clock()
        for sent in (0.0, 0.3, 0.9, 1.7, 60.2):
            told = float(int(sent + 0.05 + ahead + 1e7)) - 1e7
            assert clock.holds(told, 1.0, sent, sent + 0.1), (ahead, sent)


def test_a_second_that_was_not_told_anew_is_found() -> None:
    clock = Clock()
    assert clock.holds(100.0, 1.0, 0.00, 0.01)
    assert not clock.holds(100.0, 1.0, 1.11, 1.12), "a second later it cannot be the same one"
    assert clock.holds(101.0, 1.0, 1.11, 1.12)


@pytest.mark.parametrize("wrong", [-3600.0, -2.0, 2.0, 3600.0])
def test_a_moment_that_is_off_is_found_and_not_learned(wrong: float) -> None:
    clock = Clock()
    assert clock.holds(50.0, 1.0, 10.0, 10.01)
    assert not clock.holds(52.0 + wrong, 1.0, 12.0, 12.01)
    assert clock.holds(52.0, 1.0, 12.0, 12.01)


def test_the_distance_of_the_clocks_is_known_within_what_was_told() -> None:
    clock = Clock()
    assert clock.distance(1e9, 5.0) == 0.0, "nothing is known yet"
    clock.holds(1000.0, 1.0, 0.0, 0.5)
    assert clock.distance(1000.3, 0.0) == 0.0
    assert clock.distance(900.0, 0.0) == pytest.approx(99.5)
    assert clock.distance(1101.0, 0.0) == pytest.approx(-100.0)
