"""Exit codes are part of the interface: one for each kind of failure, never two alike."""

from taskflow_deploy import errors
from taskflow_deploy.errors import DeployError


def kinds() -> list[type[DeployError]]:
    """Return every kind of failure."""
    found = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    return [kind for kind in found if issubclass(kind, DeployError)]


def test_every_kind_of_failure_has_a_code_of_its_own() -> None:
    codes = {kind.__name__: kind.exit_code for kind in kinds()}
    assert len(set(codes.values())) == len(codes)
    assert len(codes) >= 25


def test_codes_do_not_collide_with_those_of_shells_and_signals() -> None:
    taken_by_shells = {126, 127, *(128 + number for number in range(1, 65))}
    interrupted = {errors.InterruptedByUserError.exit_code}
    codes = {kind.exit_code for kind in kinds()} - interrupted
    assert not codes & taken_by_shells
    assert not codes & {0}
    assert interrupted == {130}, "128 and the number of SIGINT"


def test_an_error_keeps_its_own_list_of_details() -> None:
    lines = ["one"]
    error = DeployError("what", "cure", lines)
    error.details.append("two")
    assert lines == ["one"]
    assert (str(error), error.resolution) == ("what", "cure")
